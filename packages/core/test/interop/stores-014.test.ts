import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ndarray } from '@neurojoint/arrays'
import { expect, test } from 'vitest'
import { type Attachment, defineSchema } from '../../src/index.ts'
import { withEveryPython } from './servers.ts'
import { blob, named, note, withPython, withStores } from './store-peer.ts'

withEveryPython(
  'codecs and stores',
  (peer) => {
    const legacy: string = `
    n : int
    ---
    b = null : blob@local
    a = null : attach@local
    f = null : filepath@local
    p = null : longblob
    i = null : attach
  `

    test('Python reads what we write, and lists it as its own', { timeout: 60_000 }, () =>
      withStores(async (folder) => {
        const name = peer.schema()
        const schema = defineSchema(name, { compat: 'python-0.14' })
        const Trace = schema.manual('Trace', {}, legacy)
        await withPython(peer, folder, [name], async (open, python) => {
          const db = await open({ schemas: [schema] })
          const own = { p: { labels: ['a', 'b'], ...blob }, i: { name: 'inside.txt', bytes: note.bytes } }
          await db(Trace).insert([{ n: 1, b: blob, a: note, f: 'raw/a.dat', ...own }, { n: 2, b: [1, 2] }, { n: 3 }])
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
          expect(await python.run("[row['p']['labels'], row['p']['rate'], float(row['p']['samples'][3, 2])]")).toEqual([
            ['a', 'b'],
            30000,
            43,
          ])
          expect(await python.run("[row['i'].rsplit('/', 1)[1], open(row['i'], 'rb').read().decode()]")).toEqual([
            'inside.txt',
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

    test('we read what Python writes', { timeout: 60_000 }, () =>
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
Trace.insert1(dict(n=2, b='text', p=dict(rate=2.5, labels=['a', 'b']), i=folder + '/tree/one.txt'))`)
          const schema = defineSchema(name, { compat: 'python-0.14' })
          const Trace = schema.manual('Trace', {}, legacy)
          const db = await open({ schemas: [schema] })
          const rows = await db(Trace).fetch({ order: ['n'] })
          const one: Attachment = { name: 'one.txt', bytes: new Uint8Array(Buffer.from('1\n')) }
          expect(rows).toMatchObject([
            { n: 1, b: { x: [1, 2], y: ndarray(BigInt64Array.of(0n, 1n, 2n), [3], 'F') }, a: one },
            { n: 2, b: 'text', a: null, f: null, p: { rate: 2.5, labels: ['a', 'b'] }, i: one },
          ])
          expect(Buffer.from(await named(rows[0]?.f, 'file').bytes()).toString()).toBe('abc')
          await db(Trace).insert1({ n: 3, a: one, f: 'raw/a.dat' })
          expect(await python.run("len(schema.external['local'])")).toBe(4)
          const down = JSON.stringify(join(folder, 'down'))
          expect(await python.run(`open((Trace & 'n=3').fetch1('a', download_path=${down})).read()`)).toBe('1\n')
        })
      }),
    )
  },
  ['0.14'],
)
