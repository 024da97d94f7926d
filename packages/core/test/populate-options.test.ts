import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import {
  defineSchema,
  type PopulateEvent,
  planPopulate,
  populate,
  type PopulateOptions,
  progressOf,
  type Tables,
} from '../src/index.ts'
import { missingKeys, pagesOfKeys } from '../src/populate/missing-keys.ts'
import { contextOf } from '../src/query/database.ts'
import { onEveryDatabase, type TestDatabase } from './databases.ts'

// it shares a machine with other tests, and fsyncs
vi.setConfig({ testTimeout: 30_000 })

interface Steps {
  readonly fetch?: (db: Tables, sample: number) => unknown
  readonly compute?: (sample: number, signal: AbortSignal) => unknown
}

async function openSamples(database: TestDatabase, count: number, steps: Steps = {}) {
  const schema = defineSchema(`${database.prefix()}samples`)
  const Sample = schema.manual('Sample', {}, 'sample : int32')
  const Result = schema.computed('Result', { Sample }, '-> Sample\n---\nvalue : int32', {
    fetch: (key, db) => steps.fetch?.(db, key.sample),
    compute: async (_, { key, signal }) => {
      const made = await steps.compute?.(key.sample, signal)
      // what JavaScript may give
      return (made ?? { row: { value: key.sample } }) as { row: { value: number } }
    },
  })
  const pipeline = await database.pipeline([schema])
  await pipeline.db(Sample).insert(Array.from({ length: count }, (_, sample) => ({ sample })))
  return { schema, Sample, Result, db: pipeline.db, [Symbol.asyncDispose]: () => pipeline[Symbol.asyncDispose]() }
}

const begun = (events: readonly PopulateEvent[]) =>
  events.flatMap((event) => (event.kind === 'started' ? [Reflect.get(event.key, 'sample')] : []))

