import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { contextOf } from '../src/query/database.ts'
import { openLease } from '../src/jobs/lease.ts'
import { openJobQueue } from '../src/jobs/open-queue.ts'
import { onEveryDatabase } from './databases.ts'
import { jobsLab, rowsOf } from './jobs-lab.ts'

/** Keeps the main thread from everything. */
function block(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}

onEveryDatabase('leases', (database) => {
  const patient = { timeout: 60_000 }
  const open = async () => {
    const lab = await jobsLab(database, { sessions: 3 })
    const lease = openLease(lab.db)
    const queue = await openJobQueue(lab.db, lab.Stat, { lease })
    const other = await openJobQueue(lab.db, lab.Stat)
    await queue.refresh()
    return {
      ...lab,
      lease,
      queue,
      other,
      [Symbol.asyncDispose]: async () => {
        await lease.stop()
        await lab[Symbol.asyncDispose]()
      },
    }
  }

  test('a lease is renewed while the main thread is blocked', patient, async () => {
    await using lab = await open()
    const claims = await lab.queue.claim({ limit: 3, leaseSeconds: 3 })
    expect(claims).toHaveLength(3)
    block(6500)
    expect(await lab.other.claim({ limit: 3, leaseSeconds: 60 })).toEqual([])
    expect(claims.some(({ lost }) => lost.aborted)).toBe(false)
    const { connection } = contextOf(lab.db)
    for (const claim of claims) {
      await connection.transaction((transaction) => lab.queue.complete(transaction, claim, { seconds: 2 }))
    }
    expect(await lab.queue.nextDue()).toBeNull()
  })

  test('the holder is told of what was taken from it', patient, async () => {
    await using lab = await open()
    const [first, second] = await lab.queue.claim({ limit: 2, leaseSeconds: 3 })
    await delay(20)
    const { connection } = contextOf(lab.db)
    if (!first || !second) throw new Error('no claims')
    // as Python does when somebody clears the jobs
    await lab.other.refresh({ orphanSeconds: 0.001 })
    await expect.poll(() => [first.lost.aborted, second.lost.aborted], { timeout: 20_000 }).toEqual([true, true])
    expect(first.lost.reason).toMatchObject({ code: 'lease-lost', key: first.key })
    const complete = connection.transaction((transaction) => lab.queue.complete(transaction, first, { seconds: 1 }))
    await expect(complete).rejects.toMatchObject({ code: 'lease-lost' })
  })

  test('a key whose insert was undone is renewed, so that it can be tried again', patient, async () => {
    await using lab = await open()
    const { connection } = contextOf(lab.db)
    const [claim] = await lab.queue.claim({ limit: 1, leaseSeconds: 3 })
    if (!claim) throw new Error('no claim')
    const undone = connection.transaction(async (transaction) => {
      await lab.queue.complete(transaction, claim, { seconds: 1 })
      throw new Error('undone')
    })
    await expect(undone).rejects.toThrow('undone')
    await delay(3500)
    expect(await lab.other.claim({ limit: 3, leaseSeconds: 60 })).toHaveLength(2)
    await connection.transaction((transaction) => lab.queue.complete(transaction, claim, { seconds: 1 }))
    await delay(1500)
    expect(claim.lost.aborted).toBe(false)
  })

  test('what has ended is renewed no more, and a stopped lease renews nothing', patient, async () => {
    await using lab = await open()
    const [done, released, left] = await lab.queue.claim({ limit: 3, leaseSeconds: 3 })
    if (!done || !released || !left) throw new Error('no claims')
    await contextOf(lab.db).connection.transaction((transaction) =>
      lab.queue.complete(transaction, done, { seconds: 1 }),
    )
    await lab.queue.release([released])
    await delay(3500)
    expect([done, released, left].map(({ lost }) => lost.aborted)).toEqual([false, false, false])
    expect(await lab.other.claim({ limit: 3, leaseSeconds: 60 })).toHaveLength(1)
    await lab.lease.stop()
    await delay(3500)
    expect(await lab.other.claim({ limit: 3, leaseSeconds: 60 })).toMatchObject([{ key: left.key, attempt: 2 }])
    expect(await rowsOf(lab.db, { schema: lab.lab.name, table: '~~stat' }, 'session')).toHaveLength(2)
  })
})
