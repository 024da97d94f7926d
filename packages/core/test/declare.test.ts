import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { declare, definePipeline, defineSchema, describe, planDeclare, type Schema } from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'
import { labSchemas } from './lab.ts'

/** The plan where everything is there. */
const nothing = { schemas: [], tables: [], generations: {}, records: [], contents: [] }

onEveryDatabase('declaring', (database) => {
  test('is planned, then done; done again it does nothing', async () => {
    const { lab, Species } = labSchemas(database.prefix())
    const { settings, dispose } = await database.shared()
    const pipeline = definePipeline({ schemas: [lab], tables: {}, database: settings })
    const db = await pipeline.open()
    try {
      const plan = await planDeclare(db, pipeline.schemas)
      expect(plan.tables.map(({ typeName }) => typeName)).toEqual(['Species', 'Subject', 'Subject.Tag', 'Session'])
      expect(plan.schemas).toEqual([lab.name])
      await declare(db, plan)
      expect(await planDeclare(db, pipeline.schemas)).toEqual(nothing)
      expect(await db(Species).keys({ order: ['species'] })).toEqual([{ species: 'mouse' }, { species: 'rat' }])
    } finally {
      await db.close()
      await dispose()
    }
  })

  test('an attribute that this database or this pipeline cannot keep is named before anything is declared', async () => {
    const name = database.prefix()
    await using pipeline = await database.pipeline([])
    const { db } = pipeline
    const big = defineSchema(name)
    big.manual('Big', {}, 'id : int32\n---\nsize : bigint unsigned')
    const kept = defineSchema(name)
    kept.manual('Kept', {}, 'id : int32\n---\ntrace : <blob@raw>')
    const facts = { name: 'UndeclarableError', code: 'unknown-store', table: 'Kept', attribute: 'trace' }
    await expect(planDeclare(db, [kept])).rejects.toMatchObject({ ...facts, cause: { store: 'raw' } })
    const outcome = await planDeclare(db, [big]).catch((error: unknown) => error)
    const planned = { schemas: [name], tables: [expect.objectContaining({ typeName: 'Big' })] }
    const refused = { code: 'unsupported-type', table: 'Big', attribute: 'size', cause: { type: 'bigint unsigned' } }
    expect(outcome).toMatchObject(database.name === 'sqlite' ? refused : planned)
  })

  test('a table in the database that is not as defined is an error that shows the difference', async () => {
    const prefix = database.prefix()
    const { settings, dispose } = await database.shared()
    const before = defineSchema(`${prefix}lab`)
    before.manual('Subject', {}, `
      subject : varchar(8)
      ---
      sex = 'U' : enum('M', 'F', 'U')
      notes = '' : varchar(64)
    `)
    const first = definePipeline({ schemas: [before], tables: {}, database: settings })
    const db = await first.open()
    await declare(db, await planDeclare(db, first.schemas))
    await db.close()
    const after = defineSchema(`${prefix}lab`)
    after.manual('Subject', {}, `
      subject : varchar(16)
      ---
      sex = 'M' : enum('M', 'F', 'U')
      weight : float32
    `)
    const second = definePipeline({ schemas: [after], tables: {}, database: settings })
    await expect(second.open()).rejects.toMatchObject({
      code: 'table-differs',
      tables: [
        {
          differences: [
            '`subject` is defined as `subject : varchar(16)`; the database has `subject : varchar(8)`',
            "`sex` is defined as `sex = 'M' : enum('M','F','U')`; the database has `sex = 'U' : enum('M','F','U')`",
            '`weight : float32` is not in the database',
            'the database has `notes : varchar(64)`, which is not defined',
          ],
        },
      ],
    })
    await dispose()
  })

  test('describe gives a definition that declares the same table', () => {
    const { Session, Subject } = labSchemas(database.prefix())
    expect(describe(Session)).toContain('-> Subject')
    const again = defineSchema(Session.declaration.name.schema).manual('Session', { Subject }, describe(Session))
    expect(again.declaration).toEqual(Session.declaration)
    expect(describe(Subject.Tag)).toContain('-> master')
  })

  test('takes unique references and indexes on references as they are', async () => {
    const schema = defineSchema(`${database.prefix()}indexes`)
    const Parent = schema.manual('Parent', {}, 'parent : int16')
    schema.manual('Child', { Parent }, `
      child : int16
      ---
      -> [unique] Parent
      -> Parent.proj(second='parent')
      -> [nullable] Parent.proj(third='parent')
      unique index (second)
      index (third)
      index (child, third)
    `)
    await using pipeline = await database.pipeline([schema])
    expect(await planDeclare(pipeline.db, [schema])).toEqual(nothing)
    const other = defineSchema(schema.name)
    const OtherParent = other.manual('Parent', {}, 'parent : int16')
    other.manual('Child', { Parent: OtherParent }, `
      child : int16
      ---
      -> Parent
      -> Parent.proj(second='parent')
      -> [nullable] Parent.proj(third='parent')
      index (child, third)
    `)
    await expect(planDeclare(pipeline.db, [other])).rejects.toMatchObject({
      code: 'table-differs',
      tables: [{ differences: { length: 4 } }],
    })
  })

  test('completes the contents of a lookup by what is missing, and leaves what is there', async () => {
    const name = `${database.prefix()}lookups`
    const lookup = (contents: { label: string; version?: number; note?: string }[]) => {
      const schema = defineSchema(name)
      const Label = schema.lookup('Label', {}, `
        label : varchar(8)
        version = 1 : int16
        ---
        note = '' : varchar(16)
      `, { contents })
      return { schema, Label }
    }
    const first = lookup([{ label: 'a', note: 'first' }, { label: 'a', version: 2 }])
    await using pipeline = await database.pipeline([first.schema])
    const { db } = pipeline
    const second = lookup([{ label: 'a', note: 'second' }, { label: 'a', version: 3 }, { label: 'a', version: 3 }])
    const plan = await planDeclare(db, [second.schema])
    expect(plan.contents.map(({ typeName }) => typeName)).toEqual(['Label'])
    await declare(db, plan)
    expect(await planDeclare(db, [second.schema])).toMatchObject({ contents: [] })
    expect(await db(second.Label).fetch({ order: ['version'] })).toEqual([
      { label: 'a', version: 1, note: 'first' },
      { label: 'a', version: 2, note: '' },
      { label: 'a', version: 3, note: '' },
    ])
  })

  test('several at once end with one declared pipeline', { timeout: 60_000 }, async () => {
    const { lab, Species, Subject } = labSchemas(database.prefix())
    const { settings, dispose } = await database.shared()
    const pipeline = definePipeline({ schemas: [lab], tables: {}, database: settings })
    const all = await Promise.all(Array.from({ length: 6 }, () => pipeline.open()))
    try {
      await Promise.all(all.map(async (db) => declare(db, await planDeclare(db, [lab]))))
      for (const db of all) expect(await planDeclare(db, [lab])).toEqual(nothing)
      expect(await all[0]?.(Species).count()).toBe(2)
      await Promise.all(all.map((db, index) => db(Subject).insert1({ subject: `m${index}` })))
      expect(await all[1]?.(Subject).count()).toBe(6)
    } finally {
      await Promise.all(all.map((db) => db.close()))
      await dispose()
    }
  })

  test('does not mind the order of schemas, which may refer to each other', async () => {
    const [one, two] = [defineSchema(`${database.prefix()}one`), defineSchema(`${database.prefix()}two`)]
    const A = one.manual('A', {}, 'a : int16')
    const B = two.manual('B', { A }, '-> A\nb : int16')
    const C = one.manual('C', { B }, '-> B\nc : int16')
    await using pipeline = await database.pipeline([two, one, two])
    await pipeline.db(A).insert1({ a: 1 })
    await pipeline.db(B).insert1({ a: 1, b: 1 })
    await pipeline.db(C).insert1({ a: 1, b: 1, c: 1 })
    await pipeline.db(A).delete()
    expect(await pipeline.db(C).count()).toBe(0)
  })

  test('takes its own defaults of single precision back, of which a server shows six digits', async () => {
    const schema = defineSchema(`${database.prefix()}lab`)
    const Scale = schema.manual('Scale', {}, `
      n : int16
      ---
      gain = 0.123456789 : float32
      limit = 16777217 : float32
    `)
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    expect(await planDeclare(db, [schema])).toEqual(nothing)
    await db(Scale).insert1({ n: 1 })
    expect(await db(Scale).fetch1()).toEqual({ n: 1, gain: Math.fround(0.123456789), limit: 16777216 })
    const other = defineSchema(schema.name)
    other.manual('Scale', {}, 'n : int16\n---\ngain = 0.123467 : float32\nlimit = 16777217 : float32')
    await expect(planDeclare(db, [other])).rejects.toMatchObject({ code: 'table-differs' })
  })

  test('refuses a table that refers to one which is nowhere', async () => {
    const { lab, Subject } = labSchemas(database.prefix())
    const other = defineSchema(`${database.prefix()}other`)
    other.manual('Note', { Subject }, '-> Subject\nnote : int16')
    const { settings, dispose } = await database.shared()
    const db = await definePipeline({ schemas: [other], tables: {}, database: settings }).open()
    await expect(planDeclare(db, [other])).rejects.toMatchObject({
      code: 'undeclared-parent',
      table: 'Note',
      parent: { schema: lab.name, table: 'subject' },
    })
    await declare(db, await planDeclare(db, [lab]))
    expect((await planDeclare(db, [other])).tables).toHaveLength(1)
    await db.close()
    await dispose()
  })

  test('refuses two schemas that differ in capitals alone', async () => {
    const prefix = database.prefix()
    const [lab, Lab] = [defineSchema(`${prefix}lab`), defineSchema(`${prefix}Lab`)]
    lab.manual('A', {}, 'a : int16')
    Lab.manual('A', {}, 'a : int16')
    const { settings, dispose } = await database.shared()
    const open = (schemas: Schema[]) => definePipeline({ schemas, tables: {}, database: settings }).open()
    const colliding = { code: 'colliding-names', table: lab.name, other: Lab.name }
    await expect(open([lab, Lab])).rejects.toMatchObject(colliding)
    await using db = await open([lab])
    await expect(planDeclare(db, [lab, Lab])).rejects.toMatchObject(colliding)
    await dispose()
  })

  test('takes names that every object has', async () => {
    const schema = defineSchema('constructor')
    const Constructor = schema.manual('Constructor', {}, 'constructor : int16\n---\nvalue_of = 1 : int8')
    await using pipeline = await database.pipeline([schema])
    await pipeline.db(Constructor).insert1({ constructor: 1 })
    expect(await pipeline.db(Constructor).fetch()).toEqual([{ constructor: 1, value_of: 1 }])
  })

  test('refuses one table from two schema values, and takes other tables of the same schema', async () => {
    const name = `${database.prefix()}twice`
    const [one, two, three] = [defineSchema(name), defineSchema(name), defineSchema(name)]
    one.manual('A', {}, 'a : int16')
    two.manual('A', {}, 'a : int16')
    three.manual('B', {}, 'b : int16')
    const { settings, dispose } = await database.shared()
    expect(() => definePipeline({ schemas: [one, two], tables: {}, database: settings })).toThrow(
      expect.objectContaining({ code: 'name-taken' }),
    )
    await using pipeline = await database.pipeline([one, three])
    expect((await planDeclare(pipeline.db, [one, three])).tables).toEqual([])
    await dispose()
  })

  test('a definition that cannot be read leaves nothing of its table in the schema', () => {
    const schema = defineSchema(`${database.prefix()}broken`)
    const declareBroken = () =>
      // @ts-expect-error: an unknown type
      schema.manual('A', {}, 'a : int16', { parts: { P: [{}, '-> master\np : int17'] } })
    expect(declareBroken).toThrow(expect.objectContaining({ code: 'unknown-type' }))
    expect(schema.tables).toEqual([])
    expect(() => schema.manual('A', {}, 'a : int16')).not.toThrow()
  })
})

test('a schema of a file that has one which differs in capitals alone is refused, whoever made that', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'neurojoint-'))
  const database = { kind: 'sqlite', path: join(folder, 'lab.sqlite') } as const
  const [lab, Lab] = [defineSchema('lab'), defineSchema('Lab')]
  lab.manual('A', {}, 'a : int16')
  Lab.manual('A', {}, 'a : int16')
  const db = await definePipeline({ schemas: [lab], tables: {}, database }).open()
  await declare(db, await planDeclare(db, [lab]))
  const colliding = { code: 'colliding-names', table: 'Lab', other: 'lab' }
  await expect(planDeclare(db, [Lab])).rejects.toMatchObject(colliding)
  await db.close()
  await expect(definePipeline({ schemas: [Lab], tables: {}, database }).open()).rejects.toMatchObject(colliding)
  await rm(folder, { recursive: true })
})

test('a database in a folder that is not there is refused with its path', async () => {
  const path = join(tmpdir(), 'neurojoint-nowhere', 'pipeline.sqlite')
  const pipeline = definePipeline({ schemas: [], tables: {}, database: { kind: 'sqlite', path } })
  await expect(pipeline.open()).rejects.toMatchObject({ code: 'database-unavailable', location: path })
})
