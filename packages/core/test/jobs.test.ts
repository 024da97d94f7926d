import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { defineSchema, drop, planDrop } from '../src/index.ts'
import { connect, settingsOf } from '../src/connection/connect.ts'
import { contextOf } from '../src/query/database.ts'
import { openJobQueue } from '../src/jobs/open-queue.ts'
import { onEveryDatabase } from './databases.ts'
import { jobsLab, keysWith, rowsOf, sessionDefinition } from './jobs-lab.ts'

onEveryDatabase('jobs and other tables', (database) => {
  test.each(['2.x', '0.14'] as const)('a table is dropped with its jobs, in %s', async (generation) => {
    await using lab = await jobsLab(database, { ...(generation === '0.14' && { compat: 'python-0.14' }) })
    const queue = await openJobQueue(lab.db, lab.Stat)
    await queue.refresh()
    await queue.claim({ limit: 2, leaseSeconds: 60 })
    const plan = await planDrop(lab.db, [lab.Stat])
    const jobs = { schema: lab.lab.name, table: generation === '2.x' ? '~~stat' : '~jobs' }
    expect(plan.tables[0]?.jobs).toEqual(generation === '2.x' ? jobs : null)
    await drop(lab.db, plan)
    const left = await rowsOf(lab.db, jobs, 'status').catch((error: { code: string }) => error.code)
    expect(left).toEqual(generation === '2.x' ? 'no-such-table' : [])
  })

  test('a job table that belongs to a table of another tier is refused, and stays when that one is dropped', async () => {
    await using lab = await jobsLab(database)
    await openJobQueue(lab.db, lab.Stat)
    const other = defineSchema(lab.lab.name)
    const Session = other.manual('Session', {}, sessionDefinition)
    const Stat = other.imported('Stat', { Session }, '-> Session', { make: null })
    // as somebody may have made it: declaring it is refused
    const { connection } = contextOf(lab.db)
    for (const statement of connection.dialect.createTable(Stat.declaration, () => null))
      await connection.execute(statement)
    await expect(openJobQueue(lab.db, Stat)).rejects.toMatchObject({
      code: 'shared-job-table',
      table: `${lab.lab.name}._stat`,
      other: `${lab.lab.name}.__stat`,
      jobs: '~~stat',
    })
    const plan = await planDrop(lab.db, [Stat])
    expect(plan.tables.map(({ table, jobs }) => [table.table, jobs])).toEqual([['_stat', null]])
    await drop(lab.db, plan)
    expect(await rowsOf(lab.db, { schema: lab.lab.name, table: '~~stat' }, 'status')).toEqual([])
  })
})

