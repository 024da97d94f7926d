import type { RunningServer } from '@neurojoint/servers'
import { afterAll, test } from 'vitest'
import { openServerDatabase, serverForTests, type ServerSettings } from './server-database.ts'
import { testDialect } from './test-dialect.ts'
import { testServer } from './server.ts'

/** Runs the kit on another version of a server than the one that all tests run on; it is started for that alone. */
export async function testVersion(
  name: string,
  start: () => Promise<RunningServer<ServerSettings['kind']>>,
): Promise<void> {
  const server = await serverForTests(name, start)
  if ('missing' in server) {
    test.skip(server.missing)
    return
  }
  const { settings, stop } = server
  afterAll(stop)
  testDialect({ name, lacksCharacter: '😀', open: () => openServerDatabase(settings) })
  testServer(name, settings)
}
