import { setTimeout as delay } from 'node:timers/promises'
import { type RunningServer, startMariadb, startMysql } from '@neurojoint/servers'
import { describe, expect, inject, test } from 'vitest'
import { openLease } from '../src/jobs/lease.ts'
import { openJobQueue } from '../src/jobs/open-queue.ts'
import { contextOf } from '../src/query/database.ts'
import { temporaryPipeline } from '../src/testing/index.ts'
import { jobsLab } from './jobs-lab.ts'
import { long } from './long.ts'

const kinds = [
  ['mariadb', () => startMariadb({ version: '10.11' })],
  ['mysql', () => startMysql({ version: '9' })],
] as const

for (const [kind, start] of kinds) {
  describe.runIf(long && inject(kind) !== null)(`leases on a ${kind} of its own`, () => {
    test('are renewed again when the server was away for less than a lease', { timeout: 120_000 }, async () => {
      const server: RunningServer<'mariadb' | 'mysql'> = await start()
      const { settings } = server
      try {
        await using lab = await jobsLab(
          {
            name: kind,
            prefix: () => 'lease_restart_',
            pipeline: (schemas) => temporaryPipeline({ schemas, database: settings }),
            shared: async () => ({ settings, dispose: async () => {} }),
          },
          { sessions: 2 },
        )
        await using lease = openLease(lab.db)
        const queue = await openJobQueue(lab.db, lab.Stat, { lease })
        const other = await openJobQueue(lab.db, lab.Stat)
        await queue.refresh()
        const claims = await queue.claim({ limit: 2, leaseSeconds: 12 })
        await delay(4500)
        await server.kill('SIGKILL')
        await server.restart()
        await delay(13_000)
        expect(await other.claim({ limit: 2, leaseSeconds: 60 })).toEqual([])
        expect(claims.map(({ lost }) => lost.aborted)).toEqual([false, false])
        const { connection } = contextOf(lab.db)
        for (const claim of claims) {
          await connection.transaction((transaction) => queue.complete(transaction, claim, { seconds: 1 }))
        }
        expect(await other.nextDue()).toBeNull()
      } finally {
        await server.stop()
      }
    })
  })
}
