import { setTimeout as delay } from 'node:timers/promises'
import { array, assert, asyncProperty, constantFrom, integer, record, type Arbitrary } from 'fast-check'
import { expect, test } from 'vitest'
import { settingsOf } from '../src/connection/connect.ts'
import { definePipeline } from '../src/index.ts'
import { openJobQueue } from '../src/jobs/open-queue.ts'
import type { Claim, JobQueue } from '../src/jobs/queue.ts'
import { contextOf, type Database } from '../src/query/database.ts'
import { onEveryDatabase } from './databases.ts'
import { jobsLab, rowsOf } from './jobs-lab.ts'
import { long } from './long.ts'

const outcomes = ['complete', 'complete', 'complete', 'retry', 'release', 'vanish', 'late'] as const
const KEYS = 30
const WORKERS = 4

/** What each worker does with the claims that it gets, one after another, and how many it takes at once. */
const plans = array(
  record({
    limit: integer({ min: 1, max: 5 }),
    order: constantFrom('priority', 'key', 'reverse', 'random'),
    does: array(constantFrom(...outcomes), { minLength: 5, maxLength: 12 }),
  }),
  { minLength: WORKERS, maxLength: WORKERS },
)

onEveryDatabase('racing claims', (database) => {
  test.each(['2.x', '0.14'] as const)(
    'each key is completed once, whatever becomes of claims, in jobs of %s',
    async (generation) => {
      await using lab = await jobsLab(database, {
        sessions: KEYS,
        ...(generation === '0.14' && { compat: 'python-0.14' }),
      })
      const settings = settingsOf(contextOf(lab.db).database)
      const opening = Array.from({ length: WORKERS }, () =>
        definePipeline({ schemas: [lab.lab], tables: {}, database: settings }).open(),
      )
      const databases = await Promise.all(opening)
      const check = async (plan: typeof plans extends Arbitrary<infer T> ? T : never) => {
        await lab.db(lab.Stat).delete()
        const completed: string[] = []
        const workers = databases.map(async (db, index) => {
          const queue = await openJobQueue(db, lab.Stat)
          await queue.refresh()
          await work(db, queue, plan[index] ?? { limit: 1, order: 'priority', does: [] })
        })
        const ends = await Promise.allSettled(workers)
        expect(ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []))).toEqual([])
        expect(completed.toSorted()).toEqual([...new Set(completed)].toSorted())
        expect(completed).toHaveLength(KEYS)
        expect(await lab.db(lab.Stat).count()).toBe(KEYS)
        const jobs = { schema: lab.lab.name, table: generation === '2.x' ? '~~stat' : '~jobs' }
        expect(await rowsOf(lab.db, jobs, 'status')).toEqual([])

        async function work(db: Database, queue: JobQueue, { limit, order, does }: (typeof plan)[number]) {
          const turns = [...does]
          for (let idle = 0; idle < 100;) {
            const claims = await queue.claim({ limit, order, leaseSeconds: 0.4 })
            idle = claims.length === 0 ? idle + 1 : 0
            for (const claim of claims) await finish(db, queue, claim, turns.shift() ?? 'complete')
            if (completed.length === KEYS) return
            if (claims.length === 0) await delay(20)
          }
        }

        async function finish(db: Database, queue: JobQueue, claim: Claim, outcome: (typeof outcomes)[number]) {
          switch (outcome) {
            case 'retry':
              await queue.fail(claim, { message: 'again', stack: '', code: null }, { afterSeconds: 0.05 })
              return
            case 'release':
              await queue.release([claim])
              return
            case 'vanish':
              // there is no lease by which anybody would know
              if (generation === '0.14') await queue.release([claim])
              return
            case 'late':
              await delay(450)
              break
            case 'complete':
          }
          const insert = db.transaction(async (transaction) => {
            const { connection } = contextOf(transaction)
            await queue.complete(connection, claim, { seconds: 0 })
            await transaction(lab.Stat).insert1({ ...claim.key, mean: 1 } as never, { allowDirectInsert: true })
          })
          await insert.then(
            () => completed.push(JSON.stringify(claim.key)),
            (error: unknown) => expect(error).toMatchObject({ code: 'lease-lost' }),
          )
        }
      }
      try {
        await assert(asyncProperty(plans, check), { numRuns: long ? 2 : 1, endOnFailure: true })
      } finally {
        await Promise.all(databases.map((db) => db.close()))
      }
    },
    120_000,
  )
})
