import { inject, test } from 'vitest'
import { connect } from '../../connection/connect.ts'
import type { OpenDatabase } from '../../testing/dialect/dialect-under-test.ts'
import { testDialect } from '../../testing/dialect/test-dialect.ts'
import { quote } from './column.ts'

const settings = inject('mariadb')
let opened = 0

async function open(): Promise<OpenDatabase> {
  if (!settings) throw new RangeError('there is no server')
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

if (settings) testDialect({ name: 'mariadb', open })
else test.skip('mariadb: no server could be had', () => {})
