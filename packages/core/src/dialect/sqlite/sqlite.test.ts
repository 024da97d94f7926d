import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '../../connection/connect.ts'
import type { OpenDatabase } from '../../testing/dialect/dialect-under-test.ts'
import { testDialect } from '../../testing/dialect/test-dialect.ts'

async function open(): Promise<OpenDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'neurojoint-sqlite-'))
  const settings = { kind: 'sqlite', path: join(folder, 'lab.sqlite') } as const
  const connection = await connect(settings)
  return {
    connection,
    settings,
    schema: (name) => name,
    async close() {
      await connection.close()
      await rm(folder, { recursive: true })
    },
  }
}

testDialect({ name: 'sqlite', open })
