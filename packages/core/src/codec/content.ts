import type { Storage, StoredValue } from '../attribute/storage.ts'
import { getByHash, putByHash } from '../store/hash-address.ts'
import { CodecStoreError, StoredFormError } from './codec-error.ts'
import type { DecodeContext, EncodeContext } from './codec.ts'

/** Bytes in the table itself, or their address in a store as JSON. */
export function contentStorage(store: string | null): Storage {
  return { kind: store === null ? 'bytes' : 'json' }
}

/** Keeps bytes in the table itself, or in a store under their hash. */
export async function writeContent(
  bytes: Uint8Array,
  store: string | null,
  context: EncodeContext,
): Promise<StoredValue> {
  if (store === null) return bytes
  const { schema, stores, signal } = context
  return JSON.stringify(await putByHash(stores.get(store), schema, bytes, { signal }))
}

/**
 * Reads bytes that `writeContent` kept, from the store that their address names. Throws 'invalid-stored-value',
 * 'unknown-store', 'object-missing' and 'object-corrupted'.
 */
export async function readContent(
  codec: string,
  stored: StoredValue,
  store: string | null,
  { stores, signal }: DecodeContext,
): Promise<Uint8Array> {
  if (store === null) {
    if (stored instanceof Uint8Array) return stored
    throw new StoredFormError(codec, `a ${typeof stored}`, 'bytes')
  }
  const json = parseStored(codec, stored, 'JSON with the texts `hash`, `path` and `store`')
  const address = { hash: textOf(json, 'hash'), path: textOf(json, 'path') }
  return getByHash(stores.get(textOf(json, 'store', store)), address, { signal })
}

/** What a column holds of an object in a store. */
export interface StoredJson {
  readonly members: object
  readonly refuse: (expected: string) => StoredFormError
  readonly expected: string
}

/** Reads the JSON of a column. Throws 'invalid-stored-value' for anything but an object. */
export function parseStored(codec: string, stored: StoredValue, expected: string): StoredJson {
  if (typeof stored !== 'string') throw new StoredFormError(codec, `a ${typeof stored}`, expected)
  const refuse = () => new StoredFormError(codec, stored.slice(0, 200), expected)
  let members: unknown
  try {
    members = JSON.parse(stored)
  } catch (error) {
    throw new StoredFormError(codec, JSON.stringify(stored.slice(0, 200)), expected, { cause: error })
  }
  if (typeof members !== 'object' || members === null) throw refuse()
  return { members, refuse, expected }
}

/** A member of what a column holds; null where there is none. */
export const memberOf = ({ members }: StoredJson, name: string): unknown =>
  Object.hasOwn(members, name) ? Reflect.get(members, name) : null

/** A text in what a column holds, `otherwise` where there is none. Throws 'invalid-stored-value'. */
export function textOf(json: StoredJson, name: string, otherwise?: string): string {
  const value = memberOf(json, name) ?? otherwise
  if (typeof value === 'string') return value
  throw json.refuse(json.expected)
}

/** A number of bytes or of things in what a column holds. Throws 'invalid-stored-value'. */
export function countOf(json: StoredJson, name: string): number | null {
  const value = memberOf(json, name)
  if (value === null || (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0)) return value
  throw json.refuse(json.expected)
}

/** Throws 'codec-store' for a type that must have a store and has none. */
export function requireStore(codec: string, store: string | null): void {
  if (store === null) throw new CodecStoreError(codec)
}
