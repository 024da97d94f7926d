import { expect, test } from 'vitest'
import { connect } from '../src/connection/connect.ts'
import type { DatabaseSettings } from '../src/connection/connection.ts'
import {
  count,
  definePipeline,
  defineSchema,
  describe as describeTable,
  planDeclare,
  planMigrate,
  pull,
  universalSet,
  virtualSchema,
} from '../src/index.ts'
import { onEveryDatabase, type TestDatabase } from './databases.ts'

/** A database in which another program made tables: `«child»` in a statement stands for one of them. */
async function made(database: TestDatabase, statementsOn: (kind: DatabaseSettings['kind']) => readonly string[]) {
  const { settings, dispose } = await database.shared()
  const connection = await connect(settings)
  const name = database.prefix()
  const isFile = settings.kind === 'sqlite'
  const quoted = (sql: string) =>
    sql.replaceAll(/«(.*?)»/g, (_, table: string) => (isFile ? `"${name}.${table}"` : `\`${name}\`.\`${table}\``))
  const run = (sql: string) => connection.execute({ sql: quoted(sql), parameters: [] })
  if (!isFile) await run(`CREATE DATABASE \`${name}\``)
  for (const sql of statementsOn(settings.kind)) await run(sql)
  const db = await definePipeline({ schemas: [], tables: {}, database: settings }).open()
  const end = async () => {
    await db.close()
    if (!isFile) await run(`DROP DATABASE \`${name}\``)
    await connection.close()
    await dispose()
  }
  return { db, name, schema: await virtualSchema(db, name), end }
}

