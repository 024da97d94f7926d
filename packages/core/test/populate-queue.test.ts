import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import {
  type AnyTable,
  type Database,
  defineSchema,
  jobsOf,
  lt,
  type PopulateEvent,
  populate,
  progressOf,
} from '../src/index.ts'
import { openJobQueue } from '../src/jobs/open-queue.ts'
import { contextOf } from '../src/query/database.ts'
import { onEveryDatabase, type TestDatabase } from './databases.ts'

// it shares a machine with other tests, and fsyncs
vi.setConfig({ testTimeout: 30_000 })

interface Steps {
  readonly compute?: (sample: number, signal: AbortSignal) => unknown
}

async function openSamples(database: TestDatabase, count: number, steps: Steps = {}) {
  const schema = defineSchema(`${database.prefix()}queue`)
  const Sample = schema.manual('Sample', {}, 'sample : int32')
  const Result = schema.computed('Result', { Sample }, '-> Sample\n---\nvalue : int32', {
    fetch: (key, db) => db(Sample).forKey(key).fetch1(),
    compute: async (_, { key, signal }) => {
      await steps.compute?.(key.sample, signal)
      return { row: { value: key.sample } }
    },
  })
  const pipeline = await database.pipeline([schema])
  await pipeline.db(Sample).insert(Array.from({ length: count }, (_, sample) => ({ sample })))
  return { schema, Sample, Result, db: pipeline.db, [Symbol.asyncDispose]: () => pipeline[Symbol.asyncDispose]() }
}

/** What stands in the job table: `[sample, status]` in the order of the keys. */
async function jobsIn(db: Database, table: AnyTable, columns = 'sample, status') {
  const { connection } = contextOf(db)
  const name = await queueName(db, table)
  const rows = await connection.query({ sql: `SELECT ${columns} FROM ${name} ORDER BY sample`, parameters: [] })
  return rows.map((row) => row.map((value) => (typeof value === 'bigint' ? Number(value) : value)))
}

async function queueName(db: Database, table: AnyTable) {
  const { schema, table: name } = table.declaration.name
  const queue = `~~${name.replace(/^_+/, '')}`
  return contextOf(db).connection.dialect.name === 'sqlite' ? `"${schema}.${queue}"` : `\`${schema}\`.\`${queue}\``
}

const execute = async (db: Database, sql: string) => contextOf(db).connection.execute({ sql, parameters: [] })

