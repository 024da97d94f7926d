import { access, constants, mkdir, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { FileError } from '../errors.ts'

/** The folder itself, or the nearest one above that is there; refuses one that cannot be written. Throws `file`. */
export async function requireFolder(folder: string): Promise<string> {
  const [nearest] = await ancestorsOf(folder)
  if (!nearest.isFolder) throw new FileError(nearest.path, 'it is a file; choose a folder for the result')
  await access(nearest.path, constants.W_OK).catch((cause: unknown) => {
    throw new FileError(nearest.path, 'nothing may be written here; choose another folder for the result', cause)
  })
  return nearest.path
}

/** Makes a folder and those above it. Throws `file`. */
export async function makeFolder(folder: string): Promise<void> {
  const [, ...missing] = await ancestorsOf(folder)
  // one by one: Node never ends where the system says of a parent that is there that it is not, as of /proc
  for (const { path } of missing)
    await mkdir(path).catch(async (cause: unknown) => {
      const found = await stat(path).catch(() => null)
      // somebody was faster
      if (found?.isDirectory()) return
      throw new FileError(path, `the folder cannot be made (${messageOf(cause)})`, cause)
    })
}

interface Place {
  readonly path: string
  readonly isFolder: boolean
}

/** The nearest of a folder and those above it that is there, and then those that are not, from the top. */
async function ancestorsOf(folder: string): Promise<readonly [Place, ...Place[]]> {
  const path = resolve(folder)
  const found = await stat(path).catch(() => null)
  if (found || dirname(path) === path) return [{ path, isFolder: found?.isDirectory() ?? false }]
  return [...(await ancestorsOf(dirname(path))), { path, isFolder: false }]
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
