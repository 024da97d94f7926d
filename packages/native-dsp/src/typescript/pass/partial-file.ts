import { randomBytes } from 'node:crypto'
import { open, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { FileError } from '../../errors.ts'
import { fileError } from './failure.ts'

/** A file that appears under its name when all of it is on the disk, and otherwise not at all. */
export interface PartialFile {
  readonly path: string
  /** Where its parts are written, in the same folder. */
  readonly partial: string
  /** Waits until all is on the disk; `signal` ends the waiting. */
  synchronise(signal: AbortSignal | undefined): Promise<void>
  /** Gives it its name; `finishAll` does it for files that belong together. */
  finish(): Promise<void>
  /** Removes it, unless it has its name. */
  discard(): Promise<void>
  /** Removes it, if it has its name. */
  takeBack(): Promise<void>
}

/** Refuses to write over `source`. */
export async function createPartialFile(path: string, bytes: number, source: string | null): Promise<PartialFile> {
  await requireWritable(path, source)
  const partial = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.partial`)
  const handle = await attempt(path, () => open(partial, 'wx'))
  let named = false
  const discard = async (): Promise<void> => {
    if (named) return
    await handle.close().catch(() => {})
    await rm(partial, { force: true })
  }
  try {
    await attempt(path, () => handle.truncate(bytes))
  } catch (error) {
    await discard()
    throw error
  }
  return {
    path,
    partial,
    async synchronise(signal) {
      signal?.throwIfAborted()
      await attempt(path, () => until(handle.sync(), signal))
    },
    async finish() {
      await attempt(path, async () => {
        await handle.close()
        await rename(partial, path)
        named = true
        await synchroniseFolder(dirname(path))
      })
    },
    discard,
    async takeBack() {
      // what stands in the way of the clean-up is not what went wrong
      if (named) await rm(path, { force: true }).catch(() => {})
    },
  }
}

/** Gives files their names: all of them, or none has one after it. */
export async function finishAll(files: readonly PartialFile[]): Promise<void> {
  try {
    for (const file of files) await file.finish()
  } catch (error) {
    for (const file of files) await file.takeBack()
    throw error
  }
}

async function requireWritable(path: string, source: string | null): Promise<void> {
  const found = await stat(path).catch(() => null)
  if (found?.isDirectory()) throw new FileError(path, 'it is a folder')
  if (!found || source === null) return
  const [target, read] = await Promise.all([realpath(path), realpath(source).catch(() => null)])
  if (target === read) throw new FileError(path, 'it is the source of the pass; write to another file')
}

/** So that the new name outlasts a loss of power; where folders cannot be opened, there is no need. */
async function synchroniseFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder: FileHandle = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Rejects with the signal's reason as soon as it is aborted. */
async function until<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work
  let stop: (() => void) | undefined
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    if (stop) signal.removeEventListener('abort', stop)
  }
}

async function attempt<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    throw fileError(path, error)
  }
}
