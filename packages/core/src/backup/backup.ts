import { randomUUID } from 'node:crypto'
import { link, open, rm, stat } from 'node:fs/promises'
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
    // unlike rename, it does not replace what somebody put there meanwhile
    await link(temporary, file)
    await sync(dirname(file))
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

async function sync(path: string): Promise<void> {
  const handle = await open(path)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code
