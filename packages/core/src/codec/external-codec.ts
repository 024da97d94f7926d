import { packBlob, unpackBlob } from '../blob/blob.ts'
import { unreadable } from '../attribute/unreadable-type.ts'
import type { StoredValue } from '../attribute/storage.ts'
import { checked, digestOf, md5Of, putUnlessThere } from '../store/hash-address.ts'
import { readFileChunks } from '../store/local-file.ts'
import { ObjectCorruptedError } from '../store/store-error.ts'
import type { Store, StoreOptions } from '../store/store.ts'
import { attachmentOf, isBaseName } from './attach-codec.ts'
import { CodecValueError, ExternalError, FilepathError, StoredFormError, UnreadableColumnError } from './codec-error.ts'
import type { BaseCodec, DecodeContext } from './codec.ts'
import type { External } from './external.ts'
import { filepathOf, findThere } from './filepath-codec.ts'
import { lastName, ObjectFile } from './stored-file.ts'

/*
 * The values of `blob@store`, `attach@store` and `filepath@store` in tables of DataJoint 0.14: the MD5 in the column refers to
 * a row of `~external_<store>` in the same schema.
 */

const blob: BaseCodec = {
  name: 'external-blob',
  storage: () => ({ kind: 'uuid' }),
  async encode(value, storeName, { schema, stores, signal, track }) {
    const store = stores.get(storeName ?? '')
    const bytes = await packBlob(value)
    const hash = await md5Of(bytes, signal)
    await putUnlessThere(store, externalPath(store, schema, hash, null), bytes.length, bytes, { signal })
    track({ ...listed(schema, store, hash), size: BigInt(bytes.length) })
    return hash
  },
  async decode(stored, storeName, context) {
    const hash = hashOf('blob', storeName, stored)
    const store = context.stores.get(storeName ?? '')
    const path = externalPath(store, schemaOf(context), hash, null)
    const bytes = await store.get(path, { signal: context.signal })
    requireDigest(store, path, hash, await md5Of(bytes, context.signal), bytes.length)
    return unpackBlob(bytes)
  },
}

const attach: BaseCodec = {
  name: 'external-attach',
  storage: () => ({ kind: 'uuid' }),
  async encode(value, storeName, { schema, stores, signal, track }) {
    const store = stores.get(storeName ?? '')
    const source = await attachmentOf('attach', value)
    if (Buffer.byteLength(source.name) > longestName || hasControl(source.name)) {
      const expected = `files whose names have at most ${longestName} bytes and no control characters`
      throw new CodecValueError('attach', `${expected}: the object is named for them`)
    }
    const start = Buffer.from(`${source.name}\0`)
    const read = () => (source.kind === 'bytes' ? once(source.bytes) : readFileChunks(source.path, signal))
    const named = await digestOf(after(start, read()))
    const size = named.size - start.length
    const path = externalPath(store, schema, named.md5, source.name)
    // the file may be written meanwhile: what is stored has the hash that it is stored under
    const content = source.kind === 'bytes' ? source.bytes : withoutFirst(checked(after(start, read()), named.md5))
    await putUnlessThere(store, path, size, content, { signal })
    track({ ...listed(schema, store, named.md5), size: BigInt(size), attachmentName: source.name })
    return named.md5
  },
  async decode(stored, storeName, context) {
    const hash = hashOf('attach', storeName, stored)
    const store = context.stores.get(storeName ?? '')
    const { attachmentName: name } = found('attach', store, hash, context)
    if (name === null || !isBaseName(name)) {
      throw new ExternalError(`attach@${store.name}`, hex(hash), `is listed with the name ${JSON.stringify(name)}.`)
    }
    const path = externalPath(store, schemaOf(context), hash, name)
    const bytes = await store.get(path, { signal: context.signal })
    const { md5 } = await digestOf(after(Buffer.from(`${name}\0`), once(bytes)))
    requireDigest(store, path, hash, md5, bytes.length)
    return { name, bytes }
  },
}

