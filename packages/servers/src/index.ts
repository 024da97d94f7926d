import { mariadb, type MariadbVersion } from './mariadb.ts'
import { mysql, type MysqlVersion } from './mysql.ts'
import { type RunningServer, type StartOptions, startServer } from './running-server.ts'

export { defaultCache, makeFolderOnce } from './cache.ts'
export { type Attempt, ProgramError, ServerError, ServerFailedError, ServerUnavailableError } from './errors.ts'
export type { MariadbVersion } from './mariadb.ts'
export type { MysqlVersion } from './mysql.ts'
export type { RunningServer, RunningServerSettings, StartOptions } from './running-server.ts'
export { canHaveS3 } from './s3-program.ts'
export { type RunningS3, type S3Options, startS3 } from './s3-server.ts'

/** The series of MariaDB that can be asked for; the first is what is started where none is named. */
export const mariadbVersions = ['any', '10.11', '11.8'] as const satisfies readonly MariadbVersion[]

/** The series of MySQL that can be asked for; the first is what is started where none is named. */
export const mysqlVersions = ['9', '8.4', '8.0'] as const satisfies readonly MysqlVersion[]

/** How a MariaDB is started. */
export interface MariadbOptions extends StartOptions {
  /** The series wanted; `any`, the default, is 10.11 or newer. */
  readonly version?: MariadbVersion
}

/** How a MySQL is started. */
export interface MysqlOptions extends StartOptions {
  /** The series wanted; 9 by default. */
  readonly version?: MysqlVersion
}

/**
 * Starts a private MariaDB on 127.0.0.1: the machine's own, else one from the cache folder, else one fetched into it.
 * Throws `server-unavailable` or `server-failed`.
 */
export function startMariadb({ version = 'any', ...options }: MariadbOptions = {}): Promise<RunningServer<'mariadb'>> {
  return startServer(mariadb[version], options)
}

/** Starts a private MySQL on 127.0.0.1 in the same way. Throws `server-unavailable` or `server-failed`. */
export function startMysql({ version = '9', ...options }: MysqlOptions = {}): Promise<RunningServer<'mysql'>> {
  return startServer(mysql[version], options)
}
