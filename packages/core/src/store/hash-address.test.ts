import { mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openFileStore } from './file-store.ts'
import { getByHash, hashOf, putByHash } from './hash-address.ts'

async function temporaryStore(subfolding: readonly number[] = []) {
  const location = await mkdtemp(join(tmpdir(), 'neurojoint-store-'))
  onTestFinished(() => rm(location, { recursive: true, force: true }))
  return { location, store: openFileStore('local', { protocol: 'file', location, subfolding }) }
}

// the int64 array [0, 1, 2], packed: the example of the format
const example = Buffer.from(
  '6d596d004101000000000000000300000000000000' +
    '0e00000000000000' +
    '000000000000000001000000000000000200000000000000',
  'hex',
)

test("the hash is Python DataJoint's: MD5 in base32", async () => {
  expect(example).toHaveLength(53)
  expect(await hashOf(example)).toBe('ntbkwkogoaeivvblrks3iudwiy')
  // MD5 of nothing, d41d8cd98f00b204e9800998ecf8427e, and of "abc"
  expect(await hashOf(new Uint8Array(0))).toBe('2qoyzwmpaczaj2mabgmoz6ccpy')
  expect(await hashOf(new TextEncoder().encode('abc'))).toBe('saavbgb42jh3bvuwh56sryl7oi')
})

test('bytes of several chunks have the hash of the whole', async () => {
  // by Python's hashlib and base64, of 20 MiB of zeros
  expect(await hashOf(new Uint8Array(20 * 2 ** 20))).toBe('r5hdh464hzau76kol63jaxf2rq')
  await expect(hashOf(new Uint8Array(20 * 2 ** 20), AbortSignal.abort())).rejects.toThrow(/abort/)
})

test('an object lies under its hash, folded where the store says so', async () => {
  const { store } = await temporaryStore([2, 2])
  const address = await putByHash(store, 'lab', example)
  expect(address).toEqual({
    hash: 'ntbkwkogoaeivvblrks3iudwiy',
    path: '_hash/lab/nt/bk/ntbkwkogoaeivvblrks3iudwiy',
    schema: 'lab',
    store: 'local',
    size: 53,
  })
  expect(await getByHash(store, address)).toEqual(new Uint8Array(example))
})

test('an object that is there is made young but not written again, unless it was cut short', async () => {
  const { store, location } = await temporaryStore()
  const { path } = await putByHash(store, 'lab', example)
  await utimes(join(location, path), new Date(2020, 1), new Date(2020, 1))
  const { ino } = await stat(join(location, path))
  await putByHash(store, 'lab', example)
  const found = await stat(join(location, path))
  expect(found.ino).toBe(ino)
  expect(Date.now() - found.mtimeMs).toBeLessThan(60_000)
  await writeFile(join(location, path), example.subarray(0, 20))
  expect(await getByHash(store, await putByHash(store, 'lab', example))).toHaveLength(53)
})

test('an object that was changed or deleted is refused when it is read', async () => {
  const { store, location } = await temporaryStore()
  const address = await putByHash(store, 'lab', example)
  await writeFile(join(location, address.path), 'other')
  await expect(getByHash(store, address)).rejects.toMatchObject({
    code: 'object-corrupted',
    store: 'local',
    path: address.path,
    expectedHash: 'ntbkwkogoaeivvblrks3iudwiy',
    actualSize: 5,
  })
  await rm(join(location, address.path))
  await expect(getByHash(store, address)).rejects.toMatchObject({ code: 'object-missing', path: address.path })
})
