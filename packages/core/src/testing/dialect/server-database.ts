import { type RunningServer, ServerUnavailableError } from '@neurojoint/servers'
import { connect } from '../../connection/connect.ts'
import type { DatabaseSettings } from '../../connection/connection.ts'
import { quote } from '../../dialect/innodb/quote.ts'
import type { OpenDatabase } from './dialect-under-test.ts'

/** Where a server is. */
export type ServerSettings = Extract<DatabaseSettings, { readonly port: number }>

let opened = 0

/** Opens a connection with a server for one test, whose schemas are dropped after it. */
export async function openServerDatabase(settings: ServerSettings): Promise<OpenDatabase> {
  const connection = await connect(settings)
  const prefix = `kit_${process.pid}_${opened++}_`
  const used = new Set<string>()
  return {
    connection,
    settings,
    schema(name) {
      used.add(prefix + name)
      return prefix + name
    },
    async close() {
      // those that refer to others were named later
      for (const name of [...used].toReversed()) {
        await connection.execute({ sql: `DROP DATABASE IF EXISTS ${quote(name)}`, parameters: [] })
      }
      await connection.close()
    },
  }
}

/** A server for the tests of one file, or why there is none: not every machine can have every version. */
export async function serverForTests(
  name: string,
  start: () => Promise<RunningServer<ServerSettings['kind']>>,
): Promise<{ readonly settings: ServerSettings; stop(): Promise<void> } | { readonly missing: string }> {
  try {
    const { settings, stop } = await start()
    return { settings, stop }
  } catch (error) {
    if (!(error instanceof ServerUnavailableError)) throw error
    process.stderr.write(`\n  NOTHING IS TESTED ON ${name.toUpperCase()}. ${error.message}\n\n`)
    return { missing: `${name} is not tested here: ${error.tried.map(({ reason }) => reason).join('; ')}` }
  }
}
