import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ndarray } from '@neurojoint/arrays'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Database, declare, definePipeline, defineSchema, planDeclare, readTables } from '../../src/index.ts'
import { type Peer, withEveryPython } from './servers.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'neurojoint-python-'))
  for (const name of ['local', 'stage', 'download']) await mkdir(join(folder, name))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const core = `
  n : int32
  ---
  packed = null : <blob>
  far = null : <blob@local>
  note = null : <attach@local>
  inside = null : <attach>
  raw = null : <hash@local>
  trace = null : <npy@local>
  thing = null : <object@local>
  file = null : <filepath@local>
`
const legacy = `
  n : int
  ---
  packed = null : longblob
  inside = null : attach
  far = null : blob@local
  note = null : attach@local
  file = null : filepath@local
`
const text = (value: string) => new TextEncoder().encode(value)
const array = ndarray(new Float64Array([1, 2, 3, 4, 5, 6]), [3, 2])

/** A pipeline with one table of every codec, whose store is a folder that Python has too. */
async function opened({ settings, generation }: Peer, name: string) {
  const schema = defineSchema(name, generation === '0.14' ? { compat: 'python-0.14' } : {})
  const definition: string = generation === '2.x' ? core : legacy
  const table = schema.manual('Sample', {}, definition)
  const local = { protocol: 'file', location: join(folder, 'local'), stage: join(folder, 'stage') } as const
  const stores = { default: 'local', stores: { local } }
  const db = await definePipeline({ schemas: [schema], tables: {}, database: settings, stores }).open()
  return { schema, table, db }
}

const storesOf = ({ generation }: Peer): string => {
  const local = `dict(protocol="file", location=${JSON.stringify(join(folder, 'local'))}`
  return generation === '2.x'
    ? `{"default": "local", "local": ${local})}`
    : `{"local": ${local}, stage=${JSON.stringify(join(folder, 'stage'))})}`
}

/** What is kept in a row, as plain data. */
async function readRow(db: Database, table: Parameters<Database>[0]): Promise<Record<string, unknown>> {
  const row: Record<string, unknown> = { ...(await db(table).fetch1()) }
  const seen: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(row)) seen[name] = await plainOf(value)
  return seen
}

async function plainOf(value: unknown): Promise<unknown> {
  if (value instanceof Uint8Array) return Buffer.from(value).toString()
  if (typeof value !== 'object' || value === null) return value
  if ('load' in value && typeof value.load === 'function') return plainOf(await value.load())
  if ('bytes' in value && typeof value.bytes === 'function') return plainOf(await value.bytes())
  if ('bytes' in value && 'name' in value) return [value.name, await plainOf(value.bytes)]
  if ('shape' in value && 'data' in value && 'order' in value) {
    const { shape, data, order } = value
    return { shape, data: Array.from(data as Float64Array), order }
  }
  return value
}

withEveryPython('codecs', (peer) => {
  const isNew = peer.generation === '2.x'

  test('what we keep, Python reads', { timeout: 60_000 }, async () => {
    const name = peer.schema()
    const { schema, table, db } = await opened(peer, name)
    const python = await peer.python(storesOf(peer))
    try {
      await declare(db, await planDeclare(db, [schema]))
      await mkdir(join(folder, 'local/session'))
      await writeFile(join(folder, 'local/session/trace.bin'), 'samples')
      const common = {
        n: 1,
        packed: { rate: 2.5, labels: ['a', 'b'], trace: array },
        far: array,
        note: { name: 'note.txt', bytes: text('far') },
        inside: { name: 'inside.txt', bytes: text('near') },
        file: 'session/trace.bin',
      }
      const more = isNew ? { raw: text('raw'), trace: array, thing: { bytes: text('thing'), ext: '.txt' } } : {}
      await db(table).insert([{ ...common, ...more }])
      await python.execute(`
dj.config["download_path"] = ${JSON.stringify(join(folder, 'download'))}
table = dj.VirtualModule("module", "${name}").Sample()
row = table.fetch1()`)
      expect(
        await python.run('row["packed"]["rate"], row["packed"]["labels"], row["packed"]["trace"].tolist()'),
      ).toEqual([
        2.5,
        ['a', 'b'],
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
      ])
      expect(await python.run('row["far"].tolist()')).toEqual([
        [1, 2],
        [3, 4],
        [5, 6],
      ])
      for (const attribute of ['note', 'inside']) {
        const path = String(await python.run(`str(row["${attribute}"])`))
        expect(path).toMatch(new RegExp(`${attribute}\\.txt$`))
        expect(await readFile(path, 'utf8')).toBe(attribute === 'note' ? 'far' : 'near')
      }
      const [code, expected] = isNew
        ? [
            'row["raw"].decode(), row["thing"].read().decode(), row["file"].read().decode(), np.asarray(row["trace"]).tolist()',
            [
              'raw',
              'thing',
              'samples',
              [
                [1, 2],
                [3, 4],
                [5, 6],
              ],
            ],
          ]
        : ['open(row["file"]).read()', 'samples']
      expect(await python.run(code)).toEqual(expected)
    } finally {
      await python.execute(`dj.conn().query("drop database if exists \`${name}\`")`)
      await python.close()
      await db.close()
    }
  })

  test('what Python keeps, we read', { timeout: 60_000 }, async () => {
    const name = peer.schema()
    const { db } = await opened(peer, name)
    const python = await peer.python(storesOf(peer))
    try {
      const place = JSON.stringify(folder)
      await python.execute(`
import os
def write(path, text):
    path = os.path.join(${place}, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    open(path, "w").write(text)
    return path
array = np.array([[1., 2.], [3., 4.], [5., 6.]])
row = dict(n=1, packed=dict(rate=2.5, labels=["a", "b"], trace=array), inside=write("files/inside.txt", "near"))
row |= dict(far=array, note=write("files/note.txt", "far"))
schema = dj.${isNew ? 'Schema' : 'schema'}(${JSON.stringify(name)})
@schema
class Sample(dj.Manual):
    definition = ${JSON.stringify(isNew ? core : legacy)}`)
      await python.execute(
        isNew
          ? `write("local/session/trace.bin", "samples")
row |= dict(raw=b"raw", trace=array, thing=write("files/thing.txt", "thing"), file="session/trace.bin")`
          : `row |= dict(file=write("stage/session/trace.bin", "samples"))`,
      )
      // with MariaDB, 2.x takes these columns for text and gives up (T15)
      const omitted = isNew && peer.settings.kind === 'mariadb' ? ['far', 'note'] : []
      for (const attribute of omitted) await python.execute(`del row["${attribute}"]`)
      await python.execute('Sample.insert1(row)')
      const [table] = await readTables(db, [name])
      if (!table) throw new Error('Python made no table')
      const matrix = { shape: [3, 2], data: [1, 3, 5, 2, 4, 6], order: 'F' }
      const expected = {
        n: 1,
        packed: { rate: 2.5, labels: ['a', 'b'], trace: expect.objectContaining({ shape: [3, 2] }) as unknown },
        far: matrix,
        note: ['note.txt', 'far'],
        inside: ['inside.txt', 'near'],
        file: 'samples',
        ...(isNew && { raw: 'raw', trace: { shape: [3, 2], data: [1, 2, 3, 4, 5, 6], order: 'C' }, thing: 'thing' }),
        ...Object.fromEntries(omitted.map((attribute) => [attribute, null])),
      }
      expect(await readRow(db, table)).toEqual(expected)
    } finally {
      await python.execute(`dj.conn().query("drop database if exists \`${name}\`")`)
      await python.close()
      await db.close()
    }
  })
})
