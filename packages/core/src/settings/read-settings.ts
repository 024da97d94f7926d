import { join } from 'node:path'
import { parseEnv } from 'node:util'
import type { DatabaseSettings } from '../connection/connection.ts'
import { checkOptions, requireText } from '../options.ts'
import type { StoresSettings } from '../store/settings.ts'
import { datajointLayer } from './datajoint-layer.ts'
import { datajointEnvironmentLayer, type Environment, environmentLayer } from './environment-layer.ts'
import { checkValues, emptyLayer, flatten, folderOf, type Given, type Layer } from './layer.ts'
import { masked } from './masked.ts'
import { secretsLayer } from './secrets-layer.ts'
import { fileLayers, findUpwards, readText } from './settings-file.ts'
import { IncompleteSettingsError, SettingsError } from './settings-error.ts'

/** Where settings are looked for. */
export interface ReadSettingsOptions {
  /** Files are looked for in it and in the folders above, up to the root of a repository. Paths that variables give begin here. */
  readonly folder: string
  /** `process.env`, mostly; none where it is left out. */
  readonly environment?: Environment
  /** Above all others: `{ database: { host: 'db' } }`, or `{ 'database.host': 'db' }`. */
  readonly overrides?: object
  /** Below all others. */
  readonly defaults?: object
  /** Folders of secrets besides `.secrets` beside the file; `/run/secrets/neurojoint` and DataJoint's where it is left out. */
  readonly secretFolders?: readonly string[]
}

/** How jobs are made where nothing else is said; they fit into the options of `populate` with `reserve` and of `runWorker`. */
export interface JobSettings {
  readonly concurrency?: number
  readonly leaseSeconds?: number
  readonly batch?: number
  readonly maxPriority?: number
  readonly timeLimitSeconds?: number
  readonly retry?: { readonly attempts: number; readonly delaySeconds?: number; readonly factor?: number }
}

/** One setting, and which place gave it. */
export interface SettingEntry {
  readonly key: string
  readonly value: unknown
  readonly origin: string
}

/** Settings for `definePipeline`. What they hold of secrets is not shown when they are printed. */
export interface Settings {
  readonly database: DatabaseSettings
  readonly stores: StoresSettings
  readonly jobs: JobSettings
  /** What stands under `custom`, which is for programs of a lab. */
  readonly custom: Readonly<Record<string, unknown>>
}

const entries = new WeakMap<Settings, readonly SettingEntry[]>()

/** Each setting with its origin, by key. */
export const entriesOf = (settings: Settings): readonly SettingEntry[] => entries.get(settings) ?? []

/** Those that `readSettings` gave. */
export const isSettings = (settings: Settings): boolean => entries.has(settings)

/**
 * Reads settings from where they may stand; what stands in several places holds as the first of these says: `overrides`, variables of
 * the environment (`NEUROJOINT_…`, then DataJoint's `DJ_…`), `.env`, `neurojoint.json` and those that it extends, DataJoint's
 * `datajoint.json` or `dj_local_conf.json`, files of secrets, `defaults`.
 *
 * ```ts
 * const settings = await readSettings({ folder: import.meta.dirname, environment: process.env })
 * const pipeline = definePipeline({ schemas, tables, ...settings })
 * ```
 *
 * Throws `invalid-settings` with the place for what is no setting, and `incomplete-settings` where there is no database.
 */
export async function readSettings(options: ReadSettingsOptions): Promise<Settings> {
  checkOptions('readSettings()', options, ['folder', 'environment', 'overrides', 'defaults', 'secretFolders'])
  requireText('readSettings()', 'as folder the path of one', options.folder)
  const layers = await readLayers(options)
  const values = merge(layers)
  const database = databaseOf(values, layers)
  const settings: Settings = Object.freeze({
    database: masked(database),
    stores: masked(storesOf(values)),
    jobs: jobsOf(values),
    custom: nested(values, 'custom'),
  })
  const used = [...values].filter(
    ([key, { value }]) =>
      !isOfOtherDatabase(key, database.kind) && (key !== 'database.kind' || value === database.kind),
  )
  entries.set(
    settings,
    used.map(([key, { value, origin }]) => ({ key, value, origin })).toSorted((a, b) => (a.key < b.key ? -1 : 1)),
  )
  return settings
}

/** The highest first. */
async function readLayers(options: ReadSettingsOptions): Promise<readonly Layer[]> {
  const { folder, environment = {}, overrides = {}, defaults = {} } = options
  const { secretFolders = ['/run/secrets/neurojoint', '/run/secrets/datajoint'] } = options
  const given = (origin: string, values: object): Layer => ({
    ...emptyLayer(origin),
    values: checkValues(flatten(values, origin), folder),
  })
  const ofEnvironment = (from: Environment, place: string | null, base: string): readonly Layer[] => [
    environmentLayer(from, place, base),
    datajointEnvironmentLayer(from, place, base),
  ]
  const dotEnv = await findUpwards(folder, ['.env'])
  const file = await findUpwards(folder, ['neurojoint.json'])
  const ignoresDatajoint = /^(true|1|yes)$/i.test(environment['DJ_IGNORE_CONFIG_FILE'] ?? '')
  const datajoint = ignoresDatajoint ? null : await findUpwards(folder, ['datajoint.json', 'dj_local_conf.json'])
  const beside = [file, datajoint].flatMap((found) => (found === null ? [] : [join(folderOf(found), '.secrets')]))
  const secrets = new Set([...(beside.length > 0 ? beside : [join(folder, '.secrets')]), ...secretFolders])
  return [
    given('the overrides', overrides),
    ...ofEnvironment(environment, null, folder),
    ...(dotEnv === null ? [] : ofEnvironment(parseEnv(await readText(dotEnv)), dotEnv, folderOf(dotEnv))),
    ...(file === null ? [] : await fileLayers(file)),
    ...(datajoint === null ? [] : [datajointLayer(datajoint, await readText(datajoint))]),
    ...(await Promise.all([...secrets].map(secretsLayer))),
    given('the defaults', defaults),
  ]
}

