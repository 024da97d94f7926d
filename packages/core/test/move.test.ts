import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import {
  type Database,
  type DatabaseSettings,
  declare,
  definePipeline,
  defineSchema,
  drop,
  move,
  oneOf,
  planDeclare,
  planDrop,
  planMove,
  populate,
  type Schema,
} from '../src/index.ts'
import { openJobQueue } from '../src/jobs/open-queue.ts'

let folder = ''
let made = 0
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'neurojoint-move-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const file = (name: string): DatabaseSettings => ({ kind: 'sqlite', path: join(folder, `${name}.sqlite`) })
const places: readonly (readonly [string, () => DatabaseSettings | null])[] = [
  ['another SQLite file', () => file('elsewhere')],
  ['MariaDB', () => inject('mariadb')],
  ['MySQL', () => inject('mysql')],
]

/** Two schemas with every kind of value, a part, and a computed table with jobs. */
function labSchemas() {
  const prefix = `mv${process.pid}_${Date.now().toString(36)}_${(made += 1)}_`
  const lab = defineSchema(`${prefix}lab`)
  const work = defineSchema(`${prefix}work`)
  const Subject = lab.manual(
    'Subject',
    {},
    `
    # an animal
    subject : varchar(16)
    ---
    i64 = null : int64
    f32 = null : float32
    f64 = null : float64
    d = null : decimal(12, 4)
    b = null : bool
    e = null : enum('left', 'it''s')
    u = null : uuid
    at = null : datetime(6)
    j = null : json
    raw = null : bytes
    packed = null : <blob>
  `,
    {
      parts: {
        Tag: [
          {},
          `
    -> master
    tag : varchar(16)
  `,
        ],
      },
    },
  )
  const Score = work.computed(
    'Score',
    { Subject },
    `
    -> Subject
    ---
    score : float64
  `,
    { fetch: (key) => key, compute: () => ({ row: { score: 0.1 } }) },
  )
  return { lab, work, Subject, Score, schemas: [lab, work] as const }
}

type Lab = ReturnType<typeof labSchemas>

const open = (schemas: readonly Schema[], database: DatabaseSettings): Promise<Database> =>
  definePipeline({ schemas, tables: {}, database }).open()

async function filled({ schemas, Subject, Score }: Lab): Promise<Database> {
  const db = await open(schemas, file('from'))
  await declare(db, await planDeclare(db, schemas))
  await db(Subject).insert([
    { subject: 'grün', i64: 2n ** 62n, f32: 0.1, f64: 1 / 3, d: '-12345678.0625', b: true, e: "it's" },
    { subject: 'b', u: '01234567-89ab-cdef-0123-456789abcdef', at: '2024-01-15 10:30:00.000005' },
    { subject: 'c', j: { b: [1, 2.5, null], a: 'x' }, raw: new Uint8Array([0, 255]), packed: new Float64Array(200) },
    ...Array.from({ length: 3000 }, (_, n) => ({ subject: `s${n}`, f64: n / 7 })),
  ])
  await db(Subject.Tag).insert([
    { subject: 'b', tag: 'one' },
    { subject: 'b', tag: 'two' },
  ])
  await populate(db, Score, { restriction: { subject: 'b' } })
  const queue = await openJobQueue(db, Score)
  await queue.refresh({ restriction: db(Subject).restrict({ subject: oneOf(['c', 'grün']) }) })
  const [claim] = await queue.claim({ limit: 1, leaseSeconds: 60, order: 'key' })
  if (!claim) throw new Error('There is nothing to claim')
  await queue.fail(claim, { message: 'no signal', stack: 'at line 1', code: null }, null)
  return db
}

async function contents(db: Database, { Subject, Score }: Lab) {
  const order = { order: ['subject'] } as const
  return [await db(Subject).fetch(order), await db(Subject.Tag).fetch(), await db(Score).fetch(order)]
}

