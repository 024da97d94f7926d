import { access, readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { checkValues, flatten, folderOf, type Layer } from './layer.ts'
import { SettingsError } from './settings-error.ts'

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** A folder is none: Python's environments are called `.env` too. */
const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => !found.isDirectory(),
    () => false,
  )

/** The text of a file of settings. Throws `invalid-settings`. */
export const readText = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: unknown) => {
    throw new SettingsError(null, file, `it cannot be read (${whyOf(error)}).`)
  })

export const whyOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'for a reason unknown'

/** The first of these names that is in a folder or in one above it, up to the root of a repository. */
export async function findUpwards(folder: string, names: readonly string[]): Promise<string | null> {
  for (let at = resolve(folder); ; at = dirname(at)) {
    for (const name of names) if (await isFile(join(at, name))) return join(at, name)
    if ((await exists(join(at, '.git'))) || (await exists(join(at, '.hg'))) || dirname(at) === at) return null
  }
}

/** A `neurojoint.json`, and under it those that it extends, each from its own folder. Throws `invalid-settings`. */
export async function fileLayers(file: string, above: readonly string[] = []): Promise<readonly Layer[]> {
  if (above.includes(file)) {
    throw new SettingsError('extends', above.at(-1) ?? file, `it extends ${file}, which extends it.`)
  }
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const by = above.at(-1)
    throw new SettingsError(
      'extends',
      by ?? file,
      `${by === undefined ? 'it' : file} cannot be read (${whyOf(error)}).`,
    )
  })
  const { extends: base, $schema: _, ...own } = parseObject(text, file)
  const layer: Layer = { origin: file, values: checkValues(flatten(own, file), folderOf(file)), replaces: [] }
  if (base === undefined) return [layer]
  if (typeof base !== 'string' || base === '')
    throw new SettingsError('extends', file, '`extends` takes the path of a file.')
  return [layer, ...(await fileLayers(resolve(folderOf(file), base), [...above, file]))]
}

/** Throws `invalid-settings`, with the place but without the text: it may hold a secret. */
export function parseObject(text: string, file: string): Readonly<Record<string, unknown>> {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (error) {
    const place = error instanceof Error ? /\(line \d+ column \d+\)/.exec(error.message)?.[0] : undefined
    throw new SettingsError(null, file, `it is no JSON${place === undefined ? '' : ` ${place}`}.`)
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { ...parsed }
  throw new SettingsError(null, file, 'it holds no object: { "database": { … }, "stores": { … } }.')
}