/** What each key has, from the highest layer that gives it, as far as none above closes it. */
function merge(layers: readonly Layer[]): ReadonlyMap<string, Given> {
  const merged = new Map<string, Given>()
  const closed: string[] = []
  let ownCertificates = false
  for (const { values, replaces } of layers) {
    const keys = [...values.keys()]
    for (const [key, given] of values) {
      const isClosed = closed.some((begin) => key.startsWith(begin)) || (key === 'database.tls' && ownCertificates)
      if (!merged.has(key) && !isClosed) merged.set(key, given)
    }
    closed.push(...replaces)
    // a mode, and certificates, are said one instead of the other; certificates come from several places
    if (keys.includes('database.tls')) closed.push('database.tls.')
    ownCertificates ||= keys.some((key) => key.startsWith('database.tls.'))
  }
  return merged
}

const ofFile: readonly string[] = ['path', 'allowNetworkFileSystem']
const ofServer: readonly string[] = ['host', 'port', 'user', 'password', 'reconnectSeconds', 'tls']

function isOfOtherDatabase(key: string, kind: DatabaseSettings['kind']): boolean {
  const [section, name = ''] = key.split('.')
  return section === 'database' && (kind === 'sqlite' ? ofServer : ofFile).includes(name)
}

/** A path and a host exclude each other: the higher of them says which it is. */
function databaseOf(values: ReadonlyMap<string, Given>, layers: readonly Layer[]): DatabaseSettings {
  const places = layers.map(({ origin }) => origin)
  const rank = (key: string): number => {
    const found = layers.findIndex((layer) => layer.values.get(key)?.origin === values.get(key)?.origin)
    return values.has(key) && found >= 0 ? found : Infinity
  }
  const path = rank('database.path')
  const host = rank('database.host')
  const said = rank('database.kind') <= Math.min(path, host) ? values.get('database.kind')?.value : undefined
  if (said === undefined && path === Infinity && host === Infinity)
    throw new IncompleteSettingsError('database.host', places)
  if (said === undefined && path === host) {
    throw new SettingsError(
      'database.path',
      places[path] ?? '',
      'it gives both `database.path`, of a file, and `database.host`, of a server. Give one.',
    )
  }
  const given = Object.fromEntries(Object.entries(nested(values, 'database')).filter(([name]) => name !== 'kind'))
  const below = values.get('database.kind')?.value ?? 'sqlite'
  const kind = said ?? (path < host ? 'sqlite' : below === 'sqlite' ? 'server' : below)
  const other = kind === 'sqlite' ? ofServer : ofFile
  const own = Object.fromEntries(Object.entries(given).filter(([name]) => !other.includes(name)))
  const need = (name: string): void => {
    if (own[name] === undefined) throw new IncompleteSettingsError(`database.${name}`, places)
  }
  if (kind === 'sqlite') {
    need('path')
    // each was made sure of by the type of its key
    return { kind, ...own } as unknown as DatabaseSettings
  }
  need('host')
  need('user')
  return { kind, port: 3306, password: '', ...own } as unknown as DatabaseSettings
}

function storesOf(values: ReadonlyMap<string, Given>): StoresSettings {
  const { default: fallback, filepathDefault, ...stores } = nested(values, 'stores')
  return {
    ...(typeof fallback === 'string' && { default: fallback }),
    ...(typeof filepathDefault === 'string' && { filepathDefault }),
    // each was made sure of by the type of its key; that they are enough, when the store is opened
    ...(Object.keys(stores).length > 0 && { stores: stores as NonNullable<StoresSettings['stores']> }),
  }
}

function jobsOf(values: ReadonlyMap<string, Given>): JobSettings {
  const { retry, ...jobs } = nested(values, 'jobs')
  // each was made sure of by the type of its key
  const own = jobs as JobSettings
  if (typeof retry !== 'object' || retry === null) return own
  const [[first, given] = ['', null]] = [...values].filter(([key]) => key.startsWith('jobs.retry.'))
  if (!('attempts' in retry)) {
    throw new SettingsError(
      first,
      given?.origin ?? '',
      'it says how long to wait between attempts, and nothing gives `jobs.retry.attempts`.',
    )
  }
  return { ...own, retry: retry as NonNullable<JobSettings['retry']> }
}

/** The members of a section as an object; `database.tls`, a mode, gives way to certificates. */
function nested(values: ReadonlyMap<string, Given>, section: string): Readonly<Record<string, unknown>> {
  const tree: Record<string, unknown> = {}
  for (const [key, { value }] of values) {
    const [first, ...names] = key.split('.')
    const last = names.pop()
    if (first !== section || last === undefined) continue
    let at = tree
    for (const name of names) {
      const below = at[name]
      const inner: Record<string, unknown> = typeof below === 'object' && below !== null ? { ...below } : {}
      at[name] = inner
      at = inner
    }
    at[last] ??= value
  }
  return tree
}
