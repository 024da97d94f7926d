import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { ObjectCorruptedError, SourceChangedError } from './store-error.ts'
import type { ObjectContent, Store, StoreOptions } from './store.ts'

/** What a column keeps of an object that is found by its content, in DataJoint's words. */
export interface HashAddress {
  /** MD5 of the bytes, in lower-case base32 without padding: 26 characters. */
  readonly hash: string
  /** In the store: `<hash prefix>/<schema>/[folds/]<hash>`. */
  readonly path: string
  readonly schema: string
  readonly store: string
  /** In bytes. */
  readonly size: number
}

/** Stores bytes under their hash, once for each schema, and says where they are. */
export async function putByHash(
  store: Store,
  schema: string,
  bytes: Uint8Array,
  options: StoreOptions = {},
): Promise<HashAddress> {
  const hash = await hashOf(bytes, options.signal)
  const path = hashPath(store, schema, hash)
  await putUnlessThere(store, path, bytes.length, bytes, options)
  return { hash, path, schema, store: store.name, size: bytes.length }
}

/** The same for what is too large to hold: `read` is called twice, and must give the same both times. */
export async function putByHashTwice(
  store: Store,
  schema: string,
  read: () => AsyncIterable<Uint8Array>,
  options: StoreOptions = {},
): Promise<HashAddress> {
  const { md5, size } = await digestOf(read())
  const hash = base32(md5)
  const path = hashPath(store, schema, hash)
  await putUnlessThere(store, path, size, checked(read(), md5), options)
  return { hash, path, schema, store: store.name, size }
}

/** Puts an object whose path says what its bytes are, unless it is there. */
export async function putUnlessThere(
  store: Store,
  path: string,
  size: number,
  content: ObjectContent,
  options: StoreOptions = {},
): Promise<void> {
  // other writers do not all write whole files or none: one cut short is replaced. One that is whole may be garbage that
  // is about to be collected: made young, it is left alone until its new row is there
  const found = await store.find(path, options)
  const isThere = found?.size === size && (await store.refresh(found, options))
  if (!isThere) await store.put(path, content, options)
}

/** MD5 and size of what comes in pieces. */
export async function digestOf(content: AsyncIterable<Uint8Array>): Promise<{ md5: Uint8Array; size: number }> {
  const md5 = createHash('md5')
  let size = 0
  for await (const piece of content) {
    md5.update(piece)
    size += piece.length
  }
  return { md5: md5.digest(), size }
}

/** Content that fails at its end where it is not what it was: nothing of it is stored then. */
export async function* checked(content: AsyncIterable<Uint8Array>, expected: Uint8Array): AsyncGenerator<Uint8Array> {
  const md5 = createHash('md5')
  for await (const piece of content) {
    md5.update(piece)
    yield piece
  }
  if (!md5.digest().equals(expected)) throw new SourceChangedError()
}

/** Reads bytes stored under their hash. Throws 'object-missing', and 'object-corrupted' where they have another. */
export async function getByHash(
  store: Store,
  address: Pick<HashAddress, 'hash' | 'path'>,
  options: StoreOptions = {},
): Promise<Uint8Array> {
  const bytes = await store.get(address.path, options)
  const hash = await hashOf(bytes, options.signal)
  if (hash !== address.hash) {
    throw new ObjectCorruptedError(store.name, address.path, address.hash, hash, bytes.length)
  }
  return bytes
}

/** The path of the object with a hash. */
function hashPath(store: Store, schema: string, hash: string): string {
  const folds: string[] = []
  let start = 0
  for (const length of store.subfolding) folds.push(hash.slice(start, (start += length)))
  return [store.hashPrefix, schema, ...folds, hash].join('/')
}

/** Bytes hashed at once: some ten milliseconds, after which others have their turn. */
const chunk = 8 * 2 ** 20

/** MD5 in lower-case base32 (RFC 4648) without padding: 26 characters. */
export const hashOf = async (bytes: Uint8Array, signal?: AbortSignal): Promise<string> =>
  base32(await md5Of(bytes, signal))

/** MD5: 16 bytes. */
export async function md5Of(bytes: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
  const md5 = createHash('md5')
  for (let start = 0; start < bytes.length; start += chunk) {
    signal?.throwIfAborted()
    md5.update(bytes.subarray(start, start + chunk))
    if (start + chunk < bytes.length) await setImmediate()
  }
  return md5.digest()
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'

function base32(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('')
  return bits.replace(/.{1,5}/g, (digit) => alphabet.charAt(parseInt(digit.padEnd(5, '0'), 2)))
}