describe.each(places)('moving to %s', (_, settings) => {
  test('brings rows, parts and job history, and back again', { timeout: 60_000 }, async () => {
    const there = settings()
    if (!there) return
    const lab = labSchemas()
    const names = lab.schemas.map(({ name }) => name)
    await using from = await filled(lab)
    await using to = await open(lab.schemas, there)
    const plan = await planMove(from, to, names)
    expect(plan.tables.map(({ rows, present }) => [rows, present])).toEqual([
      [3003, null],
      [1, null],
      [2, null],
      [2, null],
    ])
    const told = new Map<string, number>()
    const moved = await move(from, to, plan, { onProgress: ({ table, done }) => told.set(table, done) })
    expect(moved).toEqual({ tables: 4, rows: 3008, missing: [] })
    expect([...told.values()]).toEqual([3003, 1, 2, 2])
    expect(await contents(to, lab)).toEqual(await contents(from, lab))
    expect((await planMove(from, to, names)).tables.every(({ rows, present }) => rows === present)).toBe(true)
    // nothing is left to declare, and the failed job is not made again
    expect((await planDeclare(to, lab.schemas)).tables).toEqual([])
    const queue = await openJobQueue(to, lab.Score)
    const due = await queue.claim({ limit: 10, leaseSeconds: 60 })
    expect(due.map(({ key }) => key)).toEqual([{ subject: 'grün' }])
    await queue.release(due)

    await using back = await open(lab.schemas, file('back'))
    await move(to, back, await planMove(to, back, names))
    expect(await contents(back, lab)).toEqual(await contents(from, lab))
    await drop(to, await planDrop(to, lab.schemas))
  })

  test('goes on where it was stopped, and writes nothing twice', { timeout: 60_000 }, async () => {
    const there = settings()
    if (!there) return
    const lab = labSchemas()
    const names = lab.schemas.map(({ name }) => name)
    await using from = await filled(lab)
    await using to = await open(lab.schemas, there)
    const controller = new AbortController()
    const stopped = move(from, to, await planMove(from, to, names), {
      signal: controller.signal,
      onProgress: ({ done }) => {
        if (done >= 1000) controller.abort(new Error('enough'))
      },
    })
    await expect(stopped).rejects.toThrow('enough')
    expect(await to(lab.Subject).count()).toBeLessThan(3003)
    await move(from, to, await planMove(from, to, names))
    expect(await contents(to, lab)).toEqual(await contents(from, lab))
    await drop(to, await planDrop(to, lab.schemas))
  })
})

describe.each(['2.x', '0.14'] as const)('objects of a schema of %s', (generation) => {
  test.each(places)('go with their rows to %s', { timeout: 60_000 }, async (_, settings) => {
    const database = settings()
    if (!database) return
    const name = `mv${process.pid}_${Date.now().toString(36)}_${(made += 1)}`
    const schema = defineSchema(name, generation === '0.14' ? { compat: 'python-0.14' } : {})
    const own = generation === '2.x' ? 'trace = null : <npy@local>\n thing = null : <object@local>' : ''
    const definition: string = `
      n : int
      ---
      far = null : <blob@local>
      note = null : <attach@local>
      path = null : <filepath@local>
      ${own}
    `
    const Sample = schema.manual('Sample', {}, definition)
    const opened = async (where: DatabaseSettings, store: string) => {
      await mkdir(join(folder, store), { recursive: true })
      const local = { protocol: 'file', location: join(folder, store), stage: folder } as const
      const stores = { default: 'local', stores: { local } }
      return definePipeline({ schemas: [schema], tables: {}, database: where, stores }).open()
    }
    await using from = await opened(file('from'), 'store-from')
    await declare(from, await planDeclare(from, [schema]))
    await mkdir(join(folder, 'tree/inner'), { recursive: true })
    await writeFile(join(folder, 'tree/inner/a.txt'), 'in a folder')
    await mkdir(join(folder, 'store-from/raw'))
    await writeFile(join(folder, 'store-from/raw/file.bin'), 'samples')
    await from(Sample).insert([
      {
        n: 1,
        far: new Float64Array([1, 2, 3]),
        note: { name: 'note.txt', bytes: new TextEncoder().encode('a note') },
        path: 'raw/file.bin',
        ...(own !== '' && { trace: new Float64Array([4, 5]), thing: join(folder, 'tree') }),
      },
      { n: 2, far: new Float64Array([1, 2, 3]) },
      { n: 3 },
    ])
    await using to = await opened(database, 'store-to')
    const plan = await planMove(from, to, [name])
    expect(plan.stores.map(({ store }) => store)).toEqual(['local'])
    expect((await move(from, to, plan)).missing).toEqual([])
    // what it was moved from is gone, and nothing is missed
    await rm(join(folder, 'store-from'), { recursive: true })
    const rows = await to(Sample).fetch({ order: ['n'] })
    expect(rows[0]).toMatchObject({ far: { data: new Float64Array([1, 2, 3]) }, note: { name: 'note.txt' } })
    expect(rows[1]).toMatchObject({ far: { data: new Float64Array([1, 2, 3]) }, note: null })
    expect(await textOf(rows[0]?.['path'])).toBe('samples')
    expect(await filesOf(rows[0]?.['thing'])).toEqual(own === '' ? [] : ['inner/a.txt'])
    await drop(to, await planDrop(to, [schema]))
  })
})