onEveryDatabase('populate with options', (database) => {
  test('makes keys in order, in reverse or at random, and no more than the limit', async () => {
    await using lab = await openSamples(database, 20)
    const run = async (options: PopulateOptions<typeof lab.Result>) => {
      const events: PopulateEvent[] = []
      const result = await populate(lab.db, lab.Result, { ...options, onEvent: (event) => events.push(event) })
      expect(events[0]).toMatchObject({ kind: 'planned', keys: result.made })
      return begun(events)
    }
    expect(await run({ limit: 2 })).toEqual([0, 1])
    expect(await run({ limit: 3, order: 'reverse' })).toEqual([19, 18, 17])
    expect(await run({ limit: 0 })).toEqual([])
    const rest = await run({ order: 'random' })
    expect(rest.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 15 }, (_, index) => index + 2))
    // 1 of 15! orders is the sorted one
    expect(rest).not.toEqual(rest.toSorted((a, b) => a - b))
  })

  test('reads keys page by page in every order, also of enums and text', async () => {
    const schema = defineSchema(`${database.prefix()}pages`)
    const Kind = schema.manual('Kind', {}, "kind : enum('wild', 'Mutant', 'hybrid')\nname : varchar(8)\nnumber : int64")
    const Result = schema.computed('Result', { Kind }, '-> Kind', { fetch: () => null, compute: () => ({ row: {} }) })
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    const kinds = (['wild', 'Mutant', 'hybrid'] as const).flatMap((kind) =>
      ['A', 'a', 'é', ''].flatMap((name) => [-1n, 2n, 10n].map((number) => ({ kind, name, number }))),
    )
    await db(Kind).insert(kinds)
    const missing = missingKeys(db, Result, undefined)
    const read = async (order: 'key' | 'reverse' | 'random', page: number) => {
      const pages: (readonly object[])[] = []
      for await (const keys of pagesOfKeys(db, Result, missing, { order, page })) pages.push(keys)
      expect(Math.max(...pages.map((keys) => keys.length))).toBeLessThanOrEqual(page)
      return pages.flat()
    }
    const sorted = await db(Kind).keys({ order: ['kind', 'name', 'number'] })
    for (const page of [1, 5, 36, 100]) {
      expect(await read('key', page)).toEqual(sorted)
      expect(await read('reverse', page)).toEqual(sorted.toReversed())
      const random = await read('random', page)
      expect(random).toHaveLength(36)
      expect(new Set(random.map((key) => JSON.stringify(Object.values(key).map(String)))).size).toBe(36)
    }
  })

  test('a plan shows the first keys and tells how many there are', async () => {
    await using lab = await openSamples(database, 1200)
    const plan = await planPopulate(lab.db, lab.Result)
    expect([plan.missing, plan.keys.length, plan.keys[999]]).toEqual([1200, 1000, { sample: 999 }])
    const few = await planPopulate(lab.db, lab.Result, { limit: 2 })
    expect([few.missing, few.keys]).toEqual([2, [{ sample: 0 }, { sample: 1 }]])
  })

  test('has as many makes under way as it is told, and no more', async () => {
    let [now, most] = [0, 0]
    const four = Promise.withResolvers<void>()
    await using lab = await openSamples(database, 12, {
      compute: async () => {
        most = Math.max(most, (now += 1))
        if (now === 4) four.resolve()
        await four.promise
        await sleep(5)
        now -= 1
      },
    })
    expect(await populate(lab.db, lab.Result, { concurrency: 4 })).toMatchObject({ made: 12 })
    expect(most).toBe(4)
    expect(await lab.db(lab.Result).count()).toBe(12)
  })

  test('tries a key again that fails, later each time, and gives up after so many attempts', async () => {
    const tries = new Map<number, number>()
    await using lab = await openSamples(database, 3, {
      compute: (sample) => {
        const tried = (tries.get(sample) ?? 0) + 1
        tries.set(sample, tried)
        if (sample === 1 || (sample === 0 && tried < 3)) throw new RangeError(`try ${tried}`)
      },
    })
    const events: PopulateEvent[] = []
    const retry = { attempts: 3, delaySeconds: 0.01, factor: 3 }
    const result = await populate(lab.db, lab.Result, {
      retry,
      onError: 'continue',
      onEvent: (event) => events.push(event),
    })
    expect(result).toMatchObject({
      made: 2,
      failures: 1,
      failed: [{ key: { sample: 1 }, error: { message: 'try 3' } }],
    })
    const retried = events.filter((event) => event.kind === 'retrying')
    expect(retried.map(({ attempt, afterSeconds }) => `${attempt}: ${afterSeconds.toFixed(3)}`).toSorted()).toEqual([
      '1: 0.010',
      '1: 0.010',
      '2: 0.030',
      '2: 0.030',
    ])
    expect(begun(events).filter((sample) => sample === 0)).toHaveLength(3)
  })

  test('does not try a make again that is wrong in itself', async () => {
    await using lab = await openSamples(database, 1, { compute: () => ({}) })
    const events: PopulateEvent[] = []
    const retry = { attempts: 3, delaySeconds: 0 }
    await expect(populate(lab.db, lab.Result, { retry, onEvent: (event) => events.push(event) })).rejects.toMatchObject(
      {
        code: 'invalid-make',
      },
    )
    expect(begun(events)).toEqual([0])
  })

  test('tells a make that takes too long to stop, and goes on with the others', async () => {
    await using lab = await openSamples(database, 2, {
      compute: (sample, signal) => (sample === 0 ? sleep(60_000, undefined, { signal }) : undefined),
    })
    const result = await populate(lab.db, lab.Result, { timeLimitSeconds: 2, onError: 'continue' })
    expect(result).toMatchObject({
      made: 1,
      failed: [{ key: { sample: 0 }, error: { code: 'time-limit', seconds: 2, ignored: false } }],
    })
  })

  test('says of a make that it ignores the signal, and never inserts what it gives later', async () => {
    const late = Promise.withResolvers<void>()
    await using lab = await openSamples(database, 2, { compute: (sample) => (sample === 0 ? late.promise : undefined) })
    const result = await populate(lab.db, lab.Result, { timeLimitSeconds: 2, onError: 'continue' })
    expect(result).toMatchObject({
      made: 1,
      failed: [{ key: { sample: 0 }, error: { code: 'time-limit', ignored: true } }],
    })
    late.resolve()
    await sleep(50)
    expect(await lab.db(lab.Result).fetch()).toEqual([{ sample: 1, value: 1 }])
  })

  test('does not take the result of a make that kept the thread busy beyond its time', async () => {
    await using lab = await openSamples(database, 1, {
      compute: () => {
        for (const end = performance.now() + 300; performance.now() < end;);
      },
    })
    const { failed } = await populate(lab.db, lab.Result, { timeLimitSeconds: 0.1, onError: 'continue' })
    expect(failed).toMatchObject([{ error: { code: 'time-limit', ignored: true } }])
    expect(await lab.db(lab.Result).count()).toBe(0)
  })

  test('stops at once when told to, whatever is under way and whatever is to be done with errors', async () => {
    const controller = new AbortController()
    let started = 0
    await using lab = await openSamples(database, 10, {
      compute: async (_, signal) => {
        if ((started += 1) === 3) setTimeout(() => controller.abort(new RangeError('enough')), 5)
        await sleep(60_000, undefined, { signal })
      },
    })
    const { signal } = controller
    const running = populate(lab.db, lab.Result, { concurrency: 3, onError: 'continue', signal })
    await expect(running).rejects.toThrow('enough')
    expect(started).toBe(3)
    expect(await lab.db(lab.Result).count()).toBe(0)
  })

  test('the first key that fails ends the others where it is to stop', async () => {
    await using lab = await openSamples(database, 10, {
      compute: async (sample, signal) => {
        if (sample === 2) throw new RangeError('bad file')
        await sleep(60_000, undefined, { signal })
      },
    })
    await expect(populate(lab.db, lab.Result, { concurrency: 3 })).rejects.toThrow('bad file')
    expect(await lab.db(lab.Result).count()).toBe(0)
  })

  test('a make written as a generator, in the manner of Python, is refused (trap T18)', async () => {
    await using computing = await openSamples(database, 1, {
      compute: function* () {
        yield 1
      },
    })
    await expect(populate(computing.db, computing.Result)).rejects.toMatchObject({
      code: 'invalid-make',
      message: expect.stringContaining('a generator from `compute`'),
    })
    await using fetching = await openSamples(database, 1, {
      fetch: async function* () {
        yield 1
      },
    })
    await expect(populate(fetching.db, fetching.Result)).rejects.toMatchObject({
      message: expect.stringContaining('a generator from `fetch`'),
    })
  })

  test('what a make may do is not what its neighbours may (trap T21)', async () => {
    const inside = Promise.withResolvers<void>()
    const outside = Promise.withResolvers<void>()
    await using lab = await openSamples(database, 1, {
      compute: async () => {
        inside.resolve()
        await outside.promise
      },
    })
    const running = populate(lab.db, lab.Result)
    await inside.promise
    await expect(lab.db(lab.Result).insert1({ sample: 0, value: 5 })).rejects.toMatchObject({ code: 'auto-populated' })
    outside.resolve()
    expect(await running).toMatchObject({ made: 1 })
  })

  test('refuses options that do not exist, and values that mean nothing', async () => {
    await using lab = await openSamples(database, 1)
    const refused = (options: object, text: string) =>
      expect(populate(lab.db, lab.Result, options)).rejects.toMatchObject({
        code: 'invalid-call',
        message: expect.stringContaining(text),
      })
    await refused({ concurency: 2 }, 'no option `concurency`')
    await refused({ concurrency: 0 }, 'Give an integer of 1 or more')
    await refused({ limit: 1.5 }, 'Give an integer of 0 or more')
    await refused({ order: 'original' }, "There are 'key', 'reverse', 'random', 'priority'")
    await refused({ order: 'priority' }, '{ reserve: true }')
    await refused({ batch: 5 }, '{ reserve: true }')
    await refused({ retry: {} }, 'no attempts')
    await refused({ retry: { attempts: 2, delay: 3 } }, 'no option `delay`')
    await refused({ retry: { attempts: 2, factor: 0.5 } }, 'Give a number of 1 or more')
    await refused({ timeLimitSeconds: -1 }, 'Give a number of seconds')
    await refused({ onError: 'ignore' }, "There are 'stop', 'continue'")
    await refused({ signal: 'SIGINT' }, 'takes as signal')
    await refused({ onEvent: 'log' }, "takes a function as onEvent, and was given 'log'")
    await refused({ reserve: true, leaseSeconds: 0.01 }, 'from 1 up to 999,999')
    await refused({ reserve: true, leaseSeconds: 1e6 }, 'from 1 up to 999,999')
    await refused({ reserve: true, maxPriority: 2.5 }, 'was given maxPriority: 2.5')
    const exchanged = { code: 'invalid-call', message: expect.stringContaining('the database and then a table') }
    await expect(populate(lab.Result as never, lab.db as never)).rejects.toMatchObject(exchanged)
    await expect(progressOf(lab.db, undefined as never)).rejects.toMatchObject(exchanged)
    await expect(planPopulate(lab.db, lab.Result, { limit: -1 })).rejects.toMatchObject({ code: 'invalid-call' })
    expect(await lab.db(lab.Result).count()).toBe(0)
  })

  if (database.name === 'sqlite') {
    test('a row that the database does not keep is an error, and not made (trap T17)', async () => {
      await using lab = await openSamples(database, 1)
      const { table, schema } = lab.Result.declaration.name
      const sql = `CREATE TRIGGER refuse BEFORE INSERT ON "${schema}.${table}" BEGIN SELECT RAISE(IGNORE); END`
      await contextOf(lab.db).connection.execute({ sql, parameters: [] })
      await expect(populate(lab.db, lab.Result)).rejects.toMatchObject({ code: 'nothing-made', key: { sample: 0 } })
    })
  }
})
