import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ndarray } from '@neurojoint/arrays'
import { expect, test } from 'vitest'
import {
  type Attachment,
  type Database,
  declare,
  definePipeline,
  defineSchema,
  planDeclare,
  readTables,
  type StoredArray,
  type StoredFile,
  type StoredFolder,
} from '../../src/index.ts'
import type { Python } from '../python/python.ts'
import { type Peer, withEveryPython } from './servers.ts'

const blob = {
  samples: ndarray(
    Float64Array.from({ length: 100 }, (_, index) => index),
    [20, 5],
    'F',
  ),
  rate: 3e4,
}
const note = { name: 'übung.txt', bytes: new Uint8Array(Buffer.from('hello\n')) }
const array = ndarray(
  Int16Array.from({ length: 12 }, (_, index) => index - 6),
  [4, 3],
)

/** A folder with stores, and files in them, for the length of one test. */
async function withStores(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'neurojoint-stores-'))
  try {
    for (const name of ['local/raw', 'stage/raw', 'down', 'tree/inner'])
      await mkdir(join(folder, name), { recursive: true })
    for (const name of ['local/raw', 'stage/raw']) await writeFile(join(folder, name, 'a.dat'), 'abc')
    await writeFile(join(folder, 'tree', 'one.txt'), '1\n')
    await writeFile(join(folder, 'tree', 'inner', 'two.bin'), Uint8Array.of(2, 2))
    await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** A database with the store, and Python with the same one; all schemas of those names are dropped afterwards. */
async function withPython(
  peer: Peer,
  folder: string,
  names: readonly string[],
  work: (
    open: (parts: { readonly schemas: Parameters<typeof definePipeline>[0]['schemas'] }) => Promise<Database>,
    python: Python,
  ) => Promise<void>,
): Promise<void> {
  const location = join(folder, 'local')
  const stores = { stores: { local: { protocol: 'file', location } }, default: 'local' } as const
  const settings = JSON.stringify({
    local: { protocol: 'file', location, ...(peer.generation === '0.14' && { stage: join(folder, 'stage') }) },
    ...(peer.generation === '2.x' && { default: 'local' }),
  })
  const python = await peer.python(settings)
  const opened: Database[] = []
  try {
    await work(async ({ schemas }) => {
      const db = await definePipeline({ schemas, tables: {}, database: peer.settings, stores }).open()
      opened.push(db)
      await declare(db, await planDeclare(db, schemas))
      return db
    }, python)
  } finally {
    for (const name of names) await python.execute(`dj.conn().query("drop database if exists \`${name}\`")`)
    await python.close()
    for (const db of opened) await db.close()
  }
}

interface Kinds {
  readonly file: StoredFile
  readonly folder: StoredFolder
  readonly 'stored-array': StoredArray
}

function named<Kind extends keyof Kinds>(value: unknown, kind: Kind): Kinds[Kind] {
  if (typeof value !== 'object' || value === null || !('kind' in value) || value.kind !== kind) {
    throw new RangeError(`${String(value)} is no ${kind}`)
  }
  // its kind says what it is
  return value as Kinds[Kind]
}

withEveryPython('stores', (peer) => {
  const is2 = peer.generation === '2.x'
  const table = (name: string) => `dj.FreeTable(dj.conn(), "\`${name}\`.\`trace\`")`

  test.runIf(is2)('of 2.x: Python reads what we write', { timeout: 60_000 }, () =>
    withStores(async (folder) => {
      const name = peer.schema()
      const schema = defineSchema(name)
      const Trace = schema.manual(
        'Trace',
        {},
        `
        subject : varchar(30)
        at : datetime(3)
        ---
        b : <blob@local>
        a : <attach@local>
        h : <hash@local>
        n : <npy@local>
        o : <object@local>
        d : <object@>
        f : <filepath@local>
        `,
      )
      await withPython(peer, folder, [name], async (open, python) => {
        const db = await open({ schemas: [schema] })
        await db(Trace).insert1({
          subject: 'a/b',
          at: '2024-05-01 10:00:00.125',
          b: blob,
          a: note,
          h: note.bytes,
          n: array,
          o: { bytes: note.bytes, ext: '.txt' },
          d: join(folder, 'tree'),
          f: 'raw/a.dat',
        })
        await python.execute(`
dj.config.download_path = ${JSON.stringify(join(folder, 'down'))}
row = ${table(name)}.fetch1()`)
        expect(
          await python.run("[row['b']['rate'], row['b']['samples'].shape, float(row['b']['samples'][3, 2])]"),
        ).toEqual([30000, [20, 5], 43])
        expect(await python.run("[row['a'].rsplit('/', 1)[1], open(row['a'], 'rb').read().decode()]")).toEqual([
          note.name,
          'hello\n',
        ])
        expect(await python.run("row['h'].decode()")).toBe('hello\n')
        expect(
          await python.run(
            "[row['n'].shape, str(row['n'].dtype), row['n'].load().tolist(), int(row['n'].load()[1, 2])]",
          ),
        ).toEqual([
          [4, 3],
          'int16',
          [
            [-6, -5, -4],
            [-3, -2, -1],
            [0, 1, 2],
            [3, 4, 5],
          ],
          -1,
        ])
        expect(await python.run("[row['o'].size, row['o'].ext, row['o'].read().decode(), row['o'].verify()]")).toEqual([
          6,
          '.txt',
          'hello\n',
          true,
        ])
        expect(
          await python.run("[row['d'].is_dir, row['d'].item_count, sorted(row['d'].listdir()), row['d'].verify()]"),
        ).toEqual([true, 2, ['inner', 'one.txt'], true])
        expect(await python.run("[row['f'].size, row['f'].read().decode()]")).toEqual([3, 'abc'])
      })
    }),
  )

  // on MariaDB, Python 2.3.5 itself cannot insert a dict for <blob@> and <attach@>
  const hashed = peer.settings.kind === 'mysql'
  test.runIf(is2)('of 2.x: we read what Python writes', { timeout: 60_000 }, () =>
    withStores(async (folder) => {
      const name = peer.schema()
      await withPython(peer, folder, [name], async (open, python) => {
        await python.execute(`
schema = dj.Schema(${JSON.stringify(name)})
@schema
class Trace(dj.Manual):
    definition = """
    subject : varchar(30)
    ---
    ${hashed ? 'b : <blob@local>\n    a : <attach@local>' : ''}
    h : <hash@local>
    n : <npy@local>
    o : <object@local>
    d : <object@local>
    f : <filepath@local>
    """
folder = ${JSON.stringify(folder)}
row = dict(subject='x:y', h=b'hello', n=np.asfortranarray(np.arange(12, dtype='float32').reshape(4, 3)),
           o=folder + '/tree/one.txt', d=folder + '/tree', f='raw/a.dat')
${hashed ? "row.update(b={'x': [1, 2], 'y': np.arange(3)}, a=folder + '/tree/one.txt')" : ''}
Trace.insert1(row)`)
        const db = await open({ schemas: [] })
        const [Trace] = await readTables(db, [name])
        if (!Trace) throw new Error('Python made no table')
        const row = await db(Trace).fetch1()
        expect(row).toMatchObject(
          hashed
            ? {
                b: { x: [1, 2], y: ndarray(BigInt64Array.of(0n, 1n, 2n), [3], 'F') },
                a: { name: 'one.txt', bytes: new Uint8Array(Buffer.from('1\n')) },
              }
            : {},
        )
        expect(row['h']).toEqual(new Uint8Array(Buffer.from('hello')))
        const trace = named(row['n'], 'stored-array')
        expect(await trace.slice(1, 3)).toEqual(ndarray(Float32Array.of(3, 6, 4, 7, 5, 8), [2, 3], 'F'))
        const file = named(row['o'], 'file')
        expect([file.size, Buffer.from(await file.bytes()).toString()]).toEqual([2, '1\n'])
        const tree = named(row['d'], 'folder')
        expect((await tree.files()).map((one) => [one.name, one.size])).toEqual([
          ['inner/two.bin', 2],
          ['one.txt', 2],
        ])
        expect(Buffer.from(await named(row['f'], 'file').bytes()).toString()).toBe('abc')
      })
    }),
  )

  const legacy = 'n : int\n---\nb = null : blob@local\na = null : attach@local\nf = null : filepath@local'

  test.runIf(!is2)('of 0.14: Python reads what we write, and lists it as its own', { timeout: 60_000 }, () =>
    withStores(async (folder) => {
      const name = peer.schema()
      const schema = defineSchema(name, { compat: 'python-0.14' })
      const Trace = schema.manual('Trace', {}, legacy)
      await withPython(peer, folder, [name], async (open, python) => {
        const db = await open({ schemas: [schema] })
        await db(Trace).insert([{ n: 1, b: blob, a: note, f: 'raw/a.dat' }, { n: 2, b: [1, 2] }, { n: 3 }])
        await rm(join(folder, 'stage/raw/a.dat'))
        await python.execute(`
schema = dj.schema(${JSON.stringify(name)})
@schema
class Trace(dj.Manual):
    definition = ${JSON.stringify(legacy)}
row = (Trace & 'n=1').fetch1(download_path=${JSON.stringify(join(folder, 'down'))})`)
        expect(
          await python.run("[row['b']['rate'], row['b']['samples'].shape, float(row['b']['samples'][3, 2])]"),
        ).toEqual([30000, [20, 5], 43])
        expect(await python.run("[row['a'].rsplit('/', 1)[1], open(row['a'], 'rb').read().decode()]")).toEqual([
          note.name,
          'hello\n',
        ])
        expect(await python.run("open(row['f']).read()")).toBe('abc')
        expect(await readFile(join(folder, 'stage/raw/a.dat'), 'utf8')).toBe('abc')
        expect(await python.run("(Trace & 'n=2').fetch1('b')")).toEqual([1, 2])
        expect(await python.run("len(schema.external['local']), len(schema.external['local'].unused())")).toEqual([
          4, 0,
        ])
        // what both have written is listed once
        await python.execute("Trace.insert1(dict(n=4, b=[1, 2], f=row['f']))")
        expect(await python.run("len(schema.external['local'])")).toBe(4)
        expect(await db(Trace).restrict({ n: 4 }).fetch1()).toMatchObject({
          b: [1, 2],
          f: { path: 'raw/a.dat', size: 3 },
        })
        // it finds nothing unused while an attribute is NULL somewhere
        const gone = db(Trace)
        await gone.delete(await gone.planDelete())
        expect(await python.run("len(schema.external['local'].unused())")).toBe(4)
        await python.execute("schema.external['local'].delete(delete_external_files=True, display_progress=False)")
        expect(await readdir(join(folder, 'local'), { recursive: true })).not.toContainEqual(
          expect.stringMatching(/\./),
        )
      })
    }),
  )

  test.runIf(!is2)('of 0.14: we read what Python writes', { timeout: 60_000 }, () =>
    withStores(async (folder) => {
      const name = peer.schema()
      await withPython(peer, folder, [name], async (open, python) => {
        await python.execute(`
schema = dj.schema(${JSON.stringify(name)})
@schema
class Trace(dj.Manual):
    definition = ${JSON.stringify(legacy)}
folder = ${JSON.stringify(folder)}
Trace.insert1(dict(n=1, b={'x': [1, 2], 'y': np.arange(3)}, a=folder + '/tree/one.txt', f=folder + '/stage/raw/a.dat'))
Trace.insert1(dict(n=2, b='text'))`)
        const schema = defineSchema(name, { compat: 'python-0.14' })
        const Trace = schema.manual('Trace', {}, legacy)
        const db = await open({ schemas: [schema] })
        const rows = await db(Trace).fetch({ order: ['n'] })
        const one: Attachment = { name: 'one.txt', bytes: new Uint8Array(Buffer.from('1\n')) }
        expect(rows).toMatchObject([
          { n: 1, b: { x: [1, 2], y: ndarray(BigInt64Array.of(0n, 1n, 2n), [3], 'F') }, a: one },
          { n: 2, b: 'text', a: null, f: null },
        ])
        expect(Buffer.from(await named(rows[0]?.f, 'file').bytes()).toString()).toBe('abc')
        await db(Trace).insert1({ n: 3, a: one, f: 'raw/a.dat' })
        expect(await python.run("len(schema.external['local'])")).toBe(4)
        expect(await python.run("(Trace & 'n=3').fetch1('a') == (Trace & 'n=1').fetch1('a')")).toBe(true)
      })
    }),
  )
})
