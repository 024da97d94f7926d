import { join, resolve } from 'node:path'
import type { DatabaseSettings } from '@neurojoint/core'

/**
 * Where this lab keeps what. Everything stands under one folder unless the environment says otherwise:
 *
 * - `NEUROJOINT_HOME`: that folder (`neurojoint` where the program is started)
 * - `NEUROJOINT_DATABASE`: a SQLite file, or `mariadb://user:password@host:3306`
 * - `NEUROJOINT_DATA`: the raw data, as `<subject>/<session>/<SpikeGLX run>`
 * - `NEUROJOINT_PROCESSED`: what spike sorters made of them, in the same folders
 * - `NEUROJOINT_CSV`: the tables to ingest
 */
const env = process.env
const home = resolve(env['NEUROJOINT_HOME'] ?? 'neurojoint')

export const configuration = {
  home,
  /** Stands before the name of every schema. */
  prefix: env['NEUROJOINT_PREFIX'] ?? 'neuro_',
  database: databaseSettings(env['NEUROJOINT_DATABASE'] ?? join(home, 'pipeline.sqlite')),
  rawRoot: resolve(env['NEUROJOINT_DATA'] ?? join(home, 'raw')),
  processedRoot: resolve(env['NEUROJOINT_PROCESSED'] ?? join(home, 'processed')),
  storeLocation: resolve(env['NEUROJOINT_STORE'] ?? join(home, 'store')),
  csvFolder: resolve(env['NEUROJOINT_CSV'] ?? join(import.meta.dirname, '../user_data')),
} as const

function databaseSettings(where: string): DatabaseSettings {
  if (!where.startsWith('mariadb://')) return { kind: 'sqlite', path: where }
  const { hostname, port, username, password } = new URL(where)
  return {
    kind: 'mariadb',
    host: hostname,
    port: port === '' ? 3306 : Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
  }
}