onEveryDatabase('jobs', (database) => {
  const patient = { timeout: 30_000 }
  const open = async (options = {}) => {
    const lab = await jobsLab(database, options)
    const queue = await openJobQueue(lab.db, lab.Stat)
    const jobs = { schema: lab.lab.name, table: '~~stat' }
    const states = async () => rowsOf(lab.db, jobs, 'session, status', 'session')
    return { ...lab, queue, jobs, states }
  }

  test('a refresh adds what is missing, once', async () => {
    await using lab = await open({ sessions: 5 })
    expect(await lab.queue.refresh()).toEqual({ added: 5, removed: 0, orphaned: 0, rePended: 0 })
    expect(await lab.queue.refresh()).toEqual({ added: 0, removed: 0, orphaned: 0, rePended: 0 })
    expect(await lab.states()).toEqual([0, 1, 2, 3, 4].map((session) => [session, 'pending']))
  })

  test('a refresh adds no more than its restriction lets it', async () => {
    await using lab = await open({ sessions: 5 })
    const restriction = lab.db(lab.Session).restrict({ good: false }).project()
    expect(await lab.queue.refresh({ restriction })).toMatchObject({ added: 1 })
    expect(await lab.queue.refresh({ restriction: keysWith({ subject: 'm2' }) })).toMatchObject({ added: 2 })
    expect(await lab.states()).toEqual([1, 2, 3].map((session) => [session, 'pending']))
  })

  test('a claim reserves keys by priority, and nobody else gets them', async () => {
    await using lab = await open()
    await lab.queue.refresh({ restriction: keysWith({ session: 3 }), priority: 1 })
    await lab.queue.refresh({ priority: 7 })
    const [first] = await lab.queue.claim({ limit: 1, leaseSeconds: 60 })
    expect(first?.key).toEqual({ subject: 'm2', session: 3 })
    expect(Object.isFrozen(first?.key)).toBe(true)
    expect(await lab.queue.claim({ limit: 5, leaseSeconds: 60, maxPriority: 6 })).toEqual([])
    const rest = await lab.queue.claim({ limit: 5, leaseSeconds: 60 })
    expect(new Set(rest.map(({ key }) => Reflect.get(key, 'session')))).toEqual(new Set([0, 1, 2]))
    expect(await lab.queue.claim({ limit: 1, leaseSeconds: 60 })).toEqual([])
  })

  test('a claim honours its restriction and its order', async () => {
    await using lab = await open({ sessions: 6 })
    await lab.queue.refresh()
    const sessions = async (options: object) =>
      (await lab.queue.claim({ limit: 2, leaseSeconds: 60, ...options })).map(({ key }) => Reflect.get(key, 'session'))
    expect(await sessions({ restriction: lab.db(lab.Session).restrict({ good: false }).project() })).toEqual([2, 5])
    expect(await sessions({ order: 'reverse', limit: 1 })).toEqual([3])
    expect(await sessions({ restriction: { subject: 'm1' }, order: 'key' })).toEqual([0, 4])
    expect(await sessions({ order: 'random' })).toEqual([1])
  })

  test('a claim that is aborted leaves nothing reserved', patient, async () => {
    await using lab = await open({ sessions: 40 })
    await lab.queue.refresh()
    // some hold jobs that have expired, which are claimed before the others
    await lab.queue.claim({ limit: 10, leaseSeconds: 0.01 })
    await delay(20)
    for (let after = 0; after < 25; after += 1) {
      const controller = new AbortController()
      const claiming = lab.queue.claim({ limit: 40, order: 'key', leaseSeconds: 60, signal: controller.signal })
      await Promise.all([
        claiming.then(
          (claims) => lab.queue.release(claims),
          (error: unknown) => expect(error).toMatchObject({ message: 'enough' }),
        ),
        delay(after).then(() => controller.abort(new Error('enough'))),
      ])
      const [[reserved] = []] = await rowsOf(
        lab.db,
        lab.jobs,
        `count(*)`,
        '1',
        `status = 'reserved' AND version LIKE '% 000060.%'`,
      )
      expect(Number(reserved)).toBe(0)
    }
  })

  if (database.name !== 'sqlite') {
    test('a claim looks beyond jobs that somebody has locked', patient, async () => {
      await using lab = await open({ sessions: 30 })
      await lab.queue.refresh()
      const other = await connect(settingsOf(contextOf(lab.db).database))
      const sql = `SELECT status FROM \`${lab.jobs.schema}\`.\`${lab.jobs.table}\` WHERE subject = ? AND session = ? FOR UPDATE`
      const keys = await other.transaction(async (transaction) => {
        // one by one, so that no other rows are locked
        for (let session = 0; session < 20; session += 1) {
          await transaction.query({ sql, parameters: [`m${1 + (session % 2)}`, BigInt(session)] })
        }
        const claims = await lab.queue.claim({ limit: 2, order: 'key', leaseSeconds: 60 })
        return claims.map(({ key }) => Reflect.get(key, 'session'))
      })
      expect(keys).toHaveLength(2)
      expect(keys.every((session) => Number(session) >= 20)).toBe(true)
      await other.close()
    })
  }

  test('complete is part of the transaction, and ends the job', async () => {
    await using lab = await open({ sessions: 2 })
    const { connection } = contextOf(lab.db)
    await lab.queue.refresh()
    const [claim] = await lab.queue.claim({ limit: 1, leaseSeconds: 60 })
    if (!claim) throw new Error('no claim')
    const undone = connection.transaction(async (transaction) => {
      await lab.queue.complete(transaction, claim, { seconds: 1 })
      throw new Error('undone')
    })
    await expect(undone).rejects.toThrow('undone')
    expect(await lab.states()).toContainEqual([0, 'reserved'])
    await connection.transaction((transaction) => lab.queue.complete(transaction, claim, { seconds: 1 }))
    expect(await lab.states()).toEqual([[1, 'pending']])
    const again = connection.transaction((transaction) => lab.queue.complete(transaction, claim, { seconds: 1 }))
    await expect(again).rejects.toMatchObject({ code: 'lease-lost', key: { subject: 'm1', session: 0 } })
  })

  test('a lease that is not renewed is taken over, and its first holder cannot complete (T19)', async () => {
    await using lab = await open({ sessions: 1 })
    const { connection } = contextOf(lab.db)
    await lab.queue.refresh()
    const [late] = await lab.queue.claim({ limit: 1, leaseSeconds: 4 })
    const other = await openJobQueue(lab.db, lab.Stat)
    expect(await other.claim({ limit: 1, leaseSeconds: 60 })).toEqual([])
    expect(await other.nextDue()).toBeLessThan(4.01)
    await delay(4050)
    expect(await other.nextDue()).toBe(0)
    const [second] = await other.claim({ limit: 1, leaseSeconds: 60 })
    expect(second).toMatchObject({ key: { subject: 'm1', session: 0 }, attempt: 2 })
    if (!late || !second) throw new Error('no claim')
    const complete = connection.transaction((transaction) => lab.queue.complete(transaction, late, { seconds: 1 }))
    await expect(complete).rejects.toMatchObject({ code: 'lease-lost' })
    expect(await lab.queue.fail(late, { message: 'late', stack: '', code: null }, null)).toBe(false)
    await lab.queue.release([late])
    await lab.queue.settle(late)
    expect(await lab.states()).toEqual([[0, 'reserved']])
    await connection.transaction((transaction) => other.complete(transaction, second, { seconds: 1 }))
    expect(await lab.states()).toEqual([])
  })

  test('a failure is kept, or tried again later with the attempts counted', async () => {
    await using lab = await open({ sessions: 1 })
    await lab.queue.refresh()
    const [claim] = await lab.queue.claim({ limit: 1, leaseSeconds: 60 })
    if (!claim) throw new Error('no claim')
    const error = { message: 'no power', stack: 'Error: no power\n  at here', code: 'power' }
    expect(await lab.queue.fail(claim, error, { afterSeconds: 4 })).toBe(true)
    expect(await lab.queue.claim({ limit: 1, leaseSeconds: 60 })).toEqual([])
    const wait = await lab.queue.nextDue()
    expect(wait).toBeGreaterThan(0)
    expect(wait).toBeLessThanOrEqual(4)
    await delay(4050)
    const [second] = await lab.queue.claim({ limit: 1, leaseSeconds: 60 })
    expect(second?.attempt).toBe(2)
    if (!second) throw new Error('no claim')
    await lab.queue.release([second])
    const [third] = await lab.queue.claim({ limit: 1, leaseSeconds: 60 })
    expect(third?.attempt).toBe(2)
    if (!third) throw new Error('no claim')
    await lab.queue.fail(third, { ...error, message: 'é'.repeat(3000) }, null)
    const [[status, message] = []] = await rowsOf(lab.db, lab.jobs, 'status, error_message')
    expect(status).toBe('error')
    expect(message).toBe(`${'é'.repeat(2047 - 12)}...truncated`)
    expect(await lab.queue.nextDue()).toBeNull()
  })

  test('what is deleted of the table is due again, and what left the key source goes', async () => {
    await using lab = await open({ sessions: 3 })
    const { connection } = contextOf(lab.db)
    const keeping = await openJobQueue(lab.db, lab.Stat, { keepCompleted: true })
    await keeping.refresh()
    for (const claim of await keeping.claim({
      limit: 2,
      leaseSeconds: 60,
      restriction: keysWith([{ session: 0 }, { session: 1 }]),
    })) {
      await connection.transaction(async (transaction) => {
        await keeping.complete(transaction, claim, { seconds: 0.5 })
      })
    }
    await lab.db(lab.Stat).insert(
      [0, 1].map((session) => ({ subject: session ? 'm2' : 'm1', session, mean: 1 })),
      { allowDirectInsert: true },
    )
    expect(await keeping.refresh()).toEqual({ added: 0, removed: 0, orphaned: 0, rePended: 0 })
    await lab.db(lab.Stat).restrict({ session: 0 }).delete()
    expect(await keeping.refresh()).toEqual({ added: 0, removed: 0, orphaned: 0, rePended: 1 })
    await lab.db(lab.Session).restrict({ session: 2 }).delete()
    expect(await keeping.refresh()).toMatchObject({ removed: 0 })
    await delay(20)
    expect(await keeping.refresh({ staleSeconds: 0.01 })).toMatchObject({ removed: 1 })
    expect(await lab.states()).toEqual([
      [0, 'pending'],
      [1, 'success'],
    ])
    await keeping.claim({ limit: 1, leaseSeconds: 60 })
    await delay(20)
    expect(await keeping.refresh({ orphanSeconds: 0.01 })).toMatchObject({ orphaned: 1 })
    expect(await lab.states()).toEqual([
      [0, 'pending'],
      [1, 'success'],
    ])
  })
})
