import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { connect } from '../src/connection/connect.ts'
import {
  type Database,
  definePipeline,
  defineSchema,
  planDeclare,
  pull,
  type Pulled,
  readTables,
  type Schema,
} from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'
import { load, readRecorded, recordedCodecs } from './recorded-schema.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../../..')

// below this package, where `@neurojoint/core` is this package
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(import.meta.dirname, '.pulled-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Writes what was pulled into a folder of that name, and gives the schemas that its modules export. */
async function writePulled({ files }: Pulled, name: string): Promise<readonly Schema[]> {
  await mkdir(join(folder, name))
  for (const { path, text } of files) await writeFile(join(folder, name, path), text)
  const { schemas }: { readonly schemas: readonly Schema[] } = await import(join(folder, name, 'index.ts'))
  return schemas
}

/** Asserts that a pipeline of the schemas opens on the database as it is, and declares nothing new. */
async function expectNothingNew(db: Database, schemas: readonly Schema[]): Promise<void> {
  expect(await planDeclare(db, schemas)).toMatchObject({ schemas: [], tables: [], records: [], contents: [] })
}

const textOf = ({ files }: Pulled, path: string): string => files.find((file) => file.path === path)?.text ?? ''

for (const kind of ['mariadb', 'mysql'] as const) {
  const settings = inject(kind)
  describe.runIf(settings !== null).each(['2.x', '0.14'] as const)(
    `what Python's DataJoint %s made, on ${kind}`,
    (generation) => {
      const recorded = readRecorded(generation, `pull${process.pid}_${kind}_`)
      let db: Database

      beforeAll(async () => {
        if (!settings) throw new RangeError('there is no server')
        await load(recorded, settings)
        const stores = { stores: { ext: { protocol: 'file', location: folder } } } as const
        const parts = { schemas: [], tables: {}, database: settings, codecs: recordedCodecs, stores }
        db = await definePipeline(parts).open()
      }, 60_000)

      afterAll(async () => {
        if (!settings) return
        await db?.close()
        const connection = await connect(settings)
        for (const schema of recorded.schemas.toReversed()) {
          await connection.execute({ sql: `DROP DATABASE IF EXISTS \`${schema}\``, parameters: [] })
        }
        await connection.close()
      })

      test('is written whole as definitions that declare nothing new', async () => {
        const pulled = await pull(db, [recorded.schemas[1]])
        expect(pulled.notes).toEqual([
          {
            table: `${recorded.schemas[1]}.native_types`,
            problem: 'it has AUTO_INCREMENT of `id`, which no definition says',
          },
        ])
        expect(pulled.files.map(({ path }) => path)).toEqual([
          ...recorded.schemas.map((name) => `${name}.ts`),
          'index.ts',
        ])
        const schemas = await writePulled(pulled, `${kind}-${generation}`)
        expect(
          schemas
            .flatMap(({ tables }) => tables)
            .map(({ typeName }) => typeName)
            .toSorted(),
        ).toEqual(recorded.tables.map(({ class_name: name }) => name.replace('AnalysisP', 'Analysis2P')).toSorted())
        await expectNothingNew(db, schemas)
        const main = textOf(pulled, `${recorded.schemas[1]}.ts`)
        expect(main).toContain(generation === '0.14' ? "', { compat: 'python-0.14' })" : "')\n")
        expect(main).toContain(`
export const Session = schema.manual('Session', { Person, Probe, Subject }, \`
  -> Subject
  session_no     : ${generation === '0.14' ? 'smallint unsigned' : 'int16'}
  ---
  session_date   : date
  -> [nullable] Person.proj(experimenter='username')
  -> [nullable, unique] Probe
  notes = ''     : varchar(4000)
`)
        // what its tables say is what the database has
        const [stored, own] = [await readTables(db, recorded.schemas), schemas.flatMap(({ tables }) => tables)]
        for (const { declaration } of stored) {
          const found = own.find((table) => table.declaration.name.table === declaration.name.table)
          expect(found?.declaration).toMatchObject({ comment: declaration.comment, tier: declaration.tier, generation })
          expect(found?.declaration.heading.map(({ name, comment }) => [name, comment])).toEqual(
            declaration.heading.map(({ name, comment }) => [name, comment]),
          )
        }
      })

      test('with the rows of its lookup tables, where a program can say them', async () => {
        const { files, notes } = await pull(db, recorded.schemas, { lookupRows: 3 })
        expect(files[0]?.text).toContain("    { species: 'Mus musculus', common: ")
        expect(notes.map(({ table }) => table.split('.')[1])).toEqual(['native_types', '#method'])
        const [few] = (await pull(db, [recorded.schemas[0]], { lookupRows: 1 })).notes
        expect(few?.problem).toBe('its contents are not written: it has more than 1 rows')
      })
    },
  )
}

/** Text that a template, a comment, a page and SQL might all take for something else. */
const wild = 'a `b` ${c} \\d \\` \\\\ "e" \'f\' # g </script> */ \u2028 é 漢 :h:'

/** Two schemas that refer to each other in a circle, with names that JavaScript has too, and text of every kind. */
function defineWild(prefix: string): readonly Schema[] {
  const lab = defineSchema(`${prefix}lab`)
  const work = defineSchema(`${prefix}work`)
  const quoted = wild.replaceAll("'", "''")
  const definition: string = `# ${wild}
    map : varchar(20)   # ${wild}
    ---
    text = '${quoted}' : varchar(200)  # ${wild}
    kind = 'a\`b' : enum('a\`b', '$\{x}', 'it''s', 'back\\slash', 'c, d')
    size = 2.5 : float64
    exact = -1.50 : decimal(5,2)
    big = 9007199254740993 : int64
    on = true : bool
    made = CURRENT_TIMESTAMP(3) : datetime(3)
    extra = null : json
    unique index (text)
    index (kind, size)`
  const Map = lab.lookup('Map', {}, definition, { contents: [{ map: 'x', extra: { a: ["it's", null, 1.5] } }] })
  const Session = lab.manual('Session', { Map }, '-> Map\nsession : int16', {
    parts: {
      Zone: [{}, '-> master\nzone : int16'],
      Area: [
        {},
        "-> master.Zone\n-> master.Zone.proj(other='zone')\n---\n-> [nullable] master.Zone.proj(third='zone')",
      ],
    },
  })
  const Object = work.manual(
    'Object',
    { Session },
    "-> Session\n---\n-> [nullable, unique] Session.proj(map2='map', session2='session')",
  )
  work.manual(
    'Session',
    { Object, Other: Session },
    "-> Object\n---\n-> Other.Zone.proj(a='map', b='session', c='zone')",
  )
  const Scan = lab.imported('Scan', { Object }, '-> Object\nscan : int16', {
    make: null,
    parts: { Field: [{ Zone: Session.Zone }, '-> master\nfield : int16\n---\n-> Zone'] },
  })
  work.computed('Result', { Scan }, '-> Scan.Field\n---\nvalue : <blob>', { make: null })
  lab.manual('Settings', {}, '---\nthreshold : float64')
  return [lab, work]
}

onEveryDatabase('pull', (database) => {
  test('keeps every character, tells names apart, and puts schemas that need each other into one module', async () => {
    const prefix = database.prefix()
    await using pipeline = await database.pipeline(defineWild(prefix))
    const pulled = await pull(pipeline.db, [`${prefix}lab`, `${prefix}work`], { lookupRows: 5 })
    expect(pulled.notes).toEqual([])
    expect(pulled.files.map(({ path }) => path)).toEqual([`${prefix}lab.ts`, 'index.ts'])
    const schemas = await writePulled(pulled, `wild-${database.name}`)
    await expectNothingNew(pipeline.db, schemas)
    const [Map] = schemas[0]?.tables ?? []
    expect(Map?.declaration.comment).toBe(wild)
    expect(Map?.declaration.heading.slice(0, 2)).toMatchObject([
      { name: 'map', comment: wild },
      { name: 'text', comment: wild, default: { kind: 'literal', value: wild } },
    ])
    if (!Map) throw new RangeError('it is the first')
    expect(Map.contents).toEqual(await pipeline.db(Map).fetch())
    expect(pulled.files[0]?.text).toContain('export const MapTable = ')
    // the same, whenever it is asked
    expect(await pull(pipeline.db, [`${prefix}lab`, `${prefix}work`], { lookupRows: 5 })).toEqual(pulled)
  })

  test('imports from the modules of other schemas, whatever those call their tables, and writes what is needed of them', async () => {
    const prefix = database.prefix()
    const lab = defineSchema(`${prefix}lab`)
    const ofLab = lab.manual('Session', {}, 'session : int16')
    lab.manual('Other', {}, 'other : int16')
    const work = defineSchema(`${prefix}work`)
    work.manual('Session', { Theirs: ofLab }, '-> Theirs\nown : int16')
    await using pipeline = await database.pipeline([lab, work])
    const pulled = await pull(pipeline.db, [`${prefix}work`])
    expect(pulled.notes).toEqual([])
    const schemas = await writePulled(pulled, `imports-${database.name}`)
    await expectNothingNew(pipeline.db, schemas)
    expect(schemas.map(({ tables }) => tables.map(({ typeName }) => typeName))).toEqual([['Session'], ['Session']])
    expect(textOf(pulled, `${prefix}lab.ts`)).toContain(`// Of ${prefix}lab, only those to which others refer.`)
    const [, alias = ''] = /import \{ Session as (\w+) \}/.exec(textOf(pulled, `${prefix}work.ts`)) ?? []
    expect(alias).toMatch(/LabSession$/)
    expect(textOf(pulled, `${prefix}work.ts`)).toContain(`schema.manual('Session', { ${alias} }, \`\n  -> ${alias}\n`)
  })

  test('of schemas whose tables have the same names, each refers to its own', async () => {
    const prefix = database.prefix()
    const schemas = [`${prefix}one`, `${prefix}two`].map((name) => {
      const schema = defineSchema(name)
      const Rig = schema.lookup('Rig', {}, 'rig : varchar(8)')
      const parts = { Trial: [{ Rig }, '-> master\ntrial : int16\n---\n-> Rig'] } as const
      schema.manual('Session', { Rig }, 'session : int16\n---\n-> Rig', { parts })
      return schema
    })
    await using pipeline = await database.pipeline(schemas)
    const pulled = await pull(
      pipeline.db,
      schemas.map(({ name }) => name),
    )
    expect(pulled.notes).toEqual([])
    await expectNothingNew(pipeline.db, await writePulled(pulled, `names-${database.name}`))
  })

  test('tells of the rows of parts of lookup tables, which it does not write', async () => {
    const lab = defineSchema(`${database.prefix()}lab`)
    const parts = { Site: [{}, '-> master\nsite : int16'], Gap: [{}, '-> master\ngap : int16'] } as const
    const Probe = lab.lookup('Probe', {}, 'probe : int16', { contents: [{ probe: 1 }], parts })
    await using pipeline = await database.pipeline([lab])
    await pipeline.db(Probe.Site).insert1({ probe: 1, site: 2 })
    expect((await pull(pipeline.db, [lab.name])).notes).toEqual([])
    const { notes, files } = await pull(pipeline.db, [lab.name], { lookupRows: 5 })
    expect(notes).toEqual([
      { table: `${lab.name}.#probe__site`, problem: 'its rows are not written: no definition has those of parts' },
    ])
    expect(files[0]?.text).toContain('// its rows are not written')
  })

  test('refuses what cannot be asked', async () => {
    const prefix = database.prefix()
    await using pipeline = await database.pipeline([])
    await expect(pull(pipeline.db, [`${prefix}none`])).rejects.toMatchObject({ code: 'unknown-schema' })
    await expect(pull(pipeline.db, [], { lookupRows: -1 })).rejects.toMatchObject({ code: 'invalid-call' })
    // @ts-expect-error -- one name is no list
    await expect(pull(pipeline.db, 'lab')).rejects.toMatchObject({ code: 'invalid-call' })
    await expect(pull(pipeline.db, [], { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
  })
})

for (const kind of ['mariadb', 'mysql'] as const) {
  const settings = inject(kind)
  test.runIf(settings !== null)(
    `tables of ${kind} that no definition declares are left out, named, and said why`,
    async () => {
      if (!settings) throw new RangeError('there is no server')
      const schema = `foreign${process.pid}_${Date.now().toString(36)}`
      const connection = await connect(settings)
      const sql = (text: string) => connection.execute({ sql: text, parameters: [] })
      await sql(`CREATE DATABASE \`${schema}\``)
      try {
        for (const [name, columns] of [
          ['Order Items', "id int PRIMARY KEY, `First Name` int COMMENT 'a\\n evil()'"],
          ['plain', "a int PRIMARY KEY COMMENT ':x\\ny', b varchar(9) NOT NULL DEFAULT 'z', KEY (b)"],
          ['sets', "a int PRIMARY KEY, b set('x', 'y')"],
          ['_made', 'a int PRIMARY KEY, b int'],
          ['ring', 'a int PRIMARY KEY, b int'],
          ['wheel', `a int PRIMARY KEY, b int, FOREIGN KEY (b) REFERENCES \`${schema}\`.ring (a)`],
          ['below', `a int PRIMARY KEY, FOREIGN KEY (a) REFERENCES \`${schema}\`.sets (a)`],
          ['lost__part', 'a int PRIMARY KEY'],
        ]) {
          await sql(`CREATE TABLE \`${schema}\`.\`${name}\` (${columns})`)
        }
        await sql(`ALTER TABLE \`${schema}\`.ring ADD FOREIGN KEY (b) REFERENCES \`${schema}\`.wheel (a)`)
        await using db = await definePipeline({ schemas: [], tables: {}, database: settings }).open()
        const pulled = await pull(db, [schema])
        const notes = Object.fromEntries(
          pulled.notes.map(({ table, problem }) => [table.slice(schema.length + 1), problem]),
        )
        expect(notes).toEqual({
          'Order Items': expect.stringContaining('cannot read the line `First Name = null : int'),
          plain: 'comments are not written as they are, of `a`',
          sets: expect.stringContaining("unknown type `set('x','y')`"),
          ring: expect.stringContaining('refers back to it'),
          wheel: `it refers to \`${schema}.ring\`, which is not written`,
          below: `it refers to \`${schema}.sets\`, which is not written`,
          lost__part: `it is a part of \`${schema}.lost\`, which is not there`,
        })
        const schemas = await writePulled(pulled, `foreign-${kind}`)
        expect(schemas[0]?.tables.map(({ typeName }) => typeName)).toEqual(['Plain', 'Made'])
        await expectNothingNew(db, schemas)
        const text = textOf(pulled, `${schema}.ts`)
        expect(text).toContain(`// Left out: ${schema}.sets\n// - `)
        expect(text).not.toMatch(/^ *evil/m)
      } finally {
        await sql(`DROP DATABASE \`${schema}\``)
        await connection.close()
      }
    },
  )
}

test('all that was pulled compiles', async () => {
  const settings = { extends: join(root, 'tsconfig.base.json'), include: ['*/*.ts'] }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(settings))
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const { stdout } = await run('node', [compiler, '--project', folder]).catch((error: { stdout: string }) => error)
  expect(stdout).toBe('')
}, 120_000)