const filepath: BaseCodec = {
  name: 'external-filepath',
  storage: () => ({ kind: 'uuid' }),
  async encode(value, storeName, { schema, stores, signal, track }) {
    const store = stores.forFilepath(storeName ?? '')
    const path = filepathOf('filepath', value, store)
    const { size, isFolder } = await findThere(store, path, { signal })
    if (isFolder || size === null) {
      throw new FilepathError(
        store.name,
        path,
        `${path} is a folder, and filepath@${store.name} refers to files alone.`,
      )
    }
    const hash = await md5Of(Buffer.from(path))
    const isLarge = store.checksumLimit !== null && size > store.checksumLimit
    const contentsHash = isLarge ? null : (await digestOf(store.stream(path, { signal }))).md5
    track({ ...listed(schema, store, hash), size: BigInt(size), filepath: path, contentsHash })
    return hash
  },
  async decode(stored, storeName, context) {
    const hash = hashOf('filepath', storeName, stored)
    const store = context.stores.forFilepath(storeName ?? '')
    const { filepath: path, size, contentsHash } = found('filepath', store, hash, context)
    if (path === null) throw new ExternalError(`filepath@${store.name}`, hex(hash), 'is listed without a path.')
    return new ObjectFile(store, { name: lastName(path), path, size: Number(size), timestamp: null, md5: contentsHash })
  },
}

export const externalCodecs: readonly BaseCodec[] = [blob, attach, filepath]

/** That of columns which no type of definitions is like; their place stands for its store. */
export const unreadableCodec: BaseCodec = {
  name: unreadable,
  storage: () => ({ kind: 'bytes' }),
  encode: async (_value, place) => {
    throw new UnreadableColumnError(place ?? '')
  },
  decode: async (_stored, place) => {
    throw new UnreadableColumnError(place ?? '')
  },
}

/** Where an object of DataJoint 0.14 lies: `<schema>/[folds/]<hash>[.<name>]`, of a blob or an attachment. */
export function externalPath(store: Store, schema: string, hash: Uint8Array, name: string | null): string {
  const digits = hex(hash)
  const folds: string[] = []
  let start = 0
  for (const length of store.legacySubfolding) folds.push(digits.slice(start, (start += length)))
  return [schema, ...folds, name === null ? digits : `${digits}.${name}`].join('/')
}

/** Copies the object of another schema for one that refers to it too. Files that are only pointed to stay where they are. */
export async function copyExternal(
  store: Store,
  external: External,
  schema: string,
  options: StoreOptions,
): Promise<External> {
  if (external.filepath === null) {
    const [from, to] = [external.schema, schema].map((one) =>
      externalPath(store, one, external.hash, external.attachmentName),
    ) as [string, string]
    await putUnlessThere(store, to, Number(external.size), store.stream(from, options), options)
  }
  return { ...external, schema }
}

const listed = (schema: string, store: Store, hash: Uint8Array): External => ({
  schema,
  store: store.name,
  hash,
  size: 0n,
  attachmentName: null,
  filepath: null,
  contentsHash: null,
})

/** Of the 255 bytes that a file's name has, what 32 digits and a dot leave. */
const longestName = 222

const hasControl = (name: string): boolean => Array.from(name).some((character) => character < ' ')

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

function hashOf(kind: string, store: string | null, stored: StoredValue): Uint8Array {
  if (stored instanceof Uint8Array && stored.length === 16) return stored
  throw new StoredFormError(`${kind}@${store}`, `a ${typeof stored}`, '16 bytes')
}

function found(kind: string, { name }: Store, hash: Uint8Array, context: DecodeContext): External {
  const external = context.external?.(hash)
  if (external) return external
  const problem = `refers to ${hex(hash)}, which ~external_${name} of ${schemaOf(context)} does not list.`
  throw new ExternalError(`${kind}@${name}`, hex(hash), problem)
}

const schemaOf = ({ schema }: DecodeContext): string => schema ?? ''

function requireDigest(store: Store, path: string, expected: Uint8Array, actual: Uint8Array, size: number): void {
  if (Buffer.compare(expected, actual) === 0) return
  throw new ObjectCorruptedError(store.name, path, hex(expected), hex(actual), size)
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield bytes
}

async function* after(start: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  yield start
  yield* rest
}

async function* withoutFirst(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  let isFirst = true
  for await (const piece of pieces) {
    if (!isFirst) yield piece
    isFirst = false
  }
}
