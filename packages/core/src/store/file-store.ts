import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, rename, rm, stat, utimes } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { chunkSize, chunksOf } from './chunks.ts'
import { type Folder, readFolder, explain, pruneFolder, requireLocation } from './folder.ts'
import { layoutOf, requireKnownSettings } from './layout.ts'
import { readFileChunks, writeLocalFile } from './local-file.ts'
import type { FileStoreSettings } from './settings.ts'
import { ObjectMissingError, ObjectRangeError, StoreSettingsError } from './store-error.ts'
import { requireObjectPath } from './store.ts'
import type {
  ObjectContent,
  Store,
  StoredObject,
  StoreOptions,
  StreamOptions,
  TransferOptions,
  UnfinishedObject,
} from './store.ts'

/** A store in a folder; its objects are files. Throws 'invalid-store-settings'. */
export function openFileStore(name: string, settings: FileStoreSettings): Store {
  requireKnownSettings(name, settings, ['location'])
  const { location } = settings
  if (typeof location !== 'string' || !isAbsolute(location)) {
    throw new StoreSettingsError(name, 'location', location, 'the absolute path of a folder')
  }
  const folder: Folder = { store: name, location: resolve(location) }
  return {
    ...layoutOf(name, settings),
    name,
    protocol: 'file',
    place: `file:${folder.location}`,
    identify: (options) => identify(folder, options),
    put: (path, content, options) => put(folder, path, content, options),
    putFile: (path, file, options) => put(folder, path, readFileChunks(file, options?.signal), options),
    get: (path, options) => get(folder, path, options),
    getRange: (path, start, end, options) => getRange(folder, path, start, end, options),
    stream: (path, options) => stream(folder, path, options),
    getFile: (path, file, options) => writeLocalFile(file, stream(folder, path, options), options),
    size: async (path, options) => (await find(folder, path, options))?.size ?? null,
    find: (path, options) => find(folder, path, options),
    refresh: ({ path }, options) => refresh(folder, path, options),
    delete: (path, options) => remove(folder, path, options),
    list: (prefix, options) => list(folder, prefix, options),
    listUnfinished: (prefix, options) => listUnfinished(folder, prefix, options),
    discard: async ({ id }, options) => void (await remove(folder, id, options)),
    prune: (path, options) => pruneFolder(folder, path, options),
  }
}

/** A folder has several paths where there are links, mounts, or names that differ in case alone. */
async function identify({ location }: Folder, { signal }: StoreOptions = {}): Promise<string> {
  signal?.throwIfAborted()
  const found = await stat(location, { bigint: true }).catch(() => null)
  return found === null ? `file:${location}` : `file:${found.dev}:${found.ino}`
}

/** Objects on their way have names that no list shows. */
const temporaryName = /^\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/

async function put(folder: Folder, path: string, content: ObjectContent, options: TransferOptions = {}): Promise<void> {
  const file = fileOf(folder, path, options)
  // mkdir would make the location too
  await requireLocation(folder)
  const temporary = join(dirname(file), `.${randomUUID()}.tmp`)
  try {
    const handle = await openNew(temporary)
    try {
      let written = 0
      for await (const piece of chunksOf(content, options.signal)) {
        await handle.writeFile(piece)
        written += piece.length
        options.onProgress?.(written)
      }
      await handle.sync()
    } finally {
      await handle.close()
    }
    options.signal?.throwIfAborted()
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw await explain(folder, 'write', path, error)
  }
  await syncFolder(dirname(file))
}

/** Opens a new file, and its folder if need be, again where that was found empty and deleted in between. */
async function openNew(file: string): Promise<FileHandle> {
  for (let attempt = 1; ; attempt++) {
    await mkdir(dirname(file), { recursive: true })
    try {
      return await open(file, 'wx')
    } catch (error) {
      const isGone = error instanceof Error && 'code' in error && error.code === 'ENOENT'
      if (!isGone || attempt === 10) throw error
    }
  }
}

