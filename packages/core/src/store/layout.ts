import { isAbsolute } from 'node:path'
import type { StoreLayout, StoreSettings } from './settings.ts'
import { StoreSettingsError, UnknownStoreSettingError } from './store-error.ts'
import type { Layout } from './store.ts'

const layoutNames = [
  'hashPrefix',
  'schemaPrefix',
  'filepathPrefix',
  'subfolding',
  'partitionPattern',
  'tokenLength',
  'stage',
  'checksumLimit',
] as const satisfies readonly (keyof StoreLayout)[]

/** Throws 'invalid-store-settings' for a setting that stores of a protocol do not have. */
export function requireKnownSettings(store: string, settings: StoreSettings, names: readonly string[]): void {
  const known = ['protocol', ...names, ...layoutNames]
  const unknown = Object.keys(settings).find((name) => !known.includes(name))
  if (unknown !== undefined) throw new UnknownStoreSettingError(store, unknown, known)
}

/** The layout that settings describe, with defaults. Throws 'invalid-store-settings'. */
export function layoutOf(store: string, settings: StoreLayout): Layout {
  const layout: Layout = {
    hashPrefix: prefixOf(store, 'hashPrefix', settings.hashPrefix ?? '_hash'),
    schemaPrefix: prefixOf(store, 'schemaPrefix', settings.schemaPrefix ?? '_schema'),
    filepathPrefix:
      (settings.filepathPrefix ?? null) === null
        ? null
        : prefixOf(store, 'filepathPrefix', settings.filepathPrefix ?? ''),
    subfolding: settings.subfolding ?? [],
    legacySubfolding: settings.subfolding ?? [2, 2],
    partitionPattern: settings.partitionPattern ?? null,
    tokenLength: settings.tokenLength ?? 8,
    stage: settings.stage ?? null,
    checksumLimit: settings.checksumLimit ?? null,
  }
  const check = (setting: keyof Layout, right: boolean, expected: string) => {
    if (!right) throw new StoreSettingsError(store, setting, layout[setting], expected)
  }
  const { subfolding, partitionPattern, tokenLength, stage, checksumLimit } = layout
  const isFolds = Array.isArray(subfolding) && subfolding.every((length) => Number.isInteger(length) && length > 0)
  check('subfolding', isFolds && sum(subfolding) <= 26, 'lengths of folder names, such as [2, 2]')
  const isLength = Number.isInteger(tokenLength) && tokenLength >= 4 && tokenLength <= 16
  check('tokenLength', isLength, 'a whole number from 4 to 16')
  check(
    'partitionPattern',
    partitionPattern === null || isPattern(partitionPattern),
    'attributes of the primary key in braces, with slashes between: {subject}/{session_datetime}',
  )
  check(
    'stage',
    stage === null || (typeof stage === 'string' && isAbsolute(stage)),
    'the absolute path of a folder of this machine',
  )
  const isLimit = checksumLimit === null || (typeof checksumLimit === 'number' && checksumLimit >= 0)
  check('checksumLimit', isLimit, 'a number of bytes')
  requireSeparate(store, layout)
  return layout
}

/** Python's client ignores what is not in braces; that would be noticed when a million objects lie elsewhere. */
const isPattern = (pattern: unknown): boolean =>
  typeof pattern === 'string' && pattern.split('/').every((part) => /\{\w+\}/.test(part))

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

function prefixOf(store: string, setting: keyof Layout, prefix: unknown): string {
  const stripped = typeof prefix === 'string' ? prefix.replace(/\/$/, '') : null
  if (stripped === '') return ''
  if (stripped?.split('/').every((part) => /^[\w-][\w.-]*$/.test(part))) return stripped
  throw new StoreSettingsError(store, setting, prefix, 'a relative path')
}

/** Collecting what is under one prefix must not find what is under another. */
function requireSeparate(store: string, { hashPrefix, schemaPrefix, filepathPrefix }: Layout): void {
  const prefixes = Object.entries({ hashPrefix, schemaPrefix, filepathPrefix })
  for (const [setting, prefix] of prefixes) {
    for (const [other, otherPrefix] of prefixes) {
      // an empty one is for stores of DataJoint 2.3.0 and before, whose schemas are folders of the store itself
      const bothEmpty = prefix === '' && otherPrefix === ''
      const inside = prefix !== null && otherPrefix !== '' && `${prefix}/`.startsWith(`${otherPrefix}/`)
      if (setting !== other && (bothEmpty || inside)) {
        throw new StoreSettingsError(store, setting, prefix, `one that is not inside \`${other}\`, '${otherPrefix}'`)
      }
    }
  }
}
