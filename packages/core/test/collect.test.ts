import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ndarray } from '@neurojoint/arrays'
import { expect, onTestFinished, test, vi } from 'vitest'
import { collect, defineCodec, defineSchema, planCollect } from '../src/index.ts'
import { contextOf, type Database } from '../src/query/database.ts'
import { putByHash } from '../src/store/hash-address.ts'
import { onEveryDatabase, type TestDatabase } from './databases.ts'
import { long } from './long.ts'
import { fileSettings, garbageOf, openStoreLab, type StoreLab } from './store-lab.ts'

vi.setConfig({ testTimeout: 60_000 })

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Everything is old: these tests do not wait a day. */
const now = { olderThanSeconds: 0 }

const definition = `
  subject : varchar(20)
  session : int
  ---
  raw = null : <hash@local>
  trace = null : <npy@local>
  movie = null : <object@local>
  video = null : <filepath@local>
  notes = null : json
`

async function sessions(database: TestDatabase, layout: object = {}) {
  const prefix = database.prefix()
  const schema = defineSchema(`${prefix}lab`)
  const other = defineSchema(`${prefix}other`)
  const settings = { ...(await fileSettings()), ...layout }
  const [Session, Other] = [schema.manual('Session', {}, definition), other.manual('Session', {}, definition)]
  const lab = await openStoreLab(database, [schema, other], { local: settings })
  return { ...lab, schema, other, Session, Other, settings }
}

/** A folder with files that hold their names. */
async function folderOf(names: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'neurojoint-movie-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  for (const name of names) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), name)
  }
  return folder
}

const trace = ndarray(new Float64Array([1, 2, 3]))

/** Makes all objects of a store as old as a year. */
async function age({ stores }: Pick<StoreLab, 'stores'>, location: string): Promise<void> {
  const then = new Date(Date.now() - 365 * 24 * 3600 * 1000)
  for await (const { path } of stores.get('local').list('')) await utimes(join(location, path), then, then)
}