async function textOf(file: unknown): Promise<string> {
  if (typeof file !== 'object' || file === null || !('bytes' in file) || typeof file.bytes !== 'function') return ''
  return Buffer.from((await file.bytes()) as Uint8Array).toString()
}

async function filesOf(tree: unknown): Promise<readonly string[]> {
  if (typeof tree !== 'object' || tree === null || !('files' in tree) || typeof tree.files !== 'function') return []
  return ((await tree.files()) as readonly { readonly name: string }[]).map(({ name }) => name)
}

test('rows that were there before are left as they are, and told', async () => {
  const lab = labSchemas()
  const names = lab.schemas.map(({ name }) => name)
  await using from = await filled(lab)
  await using to = await open(lab.schemas, file('elsewhere'))
  await declare(to, await planDeclare(to, lab.schemas))
  await to(lab.Subject).insert([{ subject: 'b', f64: 7 }])
  await expect(move(from, to, await planMove(from, to, names))).rejects.toMatchObject({
    code: 'move-differs',
    table: `${names[0]}.subject`,
    rows: 3003,
    moved: 3003,
  })
  expect(await to(lab.Subject).restrict({ subject: 'b' }).fetch1()).toMatchObject({ f64: 7, u: null })
})

test('a schema without what it refers to, or that is not there, is refused', async () => {
  const lab = labSchemas()
  await using from = await filled(lab)
  await using to = await open([], file('elsewhere'))
  await expect(planMove(from, to, [lab.work.name])).rejects.toMatchObject({
    code: 'incomplete-move',
    schemas: [lab.lab.name],
  })
  await expect(planMove(from, to, ['nowhere'])).rejects.toMatchObject({ code: 'nothing-to-move', schema: 'nowhere' })
  await expect(planMove(from, from, [lab.lab.name])).rejects.toMatchObject({ code: 'invalid-call' })
})

test('nothing is moved while jobs are reserved', async () => {
  const lab = labSchemas()
  await using from = await filled(lab)
  await using to = await open([], file('elsewhere'))
  const queue = await openJobQueue(from, lab.Score)
  const claims = await queue.claim({ limit: 1, leaseSeconds: 60 })
  const names = lab.schemas.map(({ name }) => name)
  await expect(planMove(from, to, names)).rejects.toMatchObject({
    code: 'move-while-working',
    tables: [`${lab.work.name}.~~score`],
  })
  await queue.release(claims)
  expect((await planMove(from, to, names)).tables).toHaveLength(4)
})
