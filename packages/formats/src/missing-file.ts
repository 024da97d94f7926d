import { basename, dirname } from 'node:path'
import { MissingFileError } from './errors.ts'

/** For `.catch()` of a file operation: what is not there becomes `missing-file`, any other error passes through. */
export function refuseMissing(path: string, advice: string): (cause: unknown) => never {
  return (cause) => {
    const code = cause instanceof Error && 'code' in cause ? cause.code : null
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw cause
    throw new MissingFileError(dirname(path), basename(path), advice, { cause })
  }
}
