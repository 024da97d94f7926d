import { constants, copyFile, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SqliteFailure, unavailable } from './errors.ts'
import { patiently } from './patience.ts'
import { SqliteThread } from './thread.ts'

/** A file that can be read. */
export interface ReadableFile {
  readonly path: string
  /** Removes what was made for it. */
  readonly close: () => Promise<void>
}

/**
 * Makes sure that a file can be read. In a folder where nothing may be written SQLite cannot keep what readers share, unless
 * a writer has it there: then a copy is read, which shows the file as it was when it was opened.
 */
export async function openReadOnly(path: string): Promise<ReadableFile> {
  const problem = await read(path)
  if (problem === null) return { path, close: async () => {} }
  if (!needsFolder(problem) || !(await isThere(path)) || (await isThere(`${path}-shm`)))
    throw unavailable(path, problem)
  const folder = await mkdtemp(join(tmpdir(), 'neurojoint-read-only-'))
  const close = (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    const copy = join(folder, 'copy.sqlite')
    await copyFile(path, copy, constants.COPYFILE_FICLONE)
    // what was written last may not have been moved into the file yet
    if (await isThere(`${path}-wal`)) await copyFile(`${path}-wal`, `${copy}-wal`, constants.COPYFILE_FICLONE)
    const copied = await read(copy)
    if (copied !== null) throw copied
    return { path: copy, close }
  } catch (error) {
    await close()
    throw unavailable(path, error)
  }
}

/** Opens and reads a file, and tells what is wrong. */
async function read(path: string): Promise<unknown> {
  const thread = new SqliteThread({ path, purpose: 'read-only' })
  try {
    await patiently(() => thread.open(), undefined)
    return null
  } catch (error) {
    return error
  } finally {
    await thread.close().catch(() => {})
  }
}

const needsFolder = (error: unknown): boolean =>
  error instanceof SqliteFailure && /^SQLITE_(?:CANTOPEN|READONLY)/.test(error.code)

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
