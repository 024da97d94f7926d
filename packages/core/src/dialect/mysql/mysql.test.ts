import { describe, inject } from 'vitest'
import type { OpenDatabase } from '../../testing/dialect/dialect-under-test.ts'
import { openServerDatabase } from '../../testing/dialect/server-database.ts'
import { testServer } from '../../testing/dialect/server.ts'
import { testDialect } from '../../testing/dialect/test-dialect.ts'

const settings = inject('mysql')

async function open(): Promise<OpenDatabase> {
  if (!settings) throw new RangeError('there is no server')
  return await openServerDatabase(settings)
}

describe.runIf(settings !== null)('with a server', () => {
  testDialect({ name: 'mysql', lacksCharacter: '😀', open })
  if (settings) testServer('mysql', settings)
})