onEveryDatabase('populate with reservation', (database) => {
  test('gives up a key with which worker after worker ended, until somebody says so', async () => {
    const made: number[] = []
    await using lab = await openSamples(database, 2, { compute: (sample) => void made.push(sample) })
    const queue = await openJobQueue(lab.db, lab.Result)
    await queue.refresh()
    // what workers leave that are killed
    const die = async () => {
      const claims = await queue.claim({ limit: 1, leaseSeconds: 0.001, order: 'key' })
      await sleep(5)
      return claims
    }
    for (let deaths = 0; deaths < 11; deaths += 1) {
      expect(await die()).toMatchObject([{ key: { sample: 0 }, attempt: deaths + 1 }])
    }
    const result = await populate(lab.db, lab.Result, { reserve: true, onError: 'continue' })
    expect(result).toMatchObject({
      made: 1,
      failures: 1,
      failed: [{ key: { sample: 0 }, error: { code: 'key-abandoned', attempts: 11 } }],
    })
    expect(made).toEqual([1])
    const [job] = await jobsOf(lab.db, lab.Result).list()
    expect(job).toMatchObject({ status: 'error', message: expect.stringContaining('begun 11 times for { sample: 0 }') })
    expect(await jobsOf(lab.db, lab.Result).retry()).toBe(1)
    expect(await populate(lab.db, lab.Result, { reserve: true })).toMatchObject({ made: 1, failures: 0 })
  })

  test('makes every key once with others, and leaves no job behind', async () => {
    const made: number[] = []
    await using lab = await openSamples(database, 40, { compute: (sample) => void made.push(sample) })
    const results = await Promise.all(
      [1, 3].map((concurrency) => populate(lab.db, lab.Result, { reserve: true, concurrency, leaseSeconds: 20 })),
    )
    expect(results.reduce((sum, result) => sum + result.made, 0)).toBe(40)
    expect(made.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, index) => index))
    expect(await lab.db(lab.Result).count()).toBe(40)
    expect(await jobsIn(lab.db, lab.Result)).toEqual([])
    expect(await populate(lab.db, lab.Result, { reserve: true })).toEqual({
      made: 0,
      skipped: 0,
      failures: 0,
      failed: [],
    })
  })

  test('keeps the error of a key in its job, and does not try it again', async () => {
    await using lab = await openSamples(database, 3, {
      compute: (sample) => {
        if (sample === 1) throw new RangeError('bad file', { cause: new Error('no disk') })
      },
    })
    const first = await populate(lab.db, lab.Result, { reserve: true, onError: 'continue' })
    expect(first).toMatchObject({
      made: 2,
      failures: 1,
      failed: [{ key: { sample: 1 }, error: { message: 'bad file' } }],
    })
    const [job, ...others] = await jobsIn(
      lab.db,
      lab.Result,
      'sample, status, error_message, length(error_stack) > 100',
    )
    expect(job).toEqual([1, 'error', 'RangeError: bad file | caused by Error: no disk', 1])
    expect(others).toEqual([])
    expect(await populate(lab.db, lab.Result, { reserve: true })).toMatchObject({ made: 0, failures: 0 })
    await expect(populate(lab.db, lab.Result)).rejects.toThrow('bad file')
  })

  test('puts a key that fails back, due later, and makes it then', async () => {
    let tries = 0
    await using lab = await openSamples(database, 2, {
      compute: (sample) => {
        if (sample === 0 && (tries += 1) < 3) throw new RangeError(`try ${tries}`)
      },
    })
    const events: PopulateEvent[] = []
    const retry = { attempts: 3, delaySeconds: 0.05 }
    const result = await populate(lab.db, lab.Result, { reserve: true, retry, onEvent: (event) => events.push(event) })
    expect(result).toMatchObject({ made: 2, failures: 0 })
    expect(events.flatMap((event) => (event.kind === 'retrying' ? [event.attempt] : []))).toEqual([1, 2])
    expect(
      events.flatMap((event) => (event.kind === 'started' ? [event.attempt] : [])).toSorted((a, b) => a - b),
    ).toEqual([1, 1, 2, 3])
  })

  test('gives back what it holds when it is told to stop, and what it makes then is not kept', async () => {
    const controller = new AbortController()
    await using lab = await openSamples(database, 10, {
      compute: async (_, signal) => {
        setTimeout(() => controller.abort(new RangeError('enough')), 5)
        await sleep(60_000, undefined, { signal })
      },
    })
    const { signal } = controller
    const running = populate(lab.db, lab.Result, {
      reserve: true,
      batch: 4,
      concurrency: 2,
      onError: 'continue',
      signal,
    })
    await expect(running).rejects.toThrow('enough')
    const jobs = await jobsIn(lab.db, lab.Result)
    expect(jobs).toEqual(Array.from({ length: 10 }, (_, sample) => [sample, 'pending']))
    expect(await lab.db(lab.Result).count()).toBe(0)
  })

  test('honours restriction, limit, order and priority', async () => {
    await using lab = await openSamples(database, 10)
    const begun: unknown[] = []
    const onEvent = (event: PopulateEvent) => {
      if (event.kind === 'started') begun.push(Reflect.get(event.key, 'sample'))
    }
    const options = { reserve: true, onEvent } as const
    await populate(lab.db, lab.Result, { ...options, restriction: { sample: lt(5) }, order: 'reverse', limit: 2 })
    expect(begun.splice(0)).toEqual([4, 3])
    const queue = await openJobQueue(lab.db, lab.Result)
    await queue.refresh({ priority: 9 })
    await execute(lab.db, `UPDATE ${await queueName(lab.db, lab.Result)} SET priority = 1 WHERE sample = 8`)
    await populate(lab.db, lab.Result, { ...options, maxPriority: 5, order: 'key' })
    expect(begun.splice(0)).toEqual([0, 1, 2, 8])
    await populate(lab.db, lab.Result, {
      ...options,
      refresh: false,
      restriction: lab.db(lab.Sample).restrict({ sample: 9 }),
    })
    expect(begun.splice(0)).toEqual([9])
    await populate(lab.db, lab.Result, { ...options, refresh: 'when-empty' })
    expect(new Set(begun)).toEqual(new Set([5, 6, 7]))
  })

  test('does not make what is there already, and ends its job', async () => {
    await using lab = await openSamples(database, 4)
    await (await openJobQueue(lab.db, lab.Result)).refresh()
    await populate(lab.db, lab.Result, { restriction: { sample: lt(2) } })
    const events: PopulateEvent[] = []
    const options = { reserve: true, refresh: false, onEvent: (event: PopulateEvent) => events.push(event) } as const
    expect(await populate(lab.db, lab.Result, options)).toMatchObject({ made: 2, skipped: 2 })
    expect(events.filter(({ kind }) => kind === 'started')).toHaveLength(2)
    expect(await jobsIn(lab.db, lab.Result)).toEqual([])
  })

  test('commits nothing for a key that was taken over meanwhile', async () => {
    const computing = Promise.withResolvers<void>()
    const taken = Promise.withResolvers<void>()
    await using lab = await openSamples(database, 1, {
      compute: async () => {
        computing.resolve()
        await taken.promise
      },
    })
    const events: PopulateEvent[] = []
    const running = populate(lab.db, lab.Result, { reserve: true, onEvent: (event) => events.push(event) })
    await computing.promise
    await execute(
      lab.db,
      `UPDATE ${await queueName(lab.db, lab.Result)} SET version = 'neurojoint/1.0.0 anotherone------'`,
    )
    taken.resolve()
    expect(await running).toMatchObject({ made: 0, skipped: 1 })
    expect(events.at(-1)).toMatchObject({ kind: 'skipped', reason: 'taken-over', key: { sample: 0 } })
    expect(await lab.db(lab.Result).count()).toBe(0)
    expect(await jobsIn(lab.db, lab.Result)).toEqual([[0, 'reserved']])
  })

  test(
    'keeps its keys while a make keeps the thread busy for far longer than the lease',
    { timeout: 60_000 },
    async () => {
      await using lab = await openSamples(database, 1, {
        compute: () => {
          for (const end = performance.now() + 9000; performance.now() < end;);
        },
      })
      expect(await populate(lab.db, lab.Result, { reserve: true, leaseSeconds: 4 })).toMatchObject({
        made: 1,
        skipped: 0,
      })
    },
  )
})

