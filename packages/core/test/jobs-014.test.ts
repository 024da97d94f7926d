import { setTimeout as delay } from 'node:timers/promises'
import { ndarray } from '@neurojoint/arrays'
import { expect, test } from 'vitest'
import { packBlob } from '../src/blob/blob.ts'
import { MatlabStruct } from '../src/blob/blob-value.ts'
import { contextOf } from '../src/query/database.ts'
import { openJobQueue } from '../src/jobs/open-queue.ts'
import { Reservations } from '../src/jobs/reservations.ts'
import { onEveryDatabase } from './databases.ts'
import { jobsLab, keysWith, rowsOf } from './jobs-lab.ts'

onEveryDatabase('jobs in a schema of DataJoint 0.14', (database) => {
  const open = async (sessions = 4) => {
    const lab = await jobsLab(database, { sessions, compat: 'python-0.14' })
    const queue = await openJobQueue(lab.db, lab.Stat)
    const jobs = { schema: lab.lab.name, table: '~jobs' }
    const states = async () => rowsOf(lab.db, jobs, 'table_name, status')
    return { ...lab, queue, jobs, states, other: await openJobQueue(lab.db, lab.Stat) }
  }

  test('a claim inserts rows, and nobody else gets their keys', async () => {
    await using lab = await open()
    const first = await lab.queue.claim({ limit: 2, leaseSeconds: 60 })
    expect(first.map(({ key }) => key)).toEqual([
      { subject: 'm1', session: 0 },
      { subject: 'm1', session: 2 },
    ])
    const second = await lab.other.claim({ limit: 9, leaseSeconds: 60 })
    expect(second.map(({ key }) => Reflect.get(key, 'session'))).toEqual([1, 3])
    expect(await lab.queue.claim({ limit: 9, leaseSeconds: 60 })).toEqual([])
    await lab.other.release(second)
    expect(await lab.queue.claim({ limit: 9, leaseSeconds: 60, restriction: keysWith({ session: 3 }) })).toHaveLength(1)
    expect(await lab.states()).toEqual(Array.from({ length: 3 }, () => ['__stat', 'reserved']))
  })

  test('complete removes the row in the transaction, once', async () => {
    await using lab = await open(1)
    const { connection } = contextOf(lab.db)
    const [claim] = await lab.queue.claim({ limit: 1, leaseSeconds: 60 })
    if (!claim) throw new Error('no claim')
    const complete = () =>
      connection.transaction((transaction) => lab.queue.complete(transaction, claim, { seconds: 1 }))
    await complete()
    expect(await lab.states()).toEqual([])
    await expect(complete()).rejects.toMatchObject({ code: 'lease-lost' })
  })

  test('a claim that is aborted leaves no rows, which would stay for ever', { timeout: 60_000 }, async () => {
    await using lab = await open(1500)
    const controller = new AbortController()
    const claiming = lab.queue.claim({ limit: 1500, leaseSeconds: 60, signal: controller.signal })
    const released = claiming.then(
      (claims) => lab.queue.release(claims),
      (error: unknown) => expect(error).toMatchObject({ message: 'enough' }),
    )
    while ((await lab.states()).length === 0) await delay(1)
    // the first thousand have been reserved, and the others are looked for
    controller.abort(new Error('enough'))
    await released
    expect(await lab.states()).toEqual([])
  })

  test('an error stays and keeps its key from everybody; a retry waits here', async () => {
    await using lab = await open(2)
    const [first, second] = await lab.queue.claim({ limit: 2, leaseSeconds: 60 })
    if (!first || !second) throw new Error('no claim')
    const error = { message: 'no power', stack: 'at here', code: null }
    expect(await lab.queue.fail(first, error, null)).toBe(true)
    expect(await lab.queue.fail(second, error, { afterSeconds: 60 })).toBe(true)
    expect(await lab.states()).toEqual([['__stat', 'error']])
    expect(await lab.queue.claim({ limit: 2, leaseSeconds: 60 })).toEqual([])
    expect(await lab.queue.nextDue()).toBeGreaterThan(50)
    expect(await lab.other.claim({ limit: 2, leaseSeconds: 60 })).toMatchObject([{ key: second.key }])
  })

  test('a row of MATLAB keeps its key, by the name of its class and what is packed beside it', async () => {
    await using lab = await open(2)
    const fields = new Map<string, readonly unknown[]>([
      ['subject', ['m1']],
      ['session', [ndarray(Float64Array.of(0))]],
    ])
    const key = await packBlob(new MatlabStruct([1, 1], fields))
    const { connection } = contextOf(lab.db)
    const rows = new Reservations(contextOf(lab.db), { schema: lab.lab.name, table: 'lab.Stat' })
    await rows.insert(connection, [{ key_hash: 'x'.repeat(32), status: 'reserved', key }])
    const claims = await (await openJobQueue(lab.db, lab.Stat)).claim({ limit: 9, leaseSeconds: 60 })
    expect(claims.map((claim) => claim.key)).toEqual([{ subject: 'm2', session: 1 }])
  })

  test('keys of one hash are told apart by what is packed beside it (T20)', async () => {
    await using lab = await open(0)
    // both are m11 to the hash, which puts the values behind each other
    await lab.db(lab.Session).insert([
      { subject: '1', session: 11 },
      { subject: '11', session: 1 },
    ])
    const [first, second] = await lab.queue.claim({ limit: 1, leaseSeconds: 60 })
    expect(second).toBeUndefined()
    const rest = await lab.other.claim({ limit: 9, leaseSeconds: 60 })
    expect([first, ...rest].map((claim) => claim?.key)).toEqual([
      { subject: '1', session: 11 },
      { subject: '11', session: 1 },
    ])
    expect(await lab.queue.claim({ limit: 9, leaseSeconds: 60 })).toEqual([])
    await lab.other.release(rest)
    expect(await lab.queue.claim({ limit: 9, leaseSeconds: 60 })).toHaveLength(1)
  })
})
