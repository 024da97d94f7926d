import { describe, expect, inject, test } from 'vitest'
import { connect } from '../src/connection/connect.ts'
import {
  type Database,
  declare,
  definePipeline,
  defineSchema,
  drop,
  planDeclare,
  planDrop,
  populate,
  type Schema,
} from '../src/index.ts'
import { temporaryPipeline } from '../src/testing/index.ts'
import { labSchemas } from './lab.ts'

let made = 0

/** The lab, a schema of its own with what is computed of it, and one that is not declared. */
function schemasFor(prefix: string) {
  const schemas = labSchemas(prefix)
  const results = defineSchema(`${prefix}results`)
  const Weight = results.computed('Weight', { Session: schemas.Session }, '-> Session\n---\ngrams : float32', {
    fetch: (key) => key,
    compute: async () => ({ row: { grams: 20 } }),
  })
  const notes = defineSchema(`${prefix}notes`)
  const Note = notes.manual('Note', { Subject: schemas.Subject }, '-> Subject\nnote : int16\n---\nindex (note)')
  return { ...schemas, results, Weight, notes, Note }
}

type Lab = ReturnType<typeof schemasFor>

interface Operation {
  readonly name: string
  readonly opens?: (lab: Lab) => readonly Schema[]
  readonly run: (db: Database, lab: Lab) => Promise<unknown>
}

const operations: readonly Operation[] = [
  { name: 'reading', run: (db, lab) => db(lab.Session).join(db(lab.Subject)).fetch() },
  { name: 'inserting', run: (db, lab) => db(lab.Subject).insert([{ subject: 'b' }]) },
  {
    name: 'inserting from a stream',
    run: (db, lab) =>
      db(lab.Subject).insert(
        (async function* () {
          yield { subject: 'c' }
        })(),
      ),
  },
  { name: 'updating', run: (db, lab) => db(lab.Subject).update1({ subject: 'a', notes: 'x' }) },
  { name: 'deleting', run: (db, lab) => db(lab.Subject).restrict({ subject: 'a' }).delete() },
  { name: 'populating', run: (db, lab) => populate(db, lab.Weight) },
  { name: 'populating with jobs', run: (db, lab) => populate(db, lab.Weight, { reserve: true }) },
  {
    name: 'declaring',
    opens: (lab) => [lab.lab, lab.notes],
    run: async (db, lab) => declare(db, await planDeclare(db, [lab.notes])),
  },
  {
    name: 'dropping',
    opens: (lab) => [lab.lab, lab.results],
    run: async (db, lab) => drop(db, await planDrop(db, [lab.results])),
  },
]

for (const kind of ['mariadb', 'mysql'] as const) {
  const settings = inject(kind)
  describe.runIf(settings !== null)(`a user of ${kind} without rights`, () => {
    const open = async () => {
      if (!settings) throw new RangeError('there is no server')
      const prefix = `rights${process.pid}${Date.now().toString(36)}${(made += 1)}_`
      const lab = schemasFor(prefix)
      const declared = await temporaryPipeline({ schemas: [lab.lab, lab.results], database: settings })
      await declared.db(lab.Subject).insert([{ subject: 'a' }])
      await declared.db(lab.Session).insert([{ subject: 'a', session: 1, started: '2024-05-01 10:00:00' }])
      const administrator = await connect(settings)
      const give = (sql: string) => administrator.execute({ sql, parameters: [] })
      const user = `u${process.pid}_${made}`
      await give(`CREATE USER '${user}'@'%' IDENTIFIED BY 'secret'`)
      const attempt = async ({ run, opens = () => [lab.lab, lab.results] }: Operation) => {
        const database = { ...settings, user, password: 'secret' }
        const pipeline = definePipeline({ schemas: opens(lab), tables: {}, database })
        let db: Database | null = null
        try {
          db = await pipeline.open()
          await run(db, lab)
          return null
        } catch (error) {
          let at = error
          while (at instanceof Error && at.cause instanceof Error && 'code' in at && at.code !== 'access-denied')
            at = at.cause
          return at
        } finally {
          await db?.close()
        }
      }
      return {
        prefix,
        /** Without it nothing is seen to be there. */
        letRead: () => give(`GRANT SELECT ON \`${prefix.replace('_', '\\_')}%\`.* TO '${user}'@'%'`),
        give,
        attempt,
        async [Symbol.asyncDispose]() {
          await give(`DROP USER '${user}'@'%'`)
          await give(`DROP DATABASE IF EXISTS \`${lab.notes.name}\``)
          // one of them may be gone
          await give(`CREATE DATABASE IF NOT EXISTS \`${lab.results.name}\``)
          await administrator.close()
          await declared[Symbol.asyncDispose]()
        },
      }
    }

    test.each(operations)(
      'can do what the errors tell, one right after another: $name',
      { timeout: 30_000 },
      async (operation) => {
        await using lab = await open()
        if (operation.name !== 'reading') await lab.letRead()
        const given: string[] = []
        for (let error = await lab.attempt(operation); error !== null; error = await lab.attempt(operation)) {
          expect(error).toMatchObject({ code: 'access-denied', grant: expect.stringMatching(/^GRANT [A-Z, ]+ ON `/) })
          // the statement of the error, as it stands
          const grant = (error as { readonly grant: string }).grant
          expect(given).not.toContain(grant)
          given.push(grant)
          await lab.give(grant)
        }
        expect(given.length).toBeGreaterThan(0)
      },
    )

    test.each(
      operations.filter(({ name }) => ['inserting from a stream', 'populating with jobs', 'declaring'].includes(name)),
    )('is told the statement that gives all of them at once: $name', async (operation) => {
      await using lab = await open()
      await lab.letRead()
      const seen: string[] = []
      for (let error = await lab.attempt(operation); error !== null; error = await lab.attempt(operation)) {
        const [, all] = /All that such work takes: (GRANT .*);/.exec(String(error)) ?? []
        expect(all).toContain(`ON \`${lab.prefix.replace('_', '\\_')}%\`.* TO`)
        expect(seen).not.toContain(all)
        seen.push(all ?? '')
        await lab.give(all ?? '')
      }
      // what the first step takes may be less than what a later one does
      expect(seen.length).toBeOneOf([1, 2])
    })
  })
}
