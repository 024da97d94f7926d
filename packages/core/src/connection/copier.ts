import { settingsOf } from './connect.ts'

export interface CopyOptions {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: { readonly done: number; readonly pages: number }) => void) | undefined
}

/** Copies a whole database, as it is at one moment, to a new file. */
export type Copier = (file: string, options: CopyOptions) => Promise<void>

/** What copies the database of a connection; `null` where it is no file. */
export async function copierOf(connection: object): Promise<Copier | null> {
  const settings = settingsOf(connection)
  if (settings.kind !== 'sqlite') return null
  const { copyFile } = await import('../dialect/sqlite/copy.ts')
  return (file, options) => copyFile(settings.path, file, options)
}
