import { setTimeout as delay } from 'node:timers/promises'
import { startMariadb, startMysql } from '@neurojoint/servers'
import { describe, expect, inject, test } from 'vitest'
import { declare, definePipeline, defineSchema, planDeclare } from '../src/index.ts'

const servers = [
  ['mariadb', inject('mariadb'), startMariadb],
  ['mysql', inject('mysql'), startMysql],
] as const

for (const [kind, shared, start] of servers) {
  describe.runIf(shared !== null)(`on ${kind}`, () => {
    test('who reads row by row may take longer for some than the server waits', { timeout: 120_000 }, async () => {
      await using server = await start({ parameters: ['--net-write-timeout=1'] })
      const schema = defineSchema('lab')
      const Trial = schema.manual('Trial', {}, 'n : int32\n---\nx : varchar(2000)')
      const parts = { schemas: [schema], tables: {}, database: server.settings }
      await using db = await definePipeline(parts).open()
      await declare(db, await planDeclare(db, [schema]))
      // more than all buffers on the way can hold
      const x = 'x'.repeat(2000)
      await db(Trial).insert(Array.from({ length: 12_000 }, (_, n) => ({ n, x })))
      let rows = 0
      for await (const { n } of db(Trial).stream()) {
        rows += 1
        if (n === 1000) await delay(4000)
      }
      expect(rows).toBe(12_000)
    })
  })
}
