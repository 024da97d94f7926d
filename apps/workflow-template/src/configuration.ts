import { join, resolve } from 'node:path'
import { formatSettings, readSettings } from '@neurojoint/core'

/**
 * Where this lab keeps what. Everything stands under one folder unless the environment says otherwise:
 *
 * - `NEUROJOINT_HOME`: that folder (`neurojoint` where the program is started)
 * - `NEUROJOINT_DATA`: the raw data, as `<session_dir>/<SpikeGLX run>`
 * - `NEUROJOINT_PROCESSED`: what spike sorters made of them, in the same folders
 * - `NEUROJOINT_STORE`: large results
 * - `NEUROJOINT_CSV`: the lists to ingest
 * - `NEUROJOINT_PREFIX`: what the name of every schema begins with
 *
 * The database and the stores may also be said by `NEUROJOINT_DATABASE` (a SQLite file, or `mariadb://user:password@host:3306`, or
 * `mysql://…`), by `neurojoint.json`, by Python's `datajoint.json`, or where else `readSettings` looks.
 */
const home = resolve(given('NEUROJOINT_HOME') ?? 'neurojoint')
const store = given('NEUROJOINT_STORE')
const inHome = { local: { protocol: 'file', location: resolve(store ?? join(home, 'store')) } }

const settings = await readSettings({
  folder: process.cwd(),
  environment: process.env,
  overrides: store === undefined ? {} : { stores: inHome },
  defaults: { database: { kind: 'sqlite', path: join(home, 'pipeline.sqlite') }, stores: inHome },
})

export const configuration = {
  home,
  /** Stands before the name of every schema. */
  prefix: given('NEUROJOINT_PREFIX') ?? 'neuro_',
  database: settings.database,
  stores: settings.stores,
  jobs: settings.jobs,
  rawRoot: resolve(given('NEUROJOINT_DATA') ?? join(home, 'raw')),
  processedRoot: resolve(given('NEUROJOINT_PROCESSED') ?? join(home, 'processed')),
  storeLocation: inHome.local.location,
  csvFolder: resolve(given('NEUROJOINT_CSV') ?? join(import.meta.dirname, '../user_data')),
} as const

/** What is set, and where: without secrets. */
export const formatConfiguration = (): string => formatSettings(settings)

/** A variable of the environment; one that is set to nothing counts as not given. */
export function given(variable: string): string | undefined {
  const value = process.env[variable]
  return value === '' ? undefined : value
}
