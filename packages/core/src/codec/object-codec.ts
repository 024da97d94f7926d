import { extname } from 'node:path'
import type { StoredFile, StoredFolder } from '../attribute/codec-values.ts'
import type { Store } from '../store/store.ts'
import { transferAll } from '../store/transfers.ts'
import { CodecValueError, LocalFileError } from './codec-error.ts'
import type { BaseCodec, EncodeContext } from './codec.ts'
import { contentStorage, countOf, memberOf, parseStored, requireStore, textOf } from './content.ts'
import { filesBelow, findLocal, isLocalPath } from './local-source.ts'
import { newObjectPath } from './object-path.ts'
import { lastName, ObjectFile } from './stored-file.ts'
import { manifestSuffix, ObjectFolder } from './stored-folder.ts'

/** Files and folders that are named for their row: stored as they are, and given as references that read when asked. */
export const objectCodec: BaseCodec = {
  name: 'object',
  storage(store) {
    requireStore('object', store)
    return contentStorage(store)
  },
  async encode(value, storeName, context) {
    const store = context.stores.get(storeName ?? '')
    return JSON.stringify(await putObject(store, await sourceOf(value, context.signal), context))
  },
  async decode(stored, storeName, { stores }): Promise<StoredFile | StoredFolder> {
    const json = parseStored('object', stored, 'JSON with `path`, `store`, `size` and `is_dir`')
    const store = stores.get(textOf(json, 'store', storeName ?? ''))
    const path = textOf(json, 'path')
    const facts = { path, size: countOf(json, 'size'), timestamp: textOf(json, 'timestamp', '') || null }
    return memberOf(json, 'is_dir') === true
      ? new ObjectFolder(store, { ...facts, itemCount: countOf(json, 'item_count') })
      : new ObjectFile(store, { ...facts, name: lastName(path) })
  },
}

/** What is to be stored: one content, or several with their paths in a folder. */
type Source =
  | { readonly kind: 'file'; readonly ext: string; readonly content: Content }
  | { readonly kind: 'folder'; readonly files: readonly (Content & { readonly name: string })[] }

interface Content {
  /** What is told of it before it is stored; `null` where that is known only then. */
  readonly size: number | null
  put(store: Store, path: string, signal: AbortSignal | undefined): Promise<void>
}

async function sourceOf(value: unknown, signal: AbortSignal | undefined): Promise<Source> {
  if (value instanceof Uint8Array) return { kind: 'file', ext: '', content: bytesContent(value) }
  if (isNamedBytes(value)) return { kind: 'file', ext: value.ext, content: bytesContent(value.bytes) }
  if (isStoredFile(value)) return { kind: 'file', ext: extname(value.name), content: storedContent(value) }
  if (isStoredFolder(value)) {
    const files = await value.files({ signal })
    return { kind: 'folder', files: files.map((file) => ({ ...storedContent(file), name: file.name })) }
  }
  if (!isLocalPath(value)) {
    throw new CodecValueError(
      'object',
      'bytes (a Uint8Array), { bytes, ext }, the absolute path or file: URL of a file or folder, or the object of another row',
    )
  }
  const source = await findLocal(value)
  if (!source.isFolder) return { kind: 'file', ext: extname(source.path), content: fileContent(source) }
  const files = (await filesBelow(source.path)).map((file) => ({ ...fileContent(file), name: file.name }))
  return { kind: 'folder', files }
}

const bytesContent = (bytes: Uint8Array): Content => ({
  size: bytes.length,
  put: (store, path, signal) => store.put(path, bytes, { signal }),
})

const fileContent = ({ path: file, size }: { readonly path: string; readonly size: number }): Content => ({
  size,
  put: (store, path, signal) => store.putFile(path, file, { signal }),
})

const storedContent = (file: StoredFile): Content => ({
  size: file.size,
  put: (store, path, signal) => store.put(path, file.stream({ signal }), { signal }),
})

/** Stores an object, all of it or nothing that would be taken for it, and gives what its column holds. */
async function putObject(store: Store, source: Source, context: EncodeContext): Promise<object> {
  const ext = source.kind === 'file' ? source.ext : ''
  const path = newObjectPath('object', store, context, ext)
  const facts = { path, store: store.name }
  const timestamp = new Date().toISOString().replace('Z', '000+00:00')
  const { signal } = context
  if (source.kind === 'file') {
    const size = await putContent(store, path, source.content, signal)
    return { ...facts, size, ext: ext || null, is_dir: false, item_count: null, timestamp }
  }
  const files = await transferAll(
    source.files,
    async (file, stop) => ({ path: file.name, size: await putContent(store, `${path}/${file.name}`, file, stop) }),
    { signal },
  )
  const size = files.reduce((total, file) => total + file.size, 0)
  const manifest = { files, total_size: size, item_count: files.length, created: timestamp }
  await store.put(`${path}${manifestSuffix}`, Buffer.from(JSON.stringify(manifest, null, 2)), { signal })
  return { ...facts, size, ext: null, is_dir: true, item_count: files.length, timestamp }
}

/** Stores one content and tells its size, which is what it was when it was looked at. */
async function putContent(store: Store, path: string, content: Content, signal?: AbortSignal): Promise<number> {
  await content.put(store, path, signal)
  const size = await store.size(path, { signal })
  if (size !== null && (content.size === null || content.size === size)) return size
  throw new LocalFileError(path, `has ${size} bytes, where ${content.size} were to be stored: its source changed.`)
}

const isNamedBytes = (value: unknown): value is { readonly bytes: Uint8Array; readonly ext: string } =>
  typeof value === 'object' &&
  value !== null &&
  'bytes' in value &&
  value.bytes instanceof Uint8Array &&
  'ext' in value &&
  typeof value.ext === 'string' &&
  /^\.[\w.-]{1,32}$/.test(value.ext)

export const isStoredFile = (value: unknown): value is StoredFile =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'file' && 'download' in value

export const isStoredFolder = (value: unknown): value is StoredFolder =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'folder' && 'download' in value