onEveryDatabase('collecting garbage', (database) => {
  test.each([{}, { partitionPattern: '{subject}', subfolding: [2, 2] }, { schemaPrefix: '', hashPrefix: 'content' }])(
    'deletes what no row refers to, and nothing else, with the layout %j (trap T23)',
    { timeout: 30_000 },
    async (layout) => {
      await using lab = await sessions(database, layout)
      const { db, schema, other, Session, Other, stores, paths } = lab
      const store = stores.get('local')
      await store.put('videos/a.avi', bytes('video'))
      await store.put(`${schema.name}.txt`, bytes('not ours'))
      const movie = {
        subject: 'b/c',
        session: 3,
        movie: await folderOf(['1.tif', '2.tif', 'more/3.tif', 'more/4.tif']),
      }
      const rows = [
        { subject: 'a', session: 1, raw: bytes('one'), trace, video: 'videos/a.avi' },
        { subject: 'a', session: 2, raw: bytes('two'), trace },
        movie,
      ]
      await db(Session).insert(rows)
      await db(Other).insert1({ subject: 'a', session: 1, raw: bytes('one'), trace })
      const whole = await paths()
      const nothing = await planCollect(db, [schema, other.name], now)
      expect(nothing.problems).toEqual([])
      expect(garbageOf(nothing)).toEqual([])
      expect(nothing.stores[0]?.referenced).toBe(whole.length - 2)

      await db(Session).restrict({ session: 2 }).delete()
      await db(Session).restrict({ session: 3 }).delete()
      await db(Other).delete()
      const plan = await planCollect(db, [schema], now)
      const gone = garbageOf(plan)
      expect(gone.length).toBeGreaterThan(5)
      expect(gone.some((path) => path.endsWith('.manifest.json'))).toBe(true)
      expect(gone.every((path) => path.includes(schema.name))).toBe(true)
      expect(plan.stores[0]).toMatchObject({ referenced: 2, young: 0, rows: 0, unfinished: [] })
      const before = await paths()
      const collected = await collect(db, plan)
      expect(collected.stores).toEqual([
        { store: 'local', objects: gone.length, bytes: plan.stores[0]?.bytes, kept: 0, unfinished: 0, rows: 0 },
      ])
      expect(await paths()).toEqual(before.filter((path) => !gone.includes(path)))
      expect((await paths()).filter((path) => path.includes(other.name))).toHaveLength(2)
      const [row] = await db(Session).fetch()
      expect(row).toMatchObject({ subject: 'a', session: 1, raw: bytes('one') })
      expect(row?.video).toMatchObject({ path: 'videos/a.avi' })
      expect(garbageOf(await planCollect(db, [schema], now))).toEqual([])
    },
  )

  test('what is young is left alone, a day unless said otherwise', async () => {
    await using lab = await sessions(database)
    const { db, schema, Session, paths, settings } = lab
    await db(Session).insert1({ subject: 'a', session: 1, raw: bytes('one'), trace })
    await db(Session).delete()
    const young = await planCollect(db, [schema])
    expect(young.stores[0]).toMatchObject({ referenced: 0, young: 2, objects: [], bytes: 0 })
    await age(lab, settings.location)
    const plan = await planCollect(db, [schema])
    expect(plan.stores[0]).toMatchObject({ young: 0, objects: [{}, {}] })
    await collect(db, plan)
    expect(await paths()).toEqual([])
  })

  test('what killed writers left half done goes too, and only where the engine writes', async () => {
    await using lab = await sessions(database)
    const { db, schema, stores, pathsUnfinished, settings } = lab
    const temporary = '.00000000-0000-4000-8000-000000000000.tmp'
    const folders = [`_hash/${schema.name}`, `_schema/${schema.name}/session/subject=a`, 'videos', '_hash/another']
    for (const folder of folders) {
      await mkdir(join(settings.location, folder), { recursive: true })
      await writeFile(join(settings.location, folder, temporary), 'half')
    }
    expect((await planCollect(db, [schema])).stores).toMatchObject([{ unfinished: [], bytes: 0 }])
    const plan = await planCollect(db, [schema], now)
    expect(plan.stores).toMatchObject([{ objects: [], unfinished: [{}, {}], bytes: 8 }])
    expect(await collect(db, plan)).toMatchObject({ stores: [{ objects: 0, unfinished: 2, bytes: 8 }] })
    expect(await pathsUnfinished()).toEqual([`_hash/another/${temporary}`, `videos/${temporary}`])
    expect(await stores.get('local').size(`videos/${temporary}`)).toBe(4)
  })

  test('an object that is used again after the plan is kept, whoever uses it and before its row is there', async () => {
    await using lab = await sessions(database)
    const { db, schema, Session, stores, settings } = lab
    const [ours, begun, theirs] = [bytes('by us'), bytes('by us, not committed'), bytes('by another client')]
    const contents = [ours, begun, theirs]
    await db(Session).insert(contents.map((raw, session) => ({ subject: 'a', session, raw })))
    const stored = await storedValues(db, Session)
    await db(Session).delete()
    await age(lab, settings.location)
    const plan = await planCollect(db, [schema])
    expect(garbageOf(plan)).toHaveLength(3)
    await db(Session).insert1({ subject: 'b', session: 0, raw: ours })
    // the object first, as in an insert that has come so far
    await putByHash(stores.get('local'), schema.name, begun)
    // another client finds the object and does not touch it
    await insertStored(database, db, Session, 2, stored[2] ?? '')
    expect(await collect(db, plan)).toMatchObject({ stores: [{ objects: 0, kept: 3 }] })
    await db(Session).insert1({ subject: 'b', session: 1, raw: begun })
    const rows = await db(Session).fetch({ order: ['session'] })
    expect(rows.map(({ raw }) => raw)).toEqual(contents)
  })

  test('while others insert and delete the same contents, no row loses its object', { timeout: 60_000 }, async () => {
    await using lab = await sessions(database)
    const { db, schema, Session, again } = lab
    const until = Date.now() + (long ? 8000 : 3500)
    let collectedObjects = 0
    const write = async (writer: number): Promise<void> => {
      const own = await again()
      for (let turn = 0; Date.now() < until; turn++) {
        const session = writer * 1_000_000 + turn
        await own(Session).insert1({ subject: 'a', session, raw: bytes(`content ${turn % 40}`) })
        if (turn % 3 !== 0) await own(Session).restrict({ session }).delete()
        // now and then long enough for garbage to be old
        if (turn % 40 === 39) await delay(1500)
        if (turn % 40 === 39) await own(Session).delete()
      }
    }
    const clean = async (): Promise<void> => {
      while (Date.now() < until) {
        const { stores } = await collect(db, await planCollect(db, [schema], { olderThanSeconds: 1 }))
        collectedObjects += stores[0]?.objects ?? 0
        await delay(50)
      }
    }
    await Promise.all([write(1), write(2), clean()])
    expect(collectedObjects).toBeGreaterThan(0)
    const rows = await db(Session).fetch()
    for (const { raw } of rows) expect(Buffer.from(raw ?? []).toString()).toMatch(/^content /)
  })
})