/** Makes a rename outlive a power cut. Windows cannot open folders, and some network shares cannot sync them. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder).catch(() => null)
  await handle?.sync().catch(() => undefined)
  await handle?.close()
}

async function get(folder: Folder, path: string, options: TransferOptions = {}): Promise<Uint8Array> {
  return reading(folder, path, options, async (handle, fileSize) => {
    const bytes = new Uint8Array(fileSize)
    await fill(folder, path, handle, bytes, 0, options)
    return bytes
  })
}

async function getRange(
  folder: Folder,
  path: string,
  start: number,
  end: number,
  options: StoreOptions = {},
): Promise<Uint8Array> {
  return reading(folder, path, options, async (handle, fileSize) => {
    requireRange(folder, path, start, end, fileSize)
    const bytes = new Uint8Array(end - start)
    await fill(folder, path, handle, bytes, start, options)
    return bytes
  })
}

async function* stream(folder: Folder, path: string, options: StreamOptions = {}): AsyncGenerator<Uint8Array> {
  const handle = await openObject(folder, path, options)
  try {
    const { size: fileSize } = await handle.stat()
    const { start = 0, end = fileSize } = options
    requireRange(folder, path, start, end, fileSize)
    for (let at = start; at < end; at += chunkSize) {
      const piece = new Uint8Array(Math.min(chunkSize, end - at))
      await fill(folder, path, handle, piece, at, options)
      yield piece
    }
  } finally {
    await handle.close()
  }
}

async function reading<T>(
  folder: Folder,
  path: string,
  options: StoreOptions,
  work: (handle: FileHandle, size: number) => Promise<T>,
): Promise<T> {
  const handle = await openObject(folder, path, options)
  try {
    return await work(handle, (await handle.stat()).size)
  } catch (error) {
    throw await explain(folder, 'read', path, error)
  } finally {
    await handle.close()
  }
}

async function openObject(folder: Folder, path: string, options: StoreOptions): Promise<FileHandle> {
  const file = fileOf(folder, path, options)
  try {
    const handle = await open(file)
    if ((await handle.stat()).isFile()) return handle
    await handle.close()
  } catch (error) {
    throw await explain(folder, 'read', path, error)
  }
  throw new ObjectMissingError(folder.store, path)
}

/** One call to the system reads at most 2 GiB; smaller ones can be stopped in between. */
const readAtMost = 16 * 2 ** 20

async function fill(
  folder: Folder,
  path: string,
  handle: FileHandle,
  bytes: Uint8Array,
  start: number,
  { signal, onProgress }: TransferOptions,
): Promise<void> {
  let done = 0
  while (done < bytes.length) {
    signal?.throwIfAborted()
    const { bytesRead } = await handle.read(bytes, done, Math.min(bytes.length - done, readAtMost), start + done)
    if (bytesRead === 0) throw new ObjectRangeError(folder.store, path, start, start + bytes.length, start + done)
    done += bytesRead
    onProgress?.(done)
  }
}

function requireRange(folder: Folder, path: string, start: number, end: number, size: number): void {
  const inside = Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end && end <= size
  if (!inside) throw new ObjectRangeError(folder.store, path, start, end, size)
}

async function find(folder: Folder, path: string, options: StoreOptions = {}): Promise<StoredObject | null> {
  const file = fileOf(folder, path, options)
  try {
    const found = await stat(file)
    return found.isFile() ? { path, size: found.size, modified: found.mtime } : null
  } catch (error) {
    const explained = await explain(folder, 'read', path, error)
    if (explained instanceof ObjectMissingError) return null
    throw explained
  }
}

async function refresh(folder: Folder, path: string, options: StoreOptions = {}): Promise<boolean> {
  const now = new Date()
  // a file of somebody else cannot be touched
  const touched = utimes(fileOf(folder, path, options), now, now)
  return touched.then(
    () => true,
    () => false,
  )
}

async function remove(folder: Folder, path: string, options: StoreOptions = {}): Promise<boolean> {
  const file = fileOf(folder, path, options)
  try {
    await rm(file)
    return true
  } catch (error) {
    const explained = await explain(folder, 'delete', path, error)
    if (explained instanceof ObjectMissingError) return false
    throw explained
  }
}

async function* list(folder: Folder, prefix: string, options: StoreOptions = {}): AsyncGenerator<StoredObject> {
  for await (const { name, ...object } of readFolder(folder, prefix, options)) {
    if (!temporaryName.test(name)) yield object
  }
}

async function* listUnfinished(
  folder: Folder,
  prefix: string,
  options?: StoreOptions,
): AsyncGenerator<UnfinishedObject> {
  for await (const { name, ...object } of readFolder(folder, prefix, options)) {
    if (temporaryName.test(name)) yield { ...object, id: object.path }
  }
}

function fileOf({ location }: Folder, path: string, { signal }: StoreOptions): string {
  signal?.throwIfAborted()
  requireObjectPath(path)
  return join(location, path)
}