onEveryDatabase('tables', (database) => {
  test('that another program made without a primary key are read, filled and emptied; what has to tell their rows apart is refused', async () => {
    const { db, name, schema, end } = await made(database, () => [
      'CREATE TABLE «parent» (id integer NOT NULL PRIMARY KEY, v integer)',
      'CREATE TABLE «child» (pid integer, x integer, FOREIGN KEY (pid) REFERENCES «parent» (id))',
      'INSERT INTO «parent» VALUES (1, 1), (2, 2)',
      'INSERT INTO «child» VALUES (1, 10), (1, 10), (2, 20), (NULL, 5)',
    ])
    const [parent, child] = [schema.table('Parent'), schema.table('Child')]
    const xs = async () => (await db(child).fetch({ order: ['x'] })).map((row) => Number(row['x']))
    const refused = { code: 'no-primary-key', name: 'KeylessTableError' }
    await expect(db(child).update1({ x: 99 })).rejects.toMatchObject({ ...refused, table: 'Child' })
    await expect(db(child).insert([{ x: 10 }], { skipDuplicates: true })).rejects.toMatchObject(refused)
    await expect(db(child).insert([{ x: 10 }], { replace: true })).rejects.toMatchObject(refused)
    await expect(db(child).top({ limit: 1 }).planDelete()).rejects.toMatchObject(refused)
    await expect(
      db(child)
        .restrict(db(parent).restrict({ v: 2 }))
        .delete(),
    ).rejects.toMatchObject(refused)
    expect(await xs()).toEqual([5, 10, 10, 20])
    await db(child).insert([{ x: 30 }, { x: 30 }])
    await db(child).restrict({ x: 10 }).delete()
    await db(parent).restrict({ id: 2 }).delete()
    expect(await xs()).toEqual([5, 30, 30])
    // no definition says it: one without a key declares a table of one row
    const note = { table: `${name}.child`, problem: expect.stringContaining('no primary key') }
    expect(schema.notes).toContainEqual(note)
    expect((await pull(db, [name])).notes).toContainEqual(note)
    const own = defineSchema(name)
    own.manual('Child', {}, '---\npid = null : int64\nx = null : int64')
    await expect(planDeclare(db, [own])).rejects.toMatchObject({ code: 'table-differs' })
    const { tables } = await planMigrate(db, [own])
    const steps = tables.flatMap((table) => table.steps)
    expect(steps.find(({ kind }) => kind === 'change-key')?.problem).toMatch(/its rows may repeat each other/)
    await end()
  })

  test('without a primary key are joined and counted, and refused where each row is to be told from the others', async () => {
    const { db, schema, end } = await made(database, () => [
      'CREATE TABLE «parent» (id integer NOT NULL PRIMARY KEY)',
      'CREATE TABLE «child» (id integer, x integer)',
      'INSERT INTO «parent» VALUES (1), (2)',
      'INSERT INTO «child» VALUES (1, 10), (1, 10)',
    ])
    const [parent, child] = [db(schema.table('Parent')), db(schema.table('Child'))]
    const byName = { matching: 'names' } as const
    expect(await parent.join(child, byName).count()).toBe(2)
    const counts = await parent.aggregate(child, { n: count() }, byName).fetch({ order: ['id'] })
    expect(counts.map(({ n }) => n)).toEqual([2, 0])
    const refused = expect.objectContaining({ code: 'no-primary-key' })
    expect(() => child.aggregate(parent, { n: count() }, byName)).toThrow(refused)
    expect(() => parent.join(child, byName).aggregate(parent, { n: count() }, byName)).toThrow(refused)
    expect(() => parent.extend(child.top({ limit: 1 }), byName)).toThrow(refused)
    expect(() => child.project().union(child.project())).toThrow(refused)
    const told = universalSet('id').restrict(child as never)
    expect(await parent.extend(told.aggregate(child, { n: count() }, byName), byName).count()).toBe(2)
    await end()
  })

  test('that another program made number their rows, where a row does not say its number', async () => {
    const { db, schema, end } = await made(database, (kind) => [
      `CREATE TABLE «log» (id ${kind === 'sqlite' ? 'INTEGER' : 'int AUTO_INCREMENT'} PRIMARY KEY, note varchar(9),
        made varchar(9) DEFAULT (lower('NOW')))`,
    ])
    const log = schema.table('Log')
    await db(log).insert1({ note: 'a' })
    await db(log).insert([{ note: 'b' }, { id: 7, note: 'c', made: 'then' }, { note: 'd' }])
    // of a source that may be slow
    await db(log).insert(new Set([{ note: 'e' }, { note: 'f', made: 'then' }]))
    const rows = await db(log).fetch({ order: ['id'] })
    expect(rows.map(({ id, note }) => [Number(id), note])).toEqual([
      [1, 'a'],
      [2, 'b'],
      [7, 'c'],
      [8, 'd'],
      [9, 'e'],
      [10, 'f'],
    ])
    // what the database computes for rows that leave it out, also beside one that gives it
    expect(rows.map(({ made }) => made === 'then')).toEqual([false, false, true, false, false, true])
    expect(rows.every(({ made }) => made !== null)).toBe(true)
    // a definition has each row say its number
    expect(describeTable(log)).toMatch(/^id : int(eger)?$/m)
    await end()
  })

  test('and views that another program made are read by their names', async () => {
    const { db, name, schema, end } = await made(database, () => [
      'CREATE TABLE «shop» (id integer NOT NULL PRIMARY KEY, price integer)',
      'INSERT INTO «shop» VALUES (1, 10), (2, 20)',
      'CREATE VIEW «dear_items» AS SELECT id, price AS cost FROM «shop» WHERE price > 15',
      'CREATE VIEW «_shop» AS SELECT id FROM «shop»',
      'CREATE VIEW «shop__dear» AS SELECT id FROM «shop» WHERE price > 15',
      'CREATE TABLE «sold» (id integer NOT NULL PRIMARY KEY)',
      'CREATE VIEW «sold_items» AS SELECT id FROM «sold»',
      'DROP TABLE «sold»',
    ])
    // none takes the name of a table, or its place beside a master
    expect(schema.tables.map(({ typeName, parts }) => [typeName, parts])).toEqual([['Shop', {}]])
    expect(await db(schema.table('shop__dear')).count()).toBe(1)
    const dear = schema.table('DearItems')
    const rows = await db(dear).fetch()
    expect(rows.map(({ id, cost }) => [Number(id), Number(cost)])).toEqual([[2, 20]])
    const sold = db(schema.table('Shop')).restrict(db(dear).project('id'), { matching: 'names' })
    expect(await sold.count()).toBe(1)
    expect(schema.notes).toContainEqual({ table: `${name}.dear_items`, problem: expect.stringContaining('a view') })
    await expect(db(dear).update1({ cost: 1 })).rejects.toMatchObject({ code: 'no-primary-key' })
    await expect(db(dear).delete()).rejects.toMatchObject({ code: 'no-such-table' })
    // what reads a table that is no more is in nobody's way
    const code: unknown = expect.stringMatching(/^(?:no-such-table|statement-refused)$/)
    await expect(db(schema.table('SoldItems')).fetch()).rejects.toMatchObject({ code })
    const own = defineSchema(name)
    own.manual('DearItems', {}, 'id : int32')
    await expect(planDeclare(db, [own])).rejects.toMatchObject({ code: 'colliding-names' })
    await end()
  })

  test('of one row, which DataJoint has, lose it with what they refer to', async () => {
    const schema = defineSchema(database.prefix())
    const Rig = schema.manual('Rig', {}, 'rig : int16')
    const Current = schema.manual('Current', { Rig }, '---\n-> Rig\nnote : varchar(9)')
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    await db(Rig).insert([{ rig: 1 }, { rig: 2 }])
    await db(Current).insert1({ rig: 1, note: 'in use' })
    await db(Current)
      .restrict(db(Rig).restrict({ rig: 2 }))
      .delete()
    expect(await db(Current).count()).toBe(1)
    await db(Current)
      .restrict(db(Rig).restrict({ rig: 1 }))
      .delete()
    expect(await db(Current).count()).toBe(0)
    await db(Current).insert1({ rig: 2, note: 'new' })
    await db(Current).top({ limit: 1 }).delete()
    expect(await db(Current).count()).toBe(0)
  })
})