/** What the column `raw` holds, in the order of the key. */
async function storedValues(
  db: Database,
  { declaration: { name } }: { readonly declaration: { readonly name: { schema: string; table: string } } },
): Promise<readonly string[]> {
  const { connection } = contextOf(db)
  const { dialect } = connection
  const table = dialect.name === 'sqlite' ? `"${name.schema}.${name.table}"` : `\`${name.schema}\`.\`${name.table}\``
  const rows = await connection.query({ sql: `SELECT raw FROM ${table} ORDER BY session`, parameters: [] })
  return rows.map(([raw]) => String(raw))
}

async function insertStored(
  database: TestDatabase,
  db: Database,
  { declaration: { name } }: { readonly declaration: { readonly name: { schema: string; table: string } } },
  session: number,
  raw: string,
): Promise<void> {
  const table = database.name === 'sqlite' ? `"${name.schema}.${name.table}"` : `\`${name.schema}\`.\`${name.table}\``
  const sql = `INSERT INTO ${table} (subject, session, raw) VALUES ('b', ${session}, ?)`
  await contextOf(db).connection.execute({ sql, parameters: [raw] })
}

onEveryDatabase('what cannot be read stops a collection (trap T23)', (database) => {
  test('a value that says no path, an unknown store, a store that cannot be listed', async () => {
    await using lab = await sessions(database)
    const { db, schema, Session, settings, paths } = lab
    await db(Session).insert1({ subject: 'a', session: 1, raw: bytes('one') })
    await db(Session).delete()
    const good = await planCollect(db, [schema], now)
    expect(garbageOf(good)).toHaveLength(1)
    const place = expect.stringMatching(/\.session(\.raw)?$/)
    for (const [stored, reason] of [
      ['{"hash": "x"}', /says no path/],
      ['7', /says no path/],
      ['{"path": "x", "store": "gone"}', /no store 'gone'/],
      ['{"path": "x", "store": 7}', /no text/],
    ] as const) {
      await insertStored(database, db, Session, 9, stored)
      const plan = await planCollect(db, [schema], now)
      expect(plan.problems).toEqual([{ place, reason: expect.stringMatching(reason) }])
      const refused = { code: 'collect-refused', problems: plan.problems }
      await expect(collect(db, plan)).rejects.toMatchObject(refused)
      // the same where it is only found when rows are read again
      await expect(collect(db, good)).rejects.toMatchObject(refused)
      await db(Session).restrict({ session: 9 }).delete()
    }
    expect(await paths()).toHaveLength(1)
    await writeFile(join(settings.location, 'x'), '')
    await expect(collect(db, good)).resolves.toMatchObject({ stores: [{ objects: 1 }] })
  })

  test('a table that cannot be read, a store that is not there', async () => {
    await using lab = await sessions(database)
    const { db, schema } = lab
    const gone = { protocol: 'file', location: '/no/such/folder' } as const
    const table = defineSchema(`${database.prefix()}more`)
    const Session = table.manual('Session', {}, 'n : int\n---\nraw : <hash@gone>')
    await using more = await openStoreLab(database, [table], { gone })
    const plan = await planCollect(more.db, [table], now)
    expect(plan.problems).toMatchObject([{ place: "the store 'gone'", reason: /is not there/ }])
    await expect(collect(more.db, plan)).rejects.toMatchObject({ code: 'collect-refused' })
    await expect(planCollect(more.db, [table], { stores: ['local'] })).rejects.toMatchObject({ code: 'unknown-store' })
    const controller = new AbortController()
    const options = { signal: controller.signal, onProgress: () => controller.abort(new Error('enough')) }
    await expect(planCollect(db, [schema], options)).rejects.toThrow('enough')
    expect(Session.declaration.name.table).toBe('session')
  })

  test('a schema or a table that the database does not show, as to an account that may not see it', async () => {
    await using lab = await sessions(database)
    await lab.db(lab.Session).insert1({ subject: 'm1', session: 1, raw: bytes('kept') })
    const more = defineSchema(lab.schema.name)
    more.manual('Unseen', {}, 'n : int')
    const absent = `${database.prefix()}absent`
    const plan = await planCollect(lab.db, [more, absent], now)
    expect(plan.problems).toMatchObject([
      { place: absent, reason: expect.stringMatching(/shows no table of it.*may this account see/) },
      { place: `${more.name}.unseen`, reason: expect.stringMatching(/does not show it: declare it/) },
    ])
    await expect(collect(lab.db, plan)).rejects.toMatchObject({ code: 'collect-refused' })
    expect((await lab.db(lab.Session).fetch1()).raw).toEqual(bytes('kept'))
  })

  test('a codec that nobody here knows may keep references anywhere', async () => {
    const graph = defineCodec({ name: 'graph', keptAs: '<blob>', encode: (value: string) => value, decode: String })
    const schema = defineSchema(`${database.prefix()}lab`, { codecs: [graph] })
    const Session = schema.manual('Session', {}, 'n : int\n---\na : <graph>\nb : <graph@local>')
    await using lab = await openStoreLab(database, [schema], { local: await fileSettings() })
    await lab.db(Session).insert1({ n: 1, a: 'x', b: 'y' })
    expect(await planCollect(lab.db, [schema], now)).toMatchObject({ problems: [], stores: [{ referenced: 1 }] })
    const plan = await planCollect(await lab.unknowing(), [schema.name], now)
    expect(plan.problems).toMatchObject([
      { place: `${schema.name}.session.a`, reason: expect.stringMatching(/<graph>/) },
    ])
    // of one that keeps its values in a store, all that may be a path counts
    expect(plan.stores).toMatchObject([{ referenced: 1, objects: [] }])
  })

  test('wrong calls are refused', async () => {
    await using lab = await sessions(database)
    const { db, schema } = lab
    expect((await planCollect(db, [schema], now)).problems).toEqual([])
    // @ts-expect-error from JavaScript
    await expect(planCollect(db, schema)).rejects.toMatchObject({ code: 'invalid-call' })
    // @ts-expect-error from JavaScript
    await expect(planCollect(db, [schema], { olderThan: 0 })).rejects.toMatchObject({ code: 'invalid-call' })
    await expect(planCollect(db, [schema], { olderThanSeconds: -1 })).rejects.toMatchObject({ code: 'invalid-call' })
    // @ts-expect-error from JavaScript
    await expect(collect(db, planCollect(db, [schema]))).rejects.toMatchObject({ code: 'invalid-call' })
  })
})
