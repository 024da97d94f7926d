import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { checkValues, flatten, type Given, type Layer } from './layer.ts'
import { settingOf } from './setting.ts'
import { SettingsError } from './settings-error.ts'
import { readText, whyOf } from './settings-file.ts'

/**
 * Files that are called as a key is, with its value: `database.password`, `stores.raw.secret_key`. Those of stores are
 * read when the store is used. Other files are somebody else's.
 */
export async function secretsLayer(folder: string): Promise<Layer> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(whyOf(error))) return []
    throw new SettingsError(null, folder, `it cannot be read (${whyOf(error)}).`)
  })
  const values = new Map<string, Given>()
  for (const name of names) {
    const file = join(folder, name)
    const [[key] = ['']] = flatten({ [name]: null }, file)
    const setting = settingOf(key)
    if (setting === null || key.startsWith('custom.')) continue
    const later = setting.secret && key.startsWith('stores.')
    const value = later ? { file } : (await readText(file)).trim()
    values.set(key, { value, origin: file })
  }
  return { origin: folder, values: checkValues(values, folder), replaces: [] }
}
