import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  type Database,
  declare,
  definePipeline,
  defineSchema,
  move,
  planDeclare,
  planMove,
  type Schema,
  type StoresSettings,
} from '../src/index.ts'
import { contextOf } from '../src/query/database.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'neurojoint-move-objects-'))
  for (const store of ['here', 'there', 'other']) await mkdir(join(folder, store))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const inFolder = (name: string) => ({ protocol: 'file', location: join(folder, name), stage: folder }) as const

const open = (name: string, schema: Schema, stores: StoresSettings): Promise<Database> =>
  definePipeline({
    schemas: [schema],
    tables: {},
    database: { kind: 'sqlite', path: join(folder, `${name}.sqlite`) },
    stores,
  }).open()

async function declared(name: string, schema: Schema, stores: StoresSettings): Promise<Database> {
  const db = await open(name, schema, stores)
  await declare(db, await planDeclare(db, [schema]))
  return db
}

const execute = (db: Database, sql: string) => contextOf(db).connection.execute({ sql, parameters: [] })

const legacy = () => {
  const schema = defineSchema('lab', { compat: 'python-0.14' })
  const definition: string = `
    n : int
    ---
    far = null : <blob@local>
    path = null : <filepath@local>
  `
  return { schema, Sample: schema.manual('Sample', {}, definition) }
}

test('objects of 0.14 go to where a store of other folders looks for them', async () => {
  const { schema, Sample } = legacy()
  await using from = await declared('from', schema, { stores: { local: { ...inFolder('here'), subfolding: [3] } } })
  await using to = await open('to', schema, { stores: { local: inFolder('there') } })
  await from(Sample).insert([{ n: 1, far: 'far away' }])
  expect(await move(from, to, await planMove(from, to, ['lab']))).toMatchObject({ missing: [] })
  expect(await to(Sample).fetch1()).toMatchObject({ far: 'far away' })
})

test('objects of the default store go to the store that is the default there', async () => {
  const schema = defineSchema('lab')
  const Sample = schema.manual('Sample', {}, 'n : int32\n---\nfar : <blob@>')
  await using from = await declared('from', schema, {
    default: 'first',
    stores: { first: inFolder('here'), second: inFolder('other') },
  })
  await using to = await open('to', schema, {
    default: 'second',
    stores: { first: inFolder('other'), second: inFolder('there') },
  })
  await from(Sample).insert([{ n: 1, far: 'far away' }])
  // as another client may leave it: no name stands for the default
  await execute(from, `UPDATE "lab.sample" SET far = json_remove(far, '$.store')`)
  const plan = await planMove(from, to, ['lab'])
  expect(plan.stores).toEqual([
    { store: 'first', from: `file:${join(folder, 'here')}`, to: `file:${join(folder, 'there')}` },
  ])
  await move(from, to, plan)
  expect(await to(Sample).fetch1()).toMatchObject({ far: 'far away' })
})

test.each(['another text', 'samplez'])('a file of the same name there, %s, is left as it is', async (text) => {
  const { schema, Sample } = legacy()
  await using from = await declared('from', schema, { stores: { local: inFolder('here') } })
  await using to = await open('to', schema, { stores: { local: inFolder('there') } })
  await writeFile(join(folder, 'here/file.bin'), 'samples')
  await writeFile(join(folder, 'there/file.bin'), text)
  await from(Sample).insert([{ n: 1, path: 'file.bin' }])
  await expect(move(from, to, await planMove(from, to, ['lab']))).rejects.toMatchObject({
    code: 'object-in-the-way',
    store: 'local',
    path: 'file.bin',
  })
  expect(await readFile(join(folder, 'there/file.bin'), 'utf8')).toBe(text)
  await writeFile(join(folder, 'there/file.bin'), 'samples')
  await move(from, to, await planMove(from, to, ['lab']))
  expect(await to(Sample).count()).toBe(1)
})

test('an object that is nowhere is told once, and its rows are moved', async () => {
  const schema = defineSchema('lab')
  const Sample = schema.manual('Sample', {}, 'n : int32\n---\nfar : <blob@local>')
  await using from = await declared('from', schema, { stores: { local: inFolder('here') } })
  await using to = await open('to', schema, { stores: { local: inFolder('there') } })
  await from(Sample).insert(Array.from({ length: 5000 }, (_, n) => ({ n, far: 'the same' })))
  await rm(join(folder, 'here'), { recursive: true })
  await mkdir(join(folder, 'here'))
  const { missing, rows } = await move(from, to, await planMove(from, to, ['lab']))
  expect(missing).toEqual([{ store: 'local', path: expect.stringContaining('_hash/lab/') }])
  expect(rows).toBe(5000)
})

test('a list of objects that no attribute refers to any more goes along', async () => {
  const { schema } = legacy()
  await using from = await declared('from', schema, { stores: { local: inFolder('here') } })
  await using to = await open('to', schema, { stores: { local: inFolder('there') } })
  const { connection } = contextOf(from)
  await connection.execute(connection.dialect.createExternal('lab', 'gone'))
  await move(from, to, await planMove(from, to, ['lab']))
  const plan = await planMove(from, to, ['lab'])
  expect(plan.tables.find(({ table }) => table === 'lab.~external_gone')).toMatchObject({ rows: 0, present: 0 })
  // with rows in it, both need the store
  await execute(from, `INSERT INTO "lab.~external_gone" ("hash", "size") VALUES (zeroblob(16), 1)`)
  await expect(planMove(from, to, ['lab'])).rejects.toMatchObject({ code: 'unknown-store' })
})

test('a table that was declared without the hidden columns of the other is refused', async () => {
  const schema = defineSchema('lab')
  schema.manual('Sample', {}, 'n : int32\n---\nx : float64')
  await using from = await declared('from', schema, {})
  await using to = await declared('to', schema, {})
  // as Python's client adds it to what it computes
  await execute(from, `ALTER TABLE "lab.sample" ADD COLUMN "_job_version" TEXT NOT NULL DEFAULT ''`)
  await execute(from, `INSERT INTO "lab.sample" (n, x, "_job_version") VALUES (1, 2, 'v7')`)
  await expect(planMove(from, to, ['lab'])).rejects.toMatchObject({
    code: 'table-differs',
    tables: [{ table: 'lab.sample', differences: [expect.stringContaining('_job_version')] }],
  })
  await using empty = await open('empty', schema, {})
  await move(from, empty, await planMove(from, empty, ['lab']))
  const { connection } = contextOf(empty)
  const rows = await connection.query({ sql: 'SELECT * FROM "lab.sample"', parameters: [] })
  expect(rows.map((row) => row.map(String))).toEqual([['1', '2', 'v7']])
})
