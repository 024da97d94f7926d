import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import { describe, expect, inject, test } from 'vitest'
import { openLease } from '../src/jobs/lease.ts'
import { openJobQueue } from '../src/jobs/open-queue.ts'
import { contextOf } from '../src/query/database.ts'
import { temporaryPipeline } from '../src/testing/index.ts'
import { onEveryDatabase, type TestDatabase } from './databases.ts'
import { jobsLab } from './jobs-lab.ts'
import { long } from './long.ts'
import { startTcpProxy } from './tcp-proxy.ts'

async function openClaims(database: TestDatabase, leaseSeconds: number) {
  const lab = await jobsLab(database, { sessions: 2 })
  const started = once(process, 'worker')
  const lease = openLease(lab.db)
  const [thread]: Worker[] = await started
  const queue = await openJobQueue(lab.db, lab.Stat, { lease })
  const other = await openJobQueue(lab.db, lab.Stat)
  await queue.refresh()
  const claims = await queue.claim({ limit: 2, leaseSeconds })
  if (!thread) throw new Error('no thread')
  return { ...lab, lease, thread, queue, other, claims }
}

onEveryDatabase('the thread of a lease', (database) => {
  test('is replaced when it dies, and can be stopped while it is not there', { timeout: 60_000 }, async () => {
    const lab = await openClaims(database, 6)
    const replaced = once(process, 'worker')
    await lab.thread.terminate()
    const [second]: Worker[] = await replaced
    await delay(7000)
    expect(await lab.other.claim({ limit: 2, leaseSeconds: 60 })).toEqual([])
    expect(lab.claims.map(({ lost }) => lost.aborted)).toEqual([false, false])
    await second?.terminate()
    await lab.lease.stop()
    await lab[Symbol.asyncDispose]()
  })
})

for (const kind of ['mariadb', 'mysql'] as const) {
  const settings = inject(kind)
  describe.runIf(settings !== null)(`a lease on ${kind}, whose connection falls silent`, () => {
    const open = async (leaseSeconds: number) => {
      if (!settings) throw new RangeError('there is no server')
      const proxy = await startTcpProxy(settings)
      const { host, port } = proxy
      const database: TestDatabase = {
        name: kind,
        prefix: () => `silent_${process.pid}_${Date.now().toString(36)}_`,
        pipeline: (schemas) => temporaryPipeline({ schemas, database: { ...settings, host, port } }),
        shared: async () => ({ settings, dispose: async () => {} }),
      }
      return { ...(await openClaims(database, leaseSeconds)), proxy }
    }

    test('can be stopped', { timeout: 60_000 }, async () => {
      const lab = await open(3)
      await lab.proxy.cutWhen({ bytes: 'SKIP LOCKED', at: 'silence' })
      await lab.lease.stop()
      await lab[Symbol.asyncDispose]()
      await lab.proxy.close()
    })

    test.runIf(long)('is renewed on another one', { timeout: 60_000 }, async () => {
      const lab = await open(15)
      await lab.proxy.cutWhen({ bytes: 'SKIP LOCKED', at: 'silence' })
      await delay(12_000)
      expect(await lab.other.claim({ limit: 2, leaseSeconds: 60 })).toEqual([])
      const { connection } = contextOf(lab.db)
      for (const claim of lab.claims) {
        await connection.transaction((transaction) => lab.queue.complete(transaction, claim, { seconds: 1 }))
      }
      expect(await lab.other.nextDue()).toBeNull()
      await lab.lease.stop()
      await lab[Symbol.asyncDispose]()
      await lab.proxy.close()
    })
  })
}
