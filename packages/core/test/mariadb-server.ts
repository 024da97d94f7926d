import { startMariadb } from '@neurojoint/servers'
import type { TestProject } from 'vitest/node'
import type { DatabaseSettings } from '../src/connection/connection.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The server that the tests of this run share; `null` where none could be had. */
    readonly mariadb: Extract<DatabaseSettings, { readonly kind: 'mariadb' }> | null
  }
}

/** Starts a private MariaDB before the tests and ends it after them. Without one the run fails on CI, else says so. */
export default async function startServer(project: TestProject): Promise<() => Promise<void>> {
  try {
    const { host, port, user, password, stop } = await startMariadb({ onProgress: (message) => console.info(message) })
    project.provide('mariadb', { kind: 'mariadb', host, port, user, password })
    return stop
  } catch (error) {
    if (process.env['CI']) throw error
    const reason = error instanceof Error ? error.message : String(error)
    console.error(`\n  NO MARIADB: EVERY TEST THAT NEEDS ONE IS LEFT OUT. ${reason}\n`)
    project.provide('mariadb', null)
    return async () => {}
  }
}