onEveryDatabase('progress', (database) => {
  test('counts each key once, whatever its values (trap T33)', async () => {
    const schema = defineSchema(`${database.prefix()}progress`)
    const Pair = schema.manual('Pair', {}, 'left_name : varchar(8)\nright_name : varchar(8)')
    const Result = schema.computed('Result', { Pair }, '-> Pair', { fetch: () => null, compute: () => ({ row: {} }) })
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    await db(Pair).insert([
      { left_name: 'a|b', right_name: 'c' },
      { left_name: 'a', right_name: 'b|c' },
      { left_name: 'a|b|c', right_name: '' },
    ])
    expect(await progressOf(db, Result)).toEqual({ total: 3, remaining: 3, byStatus: null })
    await populate(db, Result, { limit: 1 })
    expect(await progressOf(db, Result)).toMatchObject({ total: 3, remaining: 2 })
    expect(await progressOf(db, Result, { restriction: { left_name: 'a|b' } })).toMatchObject({ total: 1 })
    await jobsOf(db, Result).refresh()
    expect(await progressOf(db, Result)).toMatchObject({ remaining: 2, byStatus: { pending: 2, error: 0, total: 2 } })
    await populate(db, Result)
    expect(await progressOf(db, Result)).toMatchObject({ total: 3, remaining: 0 })
    await expect(progressOf(db, Pair)).rejects.toMatchObject({ code: 'not-populated' })
  })
})
