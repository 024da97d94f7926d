import { randomUUID } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ndarray } from '@neurojoint/arrays'
import { describe, expect, inject, test } from 'vitest'
import { parseAttributeType } from '../attribute/attribute-type.ts'
import type { StoredArray, StoredFile, StoredFolder } from '../attribute/codec-values.ts'
import { openStores, type Stores } from '../store/stores.ts'
import type { DecodeContext } from './codec.ts'
import { builtinCodecs } from './codecs.ts'
import type { External } from './external.ts'
import { contextOn, temporaryFolder } from './testing/encode-context.ts'

const server = inject('s3')
const bucket = { protocol: 's3', bucket: 'lab', endpoint: 'http://127.0.0.1:9', ...server } as const

const open = (): Promise<Stores> => openStores({ stores: { remote: { ...bucket, location: randomUUID() } } })

/** Stores a value, and gives what is fetched of it. */
async function there(stores: Stores, text: string, value: unknown): Promise<unknown> {
  const codec = builtinCodecs.get(parseAttributeType(text, text.startsWith('<') ? '2.x' : '0.14'))
  const listed: External[] = []
  const stored = await codec.encode(value, contextOn(stores, { track: (external) => void listed.push(external) }))
  const context: DecodeContext = { stores, schema: 'lab', external: () => listed[0] }
  return codec.decode(stored, context)
}

describe.skipIf(server === null)('values in a store on S3', () => {
  test.each([
    ['<blob@>', { x: [1, 2] }],
    ['<hash@remote>', Uint8Array.of(1, 2)],
    ['<attach@>', { name: 'ü.txt', bytes: Uint8Array.of(1) }],
    ['blob@remote', { x: [1, 2] }],
    ['attach@remote', { name: 'ü.txt', bytes: Uint8Array.of(1) }],
  ])('of %s come back', async (text, value) => {
    expect(await there(await open(), text, value)).toEqual(value)
  })

  test('of <npy> are read by rows', async () => {
    const array = ndarray(
      Float32Array.from({ length: 3000 }, (_, index) => index),
      [1000, 3],
    )
    // the type says what is fetched
    const trace = (await there(await open(), '<npy@>', array)) as StoredArray
    expect(await trace.slice(500, 501)).toEqual(ndarray(Float32Array.of(1500, 1501, 1502), [1, 3]))
    expect(await trace.load()).toEqual(array)
  })

  test('of <object> and <filepath> stream, and folders are copied here', async () => {
    const folder = await temporaryFolder()
    await mkdir(join(folder, 'tree', 'inner'), { recursive: true })
    const large = new Uint8Array(12 * 2 ** 20).map((_, index) => index % 251)
    await writeFile(join(folder, 'tree', 'large.bin'), large)
    await writeFile(join(folder, 'tree', 'inner', 'small.txt'), 'abc')
    const stores = await open()
    const tree = (await there(stores, '<object@>', join(folder, 'tree'))) as StoredFolder
    expect(tree).toMatchObject({ size: large.length + 3, itemCount: 2 })
    const seen: number[] = []
    await tree.download(join(folder, 'copy'), { onProgress: (bytes) => void seen.push(bytes) })
    expect(seen.at(-1)).toBe(large.length + 3)
    expect((await readFile(join(folder, 'copy', 'large.bin'))).equals(large)).toBe(true)
    const file = (await there(stores, '<object@>', join(folder, 'tree', 'inner', 'small.txt'))) as StoredFile
    expect(Buffer.from(await file.bytes()).toString()).toBe('abc')
    await stores.get('').put('raw/a.dat', Buffer.from('abc'))
    for (const text of ['<filepath@>', 'filepath@remote']) {
      const found = (await there(stores, text, 'raw/a.dat')) as StoredFile
      expect([found.size, Buffer.from(await found.range(1, 3)).toString()]).toEqual([3, 'bc'])
    }
  })
})
