import type { Dirent } from 'node:fs'
import { opendir, rmdir, stat } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { ObjectMissingError, StoreAccessError, StoreFullError, StoreLocationError } from './store-error.ts'
import { requireObjectPath } from './store.ts'
import type { StoredObject, StoreOptions } from './store.ts'

/** The folder of a file store. */
export interface Folder {
  readonly store: string
  readonly location: string
}

/** How many files are looked at at once while a folder is read. */
const batch = 64

/** The files below a folder with their names, one folder after another, in bounded memory. */
export async function* readFolder(
  folder: Folder,
  prefix: string,
  { signal }: StoreOptions = {},
): AsyncGenerator<StoredObject & { readonly name: string }> {
  if (prefix !== '') requireObjectPath(prefix)
  await requireLocation(folder)
  const folders = [prefix]
  for (let current = folders.pop(); current !== undefined; current = folders.pop()) {
    const files: Dirent[] = []
    for await (const entry of entriesOf(folder, current)) {
      signal?.throwIfAborted()
      if (entry.isDirectory()) folders.push(posix.join(current, entry.name))
      else if (entry.isFile() && files.push(entry) === batch) yield* lookAt(folder, current, files.splice(0))
    }
    yield* lookAt(folder, current, files)
  }
}

async function* entriesOf(folder: Folder, path: string): AsyncGenerator<Dirent> {
  try {
    yield* await opendir(join(folder.location, path), { bufferSize: 1024 })
  } catch (error) {
    // deleted since the folder above it was read
    if (!isAbsent(error)) throw await explain(folder, 'list', path, error)
  }
}

async function* lookAt(folder: Folder, path: string, files: readonly Dirent[]) {
  const looks = files.map(async ({ name }) => {
    const at = posix.join(path, name)
    try {
      const { size, mtime } = await stat(join(folder.location, at))
      return { name, path: at, size, modified: mtime }
    } catch (error) {
      if (isAbsent(error)) return null
      throw await explain(folder, 'list', at, error)
    }
  })
  for (const look of await Promise.all(looks)) if (look !== null) yield look
}

/** Deletes a folder where it is empty, but never the store's. */
export async function pruneFolder(folder: Folder, path: string, options: StoreOptions = {}): Promise<void> {
  options.signal?.throwIfAborted()
  requireObjectPath(path)
  // another writer may put something there at any time: then it is not empty, and stays
  await rmdir(join(folder.location, path)).catch(() => undefined)
}

/** Says in our words what the file system complained of. */
export async function explain(folder: Folder, action: string, path: string, error: unknown): Promise<unknown> {
  const { store } = folder
  const code = codeOf(error)
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new StoreAccessError(store, action, path, { cause: error })
  }
  if (code === 'ENOSPC' || code === 'EDQUOT') return new StoreFullError(store, path, { cause: error })
  if (action === 'write' || !isAbsent(error)) return error
  await requireLocation(folder)
  return new ObjectMissingError(store, path, { cause: error })
}

export async function requireLocation({ store, location }: Folder): Promise<void> {
  const found = await stat(location).catch((error: unknown) => {
    if (isAbsent(error)) throw new StoreLocationError(store, location, { cause: error })
    throw error
  })
  if (!found.isDirectory()) throw new StoreLocationError(store, location)
}

/** Not there, behind a file, or a folder where a file was meant. */
function isAbsent(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR' || code === 'ERR_FS_EISDIR'
}

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : null
