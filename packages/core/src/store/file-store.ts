import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, posix } from 'node:path'
import type { FileStoreSettings } from './settings.ts'
import { ObjectMissingError, ObjectRangeError, StoreLocationError, StoreSettingsError } from './store-error.ts'
import { requireObjectPath } from './store.ts'
import type { Store, StoreOptions, StoredObject } from './store.ts'

/** A store in a folder; its objects are files. Throws 'invalid-store-settings'. */
export function openFileStore(name: string, settings: FileStoreSettings): Store {
  const { protocol, location, hashPrefix = '_hash', schemaPrefix = '_schema', subfolding = [] } = settings
  requireSettings(name, { protocol, location, hashPrefix, schemaPrefix, subfolding })
  const folder: Folder = { store: name, location }
  return {
    name,
    hashPrefix,
    schemaPrefix,
    subfolding,
    put: (path, bytes, options) => put(folder, path, bytes, options),
    get: (path, options) => get(folder, path, options),
    getRange: (path, start, end, options) => getRange(folder, path, start, end, options),
    size: (path, options) => size(folder, path, options),
    delete: (path, options) => remove(folder, path, options),
    list: (prefix, options) => list(folder, prefix, options),
  }
}

function requireSettings(name: string, settings: Required<FileStoreSettings>): void {
  const { protocol, location, hashPrefix, schemaPrefix, subfolding } = settings
  const check = (setting: string, value: unknown, right: boolean, expected: string) => {
    if (!right) throw new StoreSettingsError(name, setting, value, expected)
  }
  check('protocol', protocol, protocol === 'file', "'file', which is the only one so far")
  check('location', location, typeof location === 'string' && isAbsolute(location), 'the absolute path of a folder')
  const folds = subfolding.every((length) => Number.isInteger(length) && length > 0)
  check('subfolding', subfolding, folds, 'lengths of folder names, such as [2, 2]')
  for (const [setting, prefix] of Object.entries({ hashPrefix, schemaPrefix })) {
    check(
      setting,
      prefix,
      prefix.split('/').every((part) => /^[\w-][\w.-]*$/.test(part)),
      'a relative path',
    )
  }
}

interface Folder {
  readonly store: string
  readonly location: string
}

/** Objects on their way have names that no list shows; what a killed process left is deleted like any file. */
const temporaryName = /^\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/

async function put(folder: Folder, path: string, bytes: Uint8Array, options: StoreOptions = {}): Promise<void> {
  const file = fileOf(folder, path, options)
  // mkdir would make the location too
  await requireLocation(folder)
  const parent = dirname(file)
  await mkdir(parent, { recursive: true })
  const temporary = join(parent, `.${randomUUID()}.tmp`)
  try {
    const handle = await open(temporary, 'wx')
    try {
      await handle.writeFile(bytes, options)
      await handle.sync()
    } finally {
      await handle.close()
    }
    options.signal?.throwIfAborted()
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolder(parent)
}

/** Makes a rename outlive a power cut. Windows cannot open folders, and some network shares cannot sync them. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder).catch(() => null)
  await handle?.sync().catch(() => undefined)
  await handle?.close()
}

async function get(folder: Folder, path: string, options: StoreOptions = {}): Promise<Uint8Array> {
  const file = fileOf(folder, path, options)
  try {
    const { buffer, byteOffset, byteLength } = await readFile(file, options)
    return new Uint8Array(buffer, byteOffset, byteLength)
  } catch (error) {
    throw await explain(folder, path, error)
  }
}

async function getRange(
  folder: Folder,
  path: string,
  start: number,
  end: number,
  options: StoreOptions = {},
): Promise<Uint8Array> {
  const file = fileOf(folder, path, options)
  const handle = await open(file).catch(async (error: unknown) => {
    throw await explain(folder, path, error)
  })
  try {
    const { size: fileSize } = await handle.stat()
    const inside = Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end && end <= fileSize
    if (!inside) throw new ObjectRangeError(folder.store, path, start, end, fileSize)
    const bytes = new Uint8Array(end - start)
    let done = 0
    while (done < bytes.length) {
      options.signal?.throwIfAborted()
      const length = Math.min(bytes.length - done, readAtMost)
      const { bytesRead } = await handle.read(bytes, done, length, start + done)
      if (bytesRead === 0) throw new ObjectRangeError(folder.store, path, start, end, start + done)
      done += bytesRead
    }
    return bytes
  } catch (error) {
    throw await explain(folder, path, error)
  } finally {
    await handle.close()
  }
}

/** So that a large range can be cancelled; one call to the system reads at most 2 GiB. */
const readAtMost = 16 * 2 ** 20

async function size(folder: Folder, path: string, options: StoreOptions = {}): Promise<number | null> {
  const file = fileOf(folder, path, options)
  try {
    const found = await stat(file)
    return found.isFile() ? found.size : null
  } catch (error) {
    const explained = await explain(folder, path, error)
    if (explained instanceof ObjectMissingError) return null
    throw explained
  }
}

async function remove(folder: Folder, path: string, options: StoreOptions = {}): Promise<boolean> {
  const file = fileOf(folder, path, options)
  try {
    await rm(file)
    return true
  } catch (error) {
    const explained = await explain(folder, path, error)
    if (explained instanceof ObjectMissingError) return false
    throw explained
  }
}

async function* list(folder: Folder, prefix: string, options: StoreOptions = {}): AsyncGenerator<StoredObject> {
  if (prefix !== '') requireObjectPath(prefix)
  await requireLocation(folder)
  const folders = [prefix]
  for (let current = folders.pop(); current !== undefined; current = folders.pop()) {
    options.signal?.throwIfAborted()
    const entries = await readdir(join(folder.location, current), { withFileTypes: true }).catch((error: unknown) => {
      if (isAbsent(error)) return []
      throw error
    })
    for (const entry of entries) {
      const path = posix.join(current, entry.name)
      if (entry.isDirectory()) folders.push(path)
      else if (entry.isFile() && !temporaryName.test(entry.name)) {
        const bytes = await size(folder, path, options)
        // deleted since its folder was read
        if (bytes !== null) yield { path, size: bytes }
      }
    }
  }
}

function fileOf({ location }: Folder, path: string, { signal }: StoreOptions): string {
  signal?.throwIfAborted()
  requireObjectPath(path)
  return join(location, path)
}

/** Says in our words what the file system complained of. */
async function explain(folder: Folder, path: string, error: unknown): Promise<unknown> {
  if (!isAbsent(error)) return error
  await requireLocation(folder)
  return new ObjectMissingError(folder.store, path, { cause: error })
}

async function requireLocation({ store, location }: Folder): Promise<void> {
  const found = await stat(location).catch((error: unknown) => {
    if (isAbsent(error)) throw new StoreLocationError(store, location, { cause: error })
    throw error
  })
  if (!found.isDirectory()) throw new StoreLocationError(store, location)
}

/** Not there, behind a file, or a folder where a file was meant. */
function isAbsent(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR' || code === 'ERR_FS_EISDIR'
}
