import { dirname, isAbsolute, resolve } from 'node:path'
import { nearest } from './nearest.ts'
import { knownKeys, type Setting, settingOf } from './setting.ts'
import { SettingsError } from './settings-error.ts'

/** A value as it was given, and by what. */
export interface Given {
  readonly value: unknown
  /** The file or the variable, as people know it. */
  readonly origin: string
}

/** What one place says. */
export interface Layer {
  readonly origin: string
  readonly values: ReadonlyMap<string, Given>
  /** What keys begin with that places below do not complete: an address of a database is whole. */
  readonly replaces: readonly string[]
}

export const emptyLayer = (origin: string): Layer => ({ origin, values: new Map(), replaces: [] })

/** The members of an object, by keys: nested, or with dots, or both. Members of stores may be spelt in Python's way. */
export function flatten(given: object, origin: string): ReadonlyMap<string, Given> {
  const found = new Map<string, Given>()
  const walk = (value: unknown, key: string): void => {
    if (value === undefined) return
    const inner = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (key !== '' && (!inner || holdsObjects(key))) found.set(key, { value, origin })
    else if (inner) {
      for (const [name, member] of Object.entries(value)) walk(member, spelt(key === '' ? name : `${key}.${name}`))
    }
  }
  walk(given, '')
  return found
}

/** `stores.raw.access_key` is `stores.raw.accessKey`. */
function spelt(key: string): string {
  const at = key.lastIndexOf('.') + 1
  return key.startsWith('stores.') && (key.split('.').length > 2 || key === 'stores.filepath_default')
    ? key.slice(0, at) + key.slice(at).replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
    : key
}

const holdsObjects = (key: string): boolean => {
  const setting = settingOf(key)
  return setting !== null && (setting.secret || key.startsWith('custom.')) && key !== 'database.password'
}

/**
 * Values made sure of. Those of the environment are text, and become what their key takes; paths begin at `folder`. Throws
 * `invalid-settings`.
 */
export function checkValues(values: ReadonlyMap<string, Given>, folder: string): ReadonlyMap<string, Given> {
  return new Map([...values].map(([key, given]) => [key, { ...given, value: valueOf(key, given, folder) }]))
}

function valueOf(key: string, { value, origin }: Given, folder: string): unknown {
  const setting = settingOf(key)
  if (setting === null) {
    const near = nearest(key, knownKeys(key))
    throw new SettingsError(
      key,
      origin,
      `there is no setting \`${key}\`.${near === null ? '' : ` Is \`${near}\` meant?`}`,
    )
  }
  const parsed = parse(setting, value)
  if (parsed === undefined) {
    const shown = setting.secret ? 'something else' : (JSON.stringify(value) ?? String(value))
    throw new SettingsError(key, origin, `\`${key}\` takes ${setting.expected}, and is ${shown}.`)
  }
  const isPath = setting.path && typeof parsed === 'string' && !parsed.includes('-----BEGIN')
  return isPath && !isAbsolute(parsed) ? resolve(folder, parsed) : parsed
}

/** As it stands, else what its text says: `3306`, `true`, `[2, 2]`. */
function parse(setting: Setting, value: unknown): unknown {
  const asGiven = setting.type.safeParse(value)
  if (asGiven.success) return asGiven.data
  if (typeof value !== 'string') return undefined
  try {
    const parsed = setting.type.safeParse(JSON.parse(value))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}

export const folderOf = (file: string): string => dirname(file)
