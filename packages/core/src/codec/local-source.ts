import type { Stats } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { isAbsolute, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LocalPath } from '../attribute/codec-values.ts'
import { LocalFileError } from './codec-error.ts'

/** A file or folder of this machine. */
export interface LocalSource {
  readonly path: string
  readonly size: number
  readonly isFolder: boolean
}

export const isLocalPath = (value: unknown): value is LocalPath => typeof value === 'string' || value instanceof URL

/** An absolute path. Throws 'local-file' for another one: it would mean another file in each working directory. */
export function localPathOf(path: LocalPath): string {
  if (path instanceof URL) {
    if (path.protocol === 'file:') return fileURLToPath(path)
    throw new LocalFileError(path.href, 'is no file of this machine: give a path or a URL that begins with file:.')
  }
  if (isAbsolute(path)) return path
  throw new LocalFileError(
    path,
    'is no absolute path of a file (resolve() of node:path makes one). Content is given as bytes, never as text.',
  )
}

/** Throws 'local-file' unless there is a file or a folder. */
export async function findLocal(given: LocalPath): Promise<LocalSource> {
  const path = localPathOf(given)
  const found = await look(path)
  if (found.isFile()) return { path, size: found.size, isFolder: false }
  if (found.isDirectory()) return { path, size: 0, isFolder: true }
  throw new LocalFileError(path, 'is neither a file nor a folder.')
}

/** The files below a folder, at any depth, with their paths from there (with slashes), in the order of these. */
export async function filesBelow(folder: string): Promise<readonly (LocalSource & { readonly name: string })[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const found: (LocalSource & { name: string })[] = []
  for (const entry of entries) {
    if (entry.isDirectory()) continue
    const path = join(entry.parentPath, entry.name)
    const { size, isFile } = await fileAt(path)
    if (!isFile) {
      throw new LocalFileError(path, 'is neither a file nor a folder, or a link to a folder: store what it leads to.')
    }
    found.push({
      path,
      size,
      isFolder: false,
      name: path
        .slice(folder.length)
        .replace(/^[/\\]+/, '')
        .split(sep)
        .join('/'),
    })
  }
  return found.toSorted((left, right) => (left.name < right.name ? -1 : 1))
}

async function fileAt(path: string): Promise<{ readonly size: number; readonly isFile: boolean }> {
  const found = await look(path)
  return { size: found.size, isFile: found.isFile() }
}

async function look(path: string): Promise<Stats> {
  try {
    return await stat(path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new LocalFileError(path, 'is not there.', { cause: error })
    if (code === 'EACCES' || code === 'EPERM') throw new LocalFileError(path, 'may not be read.', { cause: error })
    throw error
  }
}
