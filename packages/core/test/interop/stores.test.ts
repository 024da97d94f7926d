import { join } from 'node:path'
import { ndarray } from '@neurojoint/arrays'
import { expect, test } from 'vitest'
import { defineSchema, readTables } from '../../src/index.ts'
import { withEveryPython } from './servers.ts'
import { array, blob, named, note, withPython, withStores } from './store-peer.ts'

withEveryPython(
  'codecs and stores',
  (peer) => {
    const table = (name: string) => `dj.FreeTable(dj.conn(), "\`${name}\`.\`trace\`")`

    test('Python reads what we write', { timeout: 60_000 }, () =>
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
        p : <blob>
        i : <attach>
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
            p: { labels: ['a', 'b'], ...blob },
            i: { name: 'inside.txt', bytes: note.bytes },
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
          expect(await python.run("[row['p']['labels'], row['p']['rate'], float(row['p']['samples'][3, 2])]")).toEqual([
            ['a', 'b'],
            30000,
            43,
          ])
          expect(await python.run("[row['i'].rsplit('/', 1)[1], open(row['i'], 'rb').read().decode()]")).toEqual([
            'inside.txt',
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
          expect(
            await python.run("[row['o'].size, row['o'].ext, row['o'].read().decode(), row['o'].verify()]"),
          ).toEqual([6, '.txt', 'hello\n', true])
          expect(
            await python.run("[row['d'].is_dir, row['d'].item_count, sorted(row['d'].listdir()), row['d'].verify()]"),
          ).toEqual([true, 2, ['inner', 'one.txt'], true])
          expect(await python.run("[row['f'].size, row['f'].read().decode()]")).toEqual([3, 'abc'])
        })
      }),
    )

    // on MariaDB, Python 2.3.5 itself cannot insert a dict for <blob@> and <attach@>
    const hashed = peer.settings.kind === 'mysql'
    test('we read what Python writes', { timeout: 60_000 }, () =>
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
    c : <npy@local>
    p : <blob>
    i : <attach>
    """
folder = ${JSON.stringify(folder)}
row = dict(subject='x:y', h=b'hello', n=np.asfortranarray(np.arange(12, dtype='float32').reshape(4, 3)),
           o=folder + '/tree/one.txt', d=folder + '/tree', f='raw/a.dat', c=np.array([[1., 2.], [3., 4.], [5., 6.]]),
           p=dict(rate=2.5, labels=['a', 'b'], matrix=np.array([[1., 2.], [3., 4.]])), i=folder + '/tree/one.txt')
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
          expect(await named(row['c'], 'stored-array').load()).toEqual(
            ndarray(Float64Array.of(1, 2, 3, 4, 5, 6), [3, 2], 'C'),
          )
          expect(row['p']).toEqual({
            rate: 2.5,
            labels: ['a', 'b'],
            matrix: ndarray(Float64Array.of(1, 3, 2, 4), [2, 2], 'F'),
          })
          expect(row['i']).toEqual({ name: 'one.txt', bytes: new Uint8Array(Buffer.from('1\n')) })
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
  },
  ['2.x'],
)
