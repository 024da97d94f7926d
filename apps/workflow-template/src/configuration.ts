import { join, resolve } from 'node:path'
import type { DatabaseSettings } from '@neurojoint/core'
import { databaseSettings } from './database-settings.ts'

/**
 * Where this lab keeps what. Everything stands under one folder unless the environment says otherwise:
 *
 * - `NEUROJOINT_HOME`: that folder (`neurojoint` where the program is started)
 * - `NEUROJOINT_DATABASE`: a SQLite file, or `mariadb://user:password@host:3306`, or `mysql://…`
 * - `NEUROJOINT_DATA`: the raw data, as `<session_dir>/<SpikeGLX run>`
 * - `NEUROJOINT_PROCESSED`: what spike sorters made of them, in the same folders
 * - `NEUROJOINT_STORE`: large results
 * - `NEUROJOINT_CSV`: the lists to ingest
 * - `NEUROJOINT_PREFIX`: what the name of every schema begins with
 */
const home = resolve(given('NEUROJOINT_HOME') ?? 'neurojoint')

export const configuration = {
  home,
  /** Stands before the name of every schema. */
  prefix: given('NEUROJOINT_PREFIX') ?? 'neuro_',
  database: database(given('NEUROJOINT_DATABASE')),
  rawRoot: resolve(given('NEUROJOINT_DATA') ?? join(home, 'raw')),
  processedRoot: resolve(given('NEUROJOINT_PROCESSED') ?? join(home, 'processed')),
  storeLocation: resolve(given('NEUROJOINT_STORE') ?? join(home, 'store')),
  csvFolder: resolve(given('NEUROJOINT_CSV') ?? join(import.meta.dirname, '../user_data')),
} as const

/** A variable of the environment; one that is set to nothing counts as not given. */
export function given(variable: string): string | undefined {
  const value = process.env[variable]
  return value === '' ? undefined : value
}

function database(where: string | undefined): DatabaseSettings {
  return where === undefined ? { kind: 'sqlite', path: join(home, 'pipeline.sqlite') } : databaseSettings(where)
}
