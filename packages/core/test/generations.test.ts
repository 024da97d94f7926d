import { expect, test } from 'vitest'
import {
  type AnyTable,
  type Database,
  declare,
  definePipeline,
  defineSchema,
  describe,
  planDeclare,
  populate,
  readTables,
} from '../src/index.ts'
import { contextOf } from '../src/query/database.ts'
import { onEveryDatabase, type TestDatabase } from './databases.ts'

const old = { compat: 'python-0.14' } as const

/** What stands in a column, as the driver gives it. */
async function raw(db: Database, database: TestDatabase, { declaration: { name } }: AnyTable, column: string) {
  const quoted = database.name === 'sqlite' ? `"${name.schema}.${name.table}"` : `\`${name.schema}\`.\`${name.table}\``
  const rows = await contextOf(db).connection.query({ sql: `SELECT ${column} FROM ${quoted}`, parameters: [] })
  return rows.map(([value]) => (value instanceof Uint8Array ? Buffer.from(value) : value))
}

const typesOf = ({ declaration }: AnyTable): readonly string[] => declaration.heading.map(({ type }) => type.text)

onEveryDatabase('generations', (database) => {
  test('core types are those of 0.14 in its schemas, and rows are the same', async () => {
    const schema = defineSchema(`${database.prefix()}old`, old)
    const Sample = schema.manual(
      'Sample',
      {},
      `
      n : int16
      ---
      flag = false : bool
      x : float64
      id : uuid
      waves : <blob>
      kind : enum('a', 'b')
      file = null : <attach>
    `,
    )
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    const [stored] = await readTables(db, [schema.name])
    expect(stored?.declaration.generation).toBe('0.14')
    expect(stored && typesOf(stored)).toEqual([
      'smallint',
      'tinyint(1)',
      'double',
      'uuid',
      'longblob',
      "enum('a','b')",
      'attach',
    ])
    const row = {
      n: 1,
      flag: true,
      x: 0.5,
      id: '01234567-89ab-cdef-fedc-ba9876543210',
      waves: { a: [1, 2], b: 'x' },
      kind: 'b' as const,
      file: { name: 'notes.txt', bytes: Uint8Array.of(1, 2) },
    }
    await db(Sample).insert1(row)
    expect(await db(Sample).fetch1()).toEqual(row)
    const [waves] = await raw(db, database, Sample, 'waves')
    expect(Buffer.isBuffer(waves) && waves.subarray(0, 4).toString()).toBe('dj0\0')
  })

  test('beside tables of 0.14 new ones are of 0.14, which the plan shows; elsewhere they are of 2.x', async () => {
    const prefix = database.prefix()
    const first = defineSchema(`${prefix}lab`, old)
    first.manual('Subject', {}, 'subject : varchar(8)')
    await using pipeline = await database.pipeline([first])
    const { db } = pipeline
    const lab = defineSchema(first.name)
    const Subject = lab.manual('Subject', {}, 'subject : varchar(8)')
    const Session = lab.manual('Session', { Subject }, '-> Subject\nsession : int16\n---\ndata : <blob>')
    const work = defineSchema(`${prefix}work`)
    const Unit = work.manual('Unit', { Session }, '-> Session\nunit : int32\n---\ndata : <blob>')
    const plan = await planDeclare(db, [lab, work])
    expect(plan.generations).toEqual({ [lab.name]: '0.14', [work.name]: '2.x' })
    await declare(db, plan)
    expect(await planDeclare(db, [lab, work])).toMatchObject({ tables: [], records: [] })
    await db(Subject).insert1({ subject: 'm1' })
    await db(Session).insert1({ subject: 'm1', session: 1, data: [1, 2] })
    await db(Unit).insert1({ subject: 'm1', session: 1, unit: 7, data: [3] })
    expect(await db(Session).join(Subject).fetch1()).toMatchObject({ data: [1, 2] })
    const found = await readTables(db, [lab.name, work.name])
    expect(found.map(({ declaration: { name, generation } }) => [name.table, generation])).toEqual([
      ['session', '0.14'],
      ['subject', '0.14'],
      ['unit', '2.x'],
    ])
    expect(found.map((table) => describe(table.declaration))).toEqual([
      '-> Subject\nsession : smallint\n---\ndata : longblob',
      'subject : varchar(8)',
      '-> Session\nunit : int32\n---\ndata : <blob>',
    ])
  })

  test('a longblob of 0.14 that holds no packed object gives its bytes', async () => {
    const schema = defineSchema(`${database.prefix()}old`, old)
    const Raw = schema.manual('Raw', {}, 'n : int\n---\ndata : longblob')
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    await db(Raw).insert1({ n: 1, data: 'packed' })
    const { name } = Raw.declaration
    const quoted = database.name === 'sqlite' ? `"${name.schema}.raw"` : `\`${name.schema}\`.\`raw\``
    await contextOf(db).connection.execute({ sql: `INSERT INTO ${quoted} VALUES (2, X'0102')`, parameters: [] })
    expect(await db(Raw).fetch({ order: ['n'] })).toEqual([
      { n: 1, data: 'packed' },
      { n: 2, data: Uint8Array.of(1, 2) },
    ])
  })

  test('external values of 0.14 have the types that their definition of 2.x names', async () => {
    const schema = defineSchema(`${database.prefix()}old`, old)
    const Trace = schema.manual(
      'Trace',
      {},
      'n : int32\n---\nx : float32\ntrace = null : <blob@local>\nplan = null : <attach@>',
    )
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    const [stored] = await readTables(db, [schema.name])
    expect(stored && typesOf(stored)).toEqual(['int', 'float', 'blob@local', 'attach@local'])
    expect(stored?.declaration).toMatchObject({ foreignKeys: [], indexes: [] })
    const plan = { name: 'plan.txt', bytes: Uint8Array.of(1) }
    await db(Trace).insert([
      { n: 1, x: 2, trace: null },
      { n: 2, x: 2, trace: [1], plan },
    ])
    expect(await db(Trace).fetch({ order: ['n'] })).toEqual([
      { n: 1, x: 2, trace: null, plan: null },
      { n: 2, x: 2, trace: [1], plan },
    ])
  })

  test('a computed table of 0.14 is populated by definitions of 2.x, with its external values', async () => {
    const define = (options: { readonly compat?: 'python-0.14' }, name: string) => {
      const schema = defineSchema(name, options)
      const Source = schema.manual('Source', {}, 'n : int16')
      const Mean = schema.computed(
        'Mean',
        { Source },
        '-> Source\n---\nmean : float64\ntrace = null : <blob>\nfar = null : <blob@local>',
        {
          fetch: ({ n }) => n,
          compute: (n: number) => ({ row: { mean: n / 2, trace: [n], ...(n === 2 && { far: [n] }) } }),
        },
      )
      return { schema, Source, Mean }
    }
    const old14 = define(old, `${database.prefix()}old`)
    await using pipeline = await database.pipeline([old14.schema])
    const { Source, Mean, schema } = define({}, old14.schema.name)
    const { db } = pipeline
    await planDeclare(db, [schema])
    await db(Source).insert1({ n: 1 })
    expect(await populate(db, Mean)).toMatchObject({ made: 1 })
    await db(Source).insert1({ n: 2 })
    expect(await populate(db, Mean)).toMatchObject({ made: 1 })
    expect(await db(Mean).fetch({ order: ['n'] })).toEqual([
      { n: 1, mean: 0.5, trace: [1], far: null },
      { n: 2, mean: 1, trace: [2], far: [2] },
    ])
  })

  test('what 0.14 has no type for is refused where it would be declared, with its place', async () => {
    const prefix = database.prefix()
    expect(() => defineSchema(`${prefix}old`, old).manual('Raw', {}, 'n : int16\n---\ndata : bytes')).toThrow(
      expect.objectContaining({ code: 'other-generation', line: 3 }),
    )
    const first = defineSchema(`${prefix}old`, old)
    first.manual('Subject', {}, 'subject : varchar(8)')
    await using pipeline = await database.pipeline([first])
    const later = defineSchema(first.name)
    later.manual('Raw', {}, 'n : int16\n---\ndata : bytes')
    await expect(planDeclare(pipeline.db, [later])).rejects.toMatchObject({
      code: 'other-generation',
      table: { table: 'raw' },
      attribute: 'data',
    })
  })

  test('declaring that was cut short before the lineage was written is completed', async () => {
    const schema = defineSchema(`${database.prefix()}cut`)
    const Subject = schema.manual('Subject', {}, 'subject : varchar(8)')
    const Session = schema.manual('Session', { Subject }, '-> Subject\nsession : int16')
    const { settings, dispose } = await database.shared()
    const db = await definePipeline({ schemas: [schema], tables: {}, database: settings }).open()
    await declare(db, await planDeclare(db, [schema]))
    const { connection } = contextOf(db)
    const lineage = database.name === 'sqlite' ? `"${schema.name}.~lineage"` : `\`${schema.name}\`.\`~lineage\``
    await connection.execute({ sql: `DELETE FROM ${lineage} WHERE table_name = 'session'`, parameters: [] })
    const plan = await planDeclare(db, [schema])
    expect(plan).toMatchObject({ tables: [], records: [{ typeName: 'Session' }] })
    await declare(db, plan)
    expect((await planDeclare(db, [schema])).records).toEqual([])
    const rows = await connection.query({
      sql: `SELECT attribute_name, lineage FROM ${lineage} WHERE table_name = 'session' ORDER BY attribute_name`,
      parameters: [],
    })
    expect(rows).toEqual([
      ['session', `${schema.name}.session.session`],
      ['subject', `${schema.name}.subject.subject`],
    ])
    expect(Session.declaration.heading).toHaveLength(2)
    await db.close()
    await dispose()
  })

  test('names that others take for one are refused, those that were there are not', async () => {
    const prefix = database.prefix()
    const first = defineSchema(`${prefix}lab`)
    first.manual('Species', {}, 'species : varchar(8)')
    await using pipeline = await database.pipeline([first])
    const { db } = pipeline
    const lookup = defineSchema(first.name)
    lookup.lookup('Species', {}, 'species : varchar(8)')
    await expect(planDeclare(db, [lookup])).rejects.toMatchObject({
      code: 'colliding-names',
      table: `${first.name}.#species`,
      other: `${first.name}.species`,
    })
    const both = defineSchema(`${prefix}both`)
    const Species = first.tables[0] as AnyTable
    const make = { fetch: () => null, compute: () => ({ row: {} }) }
    both.imported('Rate', { Species }, '-> Species', make)
    both.computed('Rate', { Species }, '-> Species', make)
    await expect(planDeclare(db, [both])).rejects.toMatchObject({ code: 'colliding-names' })
  })

  test('indexes on expressions are made where the database has them, and refused by name elsewhere', async () => {
    const schema = defineSchema(`${database.prefix()}indexed`)
    schema.manual(
      'Setting',
      {},
      `
      n : int16
      ---
      label : varchar(16)
      settings : json
      index (n, (lower(label)))
      index (settings.gain.left:double)
    `,
    )
    const { settings, dispose } = await database.shared()
    const db = await definePipeline({ schemas: [schema], tables: {}, database: settings }).open()
    const isRefused = database.name === 'mariadb'
    const plan = await planDeclare(db, [schema]).catch((error: unknown) => error)
    expect(plan).toMatchObject(
      isRefused ? { code: 'unsupported-index', table: 'Setting' } : { tables: [{ typeName: 'Setting' }] },
    )
    if (!isRefused) {
      await declare(db, await planDeclare(db, [schema]))
      // read back as it was declared
      await planDeclare(db, [schema])
    }
    const indexes = (await readTables(db, [schema.name])).flatMap(({ declaration }) => declaration.indexes)
    expect(indexes).toHaveLength(isRefused ? 0 : 2)
    await db.close()
    await dispose()
  })
})
