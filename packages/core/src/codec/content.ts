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
  const address = parseAddress(codec, stored)
  return getByHash(stores.get(address.store ?? store), address, { signal })
}

interface Address {
  readonly hash: string
  readonly path: string
  readonly store: string | null
}

function parseAddress(codec: string, stored: StoredValue): Address {
  const expected = 'JSON with the texts `hash`, `path` and `store`'
  if (typeof stored !== 'string') throw new StoredFormError(codec, `a ${typeof stored}`, expected)
  const json = parseJson(codec, stored, expected)
  if (typeof json === 'object' && json !== null && 'hash' in json && 'path' in json) {
    const { hash, path } = json
    const store = 'store' in json ? json.store : null
    if (typeof hash === 'string' && typeof path === 'string' && (store === null || typeof store === 'string')) {
      return { hash, path, store }
    }
  }
  throw new StoredFormError(codec, stored.slice(0, 200), expected)
}

function parseJson(codec: string, text: string, expected: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new StoredFormError(codec, JSON.stringify(text.slice(0, 200)), expected, { cause: error })
  }
}

/** Throws 'codec-store' for a type that must have a store and has none. */
export function requireStore(codec: string, store: string | null): void {
  if (store === null) throw new CodecStoreError(codec)
}
