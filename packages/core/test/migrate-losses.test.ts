import { AsyncLocalStorage } from 'node:async_hooks'
import { expect, test } from 'vitest'
import { formatMigration, jobsOf, migrate, planMigrate, pull, readTables, renamed } from '../src/index.ts'
import { contextOf, type Database, databaseOn } from '../src/query/database.ts'
import { onEveryDatabase } from './databases.ts'
import { changing, schemaOf, tableOf } from './migrating.ts'

const execute = (db: Database, sql: string) => contextOf(db).connection.execute({ sql, parameters: [] })

onEveryDatabase('a migration', (database) => {
  const isFile = database.name === 'sqlite'

  test('is refused where it would lose what no definition says, which pull tells', async () => {
    const given = {
      from: { Thing: 'thing : int32\n---\nv : int16', Other: 'other : int16' },
      to: { Thing: 'thing : int32 # which\n---\nv : int32', Other: 'other : int32' },
      rows: { Thing: [{ thing: 1, v: 2 }] },
    }
    await changing(database, given, async ({ db, schema, rows }) => {
      await execute(
        db,
        isFile
          ? `CREATE TRIGGER watch AFTER INSERT ON "${schema.name}.thing" BEGIN DELETE FROM "${schema.name}.other"; END`
          : `ALTER TABLE \`${schema.name}\`.\`thing\` MODIFY COLUMN \`thing\` int NOT NULL AUTO_INCREMENT COMMENT ':int32:'`,
      )
      const lost = isFile ? 'the trigger `watch`' : 'AUTO_INCREMENT of `thing`'
      const refused: unknown = expect.stringContaining(`would lose ${lost}`)
      const plan = await planMigrate(db, [schema])
      const problems = plan.tables.map(({ typeName, steps }) => [typeName, steps.map(({ problem }) => problem)])
      expect(Object.fromEntries(problems)).toEqual({
        // a file's table is made anew for all of its steps
        Thing: isFile ? [refused, refused] : [refused, null],
        Other: [null],
      })
      await expect(migrate(db, plan)).rejects.toMatchObject({ code: 'blocked-migration' })
      expect(await rows('Thing')).toEqual([{ thing: 1, v: 2 }])
      const { notes, files } = await pull(db, [schema.name])
      expect(notes).toEqual([{ table: `${schema.name}.thing`, problem: `it has ${lost}, which no definition says` }])
      expect(files[0]?.text).toContain(`// it has ${lost}, which no definition says`)
    })
  })

  test('is refused where the database computes a default, which is no text either', async () => {
    if (isFile) return
    const given = {
      from: { Thing: 'thing : int16\n---\nv = "null" : varchar(9)' },
      to: { Thing: 'thing : int16\n---\nv = "null" : varchar(9) # new' },
      rows: {},
    }
    await changing(database, given, async ({ db, schema }) => {
      const table = `\`${schema.name}\`.\`thing\``
      await execute(db, `ALTER TABLE ${table} MODIFY COLUMN v varchar(9) NOT NULL DEFAULT (concat('a', 'b'))`)
      const plan = await planMigrate(db, [schema])
      expect(plan.tables[0]?.steps[0]?.problem).toContain('the database computes its value')
      await expect(migrate(db, plan)).rejects.toMatchObject({ code: 'blocked-migration' })
      const { notes, files } = await pull(db, [schema.name])
      expect(notes).toMatchObject([{ problem: expect.stringContaining('= an expression') }])
      expect(files[0]?.text).toContain('// Left out: ')
      expect(files[0]?.text).not.toContain("'null'")
    })
  })

  test('is made by one of two that begin at the same time', async () => {
    const given = {
      from: { Thing: 'thing : int16\n---\nv : int16' },
      to: { Thing: 'thing : int16\n---\nmass : int32\nw = 1 : int16' },
      rows: { Thing: [{ thing: 1, v: 2 }] },
    }
    await changing(database, given, async ({ db, schema, rows }) => {
      const options = { renames: [renamed(tableOf(schema, 'Thing'), { attributes: { mass: 'v' } })] }
      const plans = [await planMigrate(db, [schema], options), await planMigrate(db, [schema], options)]
      const ends = await Promise.allSettled(plans.map((plan) => migrate(db, plan)))
      const reasons = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []))
      expect(reasons).toMatchObject([{ code: 'stale-plan' }])
      expect(await rows('Thing')).toEqual([{ thing: 1, mass: 2, w: 1 }])
    })
  })

  test('says what a server does without a word to rows that come meanwhile', async () => {
    const from = { Thing: 'thing : int16\n---\nv : decimal(6,3)' }
    await changing(
      database,
      { from, to: { Thing: 'thing : int16\n---\nv : decimal(6,1)' }, rows: {} },
      async ({ plan }) => {
        expect(formatMigration(plan).includes('would be rounded')).toBe(!isFile)
      },
    )
    await changing(
      database,
      { from, to: { Thing: '# c\nthing : int16\n---\nv : decimal(6,3)' }, rows: {} },
      async ({ plan }) => {
        expect(formatMigration(plan)).not.toContain('would be rounded')
      },
    )
  })

  test('that is aborted between two statements keeps no other out', async () => {
    const given = {
      from: { Thing: 'thing : int16', Other: '-> Thing' },
      to: { Thing: 'thing : int32', Other: '-> Thing' },
      rows: { Thing: [{ thing: 1 }], Other: [{ thing: 1 }] },
    }
    await changing(database, given, async ({ db, schema, plan, rows }) => {
      const stop = new AbortController()
      const onProgress = ({ done }: { readonly done: number }) => done === 1 && stop.abort(new Error('enough'))
      await expect(migrate(db, plan, { signal: stop.signal, onProgress })).rejects.toThrow('enough')
      // on whichever session
      const again = await planMigrate(db, [schema])
      await Promise.all([db(tableOf(schema, 'Other')).count(), migrate(db, again)])
      expect(await rows('Other')).toEqual([{ thing: 1 }])
    })
  })

  test('waits for no other for long, and says who is in the way', { timeout: 30_000 }, async () => {
    if (isFile) return
    const given = { from: { Thing: 'thing : int16' }, to: { Thing: 'thing : int32' }, rows: {} }
    await changing(database, given, async ({ db, schema, plan }) => {
      const { connection } = contextOf(db)
      const { lock } = connection.dialect.alter
      if (!lock) throw new RangeError('a server has one')
      const outside = AsyncLocalStorage.snapshot()
      await connection.transaction(async (other) => {
        expect(await other.query(lock.take(schema.name))).toHaveLength(1)
        const reason = await outside(() => migrate(db, plan)).catch((error: unknown) => error)
        expect(reason).toMatchObject({ code: 'migration-running', schema: schema.name })
        await other.query(lock.release(schema.name))
      })
      await migrate(db, plan)
      expect((await planMigrate(db, [schema])).tables).toEqual([])
    })
  })

  test(
    'that is interrupted before any statement about jobs is completed by the next',
    { timeout: 120_000 },
    async () => {
      if (isFile) return // all of it is one transaction
      const make = { fetch: async () => 1, compute: async () => ({ row: { n: 1 } }) }
      for (const changes of ['renamed', 'retyped'] as const) {
        for (let allowed = 0, completed = false; !completed; allowed += 1) {
          const name = `${database.prefix()}${changes}${allowed}`
          const labOf = (attribute: string, type: string) => {
            const schema = schemaOf(name, { Animal: [attribute, type].join(' : ') })
            const Animal = tableOf(schema, 'Animal')
            return {
              schema,
              Animal,
              Weight: schema.computed('Weight', { Animal }, '-> Animal\n---\nn : int16', make),
            }
          }
          const first = labOf('animal', 'int16')
          const second = changes === 'renamed' ? labOf('subject', 'int16') : labOf('animal', 'int32')
          await using pipeline = await database.pipeline([first.schema])
          const { db } = pipeline
          await db(first.Animal).insert([{ animal: 1 }, { animal: 2 }] as never)
          await jobsOf(db, first.Weight).refresh()
          const options = {
            drop: [`${name}.~~weight`],
            renames: changes === 'renamed' ? [renamed(second.Animal, { attributes: { subject: 'animal' } })] : [],
          }
          completed = await migrate(
            stopping(db, allowed),
            await planMigrate(stopping(db, allowed), [second.schema], options),
          ).then(
            () => true,
            (error: Error) => (expect(error.message).toBe('stopped'), false),
          )
          await migrate(db, await planMigrate(db, [second.schema], options))
          await jobsOf(db, second.Weight).refresh()
          const key = changes === 'renamed' ? 'subject' : 'animal'
          expect((await jobsOf(db, second.Weight).list()).map((job) => job.key)).toEqual([{ [key]: 1 }, { [key]: 2 }])
          const jobs = await contextOf(db).connection.query({
            sql: `SELECT column_name, column_type FROM information_schema.columns WHERE table_schema = ? AND table_name = '~~weight' AND column_name = ?`,
            parameters: [name, key],
          })
          expect(jobs).toEqual([[key, expect.stringMatching(changes === 'renamed' ? /^smallint/ : /^int/)]])
          expect(await readTables(db, [name])).toHaveLength(2)
        }
      }
    },
  )
})

/** A database on which only so many tables are altered. */
function stopping(db: Database, allowed: number): Database {
  const context = contextOf(db)
  const { connection } = context
  let left = allowed
  return databaseOn({
    ...context,
    connection: {
      dialect: connection.dialect,
      security: connection.security,
      readOnly: connection.readOnly,
      inTransaction: connection.inTransaction,
      query: connection.query.bind(connection),
      stream: connection.stream.bind(connection),
      async execute(statement, signal) {
        if (/^(ALTER|DROP|RENAME) TABLE/.test(statement.sql)) {
          if (left === 0) throw new Error('stopped')
          left -= 1
        }
        return connection.execute(statement, signal)
      },
      transaction: connection.transaction.bind(connection),
      prepare: connection.prepare.bind(connection),
      close: async () => {},
    },
  })
}
