import { mariadb } from './mariadb.ts'
import { type RunningServer, type StartOptions, startServer } from './running-server.ts'

export { defaultCache } from './cache.ts'
export { type Attempt, ProgramError, ServerError, ServerFailedError, ServerUnavailableError } from './errors.ts'
export type { RunningServer, StartOptions } from './running-server.ts'

/**
 * Starts a private MariaDB (10.11 or newer) on 127.0.0.1: the machine's own, else one from the cache folder, else one
 * fetched into it. Throws `server-unavailable` or `server-failed`.
 */
export function startMariadb(options: StartOptions = {}): Promise<RunningServer<'mariadb'>> {
  return startServer(mariadb, options)
}
