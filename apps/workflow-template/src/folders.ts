import { access, constants, mkdir } from 'node:fs/promises'
import { configuration, given } from './configuration.ts'

export class UnusableFolderError extends Error {
  override readonly name = 'UnusableFolderError'
  readonly code = 'unusable-folder'
  readonly path: string
  constructor(path: string, problem: string, cause: unknown) {
    super(`${path} ${problem}`, { cause })
    this.path = path
  }
}

const folders = [
  { variable: 'NEUROJOINT_DATA', path: configuration.rawRoot, mode: constants.R_OK },
  { variable: 'NEUROJOINT_PROCESSED', path: configuration.processedRoot, mode: constants.R_OK },
  { variable: 'NEUROJOINT_STORE', path: configuration.storeLocation, mode: constants.R_OK | constants.W_OK },
] as const

/**
 * Makes the folders of the home. Those that the environment names must be there: an empty one in the place of a disk that
 * is not mounted would look like a lab that has no data. Throws `unusable-folder`.
 */
export async function prepareFolders(): Promise<void> {
  for (const { variable, path, mode } of folders) {
    if (given(variable) === undefined) {
      await mkdir(path, { recursive: true }).catch((error: unknown) => {
        throw new UnusableFolderError(path, `cannot be made. Let NEUROJOINT_HOME name a folder of yours.`, error)
      })
    }
    await access(path, mode).catch((error: unknown) => {
      const lacks = 'is not there, or you may not use it.'
      throw new UnusableFolderError(path, `${lacks} Mount the disk, make the folder, or correct ${variable}.`, error)
    })
  }
}
