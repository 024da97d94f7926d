import { expect, test } from 'vitest'
import { ndarray } from '@neurojoint/arrays'
import { contextOf } from '../src/query/database.ts'
import { defineCodec, defineSchema, readTables } from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'

onEveryDatabase("what the reference's codecs get wrong", (database) => {
  test('T13: a value that is no bytes is never stored as its text', async () => {
    const schema = defineSchema(`${database.prefix()}lab`)
    const Raw = schema.manual('Raw', {}, 'n : int8\n---\nraw = null : bytes\nh = null : <hash@>\no = null : <object@>')
    await using pipeline = await database.pipeline([schema])
    const raws = pipeline.db(Raw)
    const array = ndarray(Float64Array.of(1, 2))
    for (const row of [{ raw: array }, { raw: 'text' }, { h: array }, { h: 'text' }, { o: array }, { o: 'text' }]) {
      await expect(raws.insert1({ n: 1, ...row } as never)).rejects.toMatchObject({
        code: 'invalid-row',
        attributes: Object.keys(row),
      })
    }
    expect(await raws.count()).toBe(0)
  })

  test('T14, T15: codecs with a store work without its name, and where JSON is kept as text', async () => {
    const schema = defineSchema(`${database.prefix()}lab`)
    const Kept = schema.manual('Kept', {}, 'n : int8\n---\nb : <blob@>\na : <attach@local>')
    await using pipeline = await database.pipeline([schema])
    const row = { n: 1, b: { x: [1, 2] }, a: { name: 'a.txt', bytes: Uint8Array.of(1) } }
    await pipeline.db(Kept).insert1(row)
    expect(await pipeline.db(Kept).fetch1()).toEqual(row)
  })

  test('T26: markers without brackets on columns of JSON, as a migration left them, are those of 2.x', async () => {
    const schema = defineSchema(`${database.prefix()}lab`)
    const Kept = schema.manual('Kept', {}, 'n : int8\n---\nb = null : <blob@local>\nf = null : float64')
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    await db(Kept).insert1({ n: 1, b: [1, 2] })
    const { connection } = contextOf(db)
    const run = (sql: string) => connection.execute({ sql, parameters: [] })
    const statements =
      database.name === 'sqlite'
        ? [`UPDATE "${schema.name}.~columns" SET comment = ':blob@local:' WHERE attribute_name = 'b'`]
        : [`ALTER TABLE \`${schema.name}\`.\`kept\` MODIFY \`b\` json DEFAULT NULL COMMENT ':blob@local:'`]
    for (const statement of statements) await run(statement)
    const [table] = await readTables(db, [schema.name])
    expect(table?.declaration.heading.map(({ type }) => type.text)).toEqual(['int8', '<blob@local>', 'float64'])
    expect(table && (await db(table).fetch1())).toMatchObject({ n: 1, b: [1, 2] })
  })

  test('X16: objects go into JSON of 0.14, and no codec is handed NULL', async () => {
    const strict = defineCodec({
      name: 'strict',
      keptAs: '<blob>',
      encode: (value: { readonly x: number }) => ({ x: value.x + 0 }),
      decode: (kept) => {
        if (kept === null) throw new TypeError('NULL')
        return { x: typeof kept === 'object' && 'x' in kept ? Number(kept.x) : 0 }
      },
    })
    const schema = defineSchema(`${database.prefix()}lab`, { compat: 'python-0.14', codecs: [strict] })
    const Old = schema.manual('Old', {}, 'n : int\n---\nj = null : json\ns = null : <strict>')
    await using pipeline = await database.pipeline([schema])
    const rows = [
      { n: 1, j: { a: [1, null] }, s: { x: 5 } },
      { n: 2, j: null, s: null },
    ]
    await pipeline.db(Old).insert(rows)
    expect(await pipeline.db(Old).fetch({ order: ['n'] })).toEqual(rows)
  })
})
