import { randomUUID } from 'node:crypto'
import { link, open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { checkOptions, show } from '../query/call.ts'
import { contextOf, type Database } from '../query/database.ts'
import { InvalidCallError } from '../query/errors.ts'
import { copierOf } from '../connection/copier.ts'
import { BackupExistsError, BackupFailedError, BackupUnsupportedError } from './errors.ts'

/** How far a backup is. */
export interface BackupProgress {
  /** Pages of the file. */
  readonly done: number
  readonly pages: number
}

export interface BackupOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: BackupProgress) => void
}

/**
 * Copies the SQLite file of a database as it is at this moment, while others go on writing, and checks the copy. The file
 * is there whole or not at all. Objects in stores are files of their own: back up their folders after it, as a row is there
 * only once its object is.
 *
 * @throws BackupUnsupportedError `backup-unsupported` for a server
 * @throws BackupExistsError `backup-exists` where there is a file of that name
 * @throws BackupFailedError `backup-failed`
 */
export async function backup(db: Database, path: string, options: BackupOptions = {}): Promise<void> {
  checkOptions('backup()', options, ['signal', 'onProgress'])
  if (typeof path !== 'string' || path === '') {
    throw new InvalidCallError(`backup() takes the path of the file to write, and was given ${show(path)}.`)
  }
  const { database } = contextOf(db)
  const copy = await copierOf(database)
  if (copy === null) throw new BackupUnsupportedError()
  const { signal, onProgress } = options
  signal?.throwIfAborted()
  const file = resolve(path)
  if (await exists(file)) throw new BackupExistsError(file)
  const temporary = join(dirname(file), `.${basename(file).slice(0, 100)}.${randomUUID()}.tmp`)
  try {
    await copy(temporary, { signal, onProgress })
    signal?.throwIfAborted()
    await sync(temporary)
    await giveName(temporary, file)
    // Windows cannot open folders, and some network shares cannot sync them
    await sync(dirname(file), 'r').catch(() => undefined)
  } catch (error) {
    signal?.throwIfAborted()
    if (isCode(error, 'EEXIST')) throw new BackupExistsError(file)
    throw new BackupFailedError(file, error instanceof Error ? error.message : String(error), { cause: error })
  } finally {
    for (const ending of ['', '-journal', '-wal', '-shm']) await rm(`${temporary}${ending}`, { force: true })
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (error: unknown) => {
      if (isCode(error, 'ENOENT')) return false
      throw error
    },
  )

/** Unlike rename alone, it does not replace what somebody put there meanwhile. */
async function giveName(temporary: string, file: string): Promise<void> {
  try {
    await link(temporary, file)
  } catch (error) {
    if (isCode(error, 'EEXIST') || isCode(error, 'ENOENT')) throw error
    // sticks and network shares know no links: the name is taken first
    await (await open(file, 'wx')).close()
    try {
      await rename(temporary, file)
    } catch (failure) {
      await rm(file, { force: true })
      throw failure
    }
  }
}

// Windows writes out only what is opened for writing
async function sync(path: string, flags = 'r+'): Promise<void> {
  const handle = await open(path, flags)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code
