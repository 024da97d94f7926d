import { access } from 'node:fs/promises'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { DataFileMissingError, OutsideDataDirectoriesError } from '../errors.ts'

/**
 * The absolute path of a file or folder that the database names: in the first data directory that has it.
 *
 * @throws DataFileMissingError `data-file-missing`
 */
export async function findDataFile(path: string, directories: readonly string[]): Promise<string> {
  const native = path.replaceAll('\\', '/')
  const candidates = isAbsolute(native) ? [native] : directories.map((directory) => resolve(directory, native))
  for (const candidate of candidates) {
    const exists = await access(candidate).then(
      () => true,
      () => false,
    )
    if (exists) return candidate
  }
  throw new DataFileMissingError(path, directories)
}

/**
 * How the database names a file: relative to the first data directory around it, with forward slashes.
 *
 * @throws OutsideDataDirectoriesError `outside-data-directories`
 */
export function nameDataFile(path: string, directories: readonly string[]): string {
  for (const directory of directories) {
    const name = relative(resolve(directory), resolve(path))
    if (name !== '' && name !== '..' && !name.startsWith(`..${sep}`) && !isAbsolute(name))
      return name.replaceAll(sep, '/')
  }
  throw new OutsideDataDirectoriesError(path, directories)
}
