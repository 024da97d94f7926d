import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import {
  declare,
  defineCodec,
  defineSchema,
  jobsOf,
  planDeclare,
  planPopulate,
  populate,
  progressOf,
} from '../src/index.ts'
import { openJobQueue } from '../src/jobs/open-queue.ts'
import { onEveryDatabase } from './databases.ts'
import { jobsLab } from './jobs-lab.ts'

vi.setConfig({ testTimeout: 30_000 })

/** What the reference gets wrong in filling tables (docs/differences.md), and what is right. */
onEveryDatabase('traps of populate', (database) => {
  test.each(['{}', '{ row: null }', '{ row: undefined }'])('T17: a make that gives %s is an error', async (text) => {
    const schema = defineSchema(`${database.prefix()}lab`)
    const Sample = schema.manual('Sample', {}, 'sample : int32')
    const given = { '{}': {}, '{ row: null }': { row: null } }[text] ?? { row: undefined }
    const Result = schema.computed('Result', { Sample }, '-> Sample', {
      fetch: () => null,
      // as JavaScript may give it
      compute: () => given as { row: object },
    })
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    await db(Sample).insert([{ sample: 1 }])
    const { made, failed } = await populate(db, Result, { onError: 'continue' })
    expect([made, failed]).toMatchObject([0, [{ key: { sample: 1 }, error: { code: 'invalid-make' } }]])
    expect(await progressOf(db, Result)).toMatchObject({ remaining: 1 })
  })

  test('T19: what a dead worker had reserved is made by the next, without anybody asking for it', async () => {
    await using lab = await jobsLab(database, { sessions: 3 })
    const dead = await openJobQueue(lab.db, lab.Stat)
    await dead.refresh()
    expect(await dead.claim({ limit: 2, leaseSeconds: 0.2 })).toHaveLength(2)
    await sleep(250)
    expect(await populate(lab.db, lab.Stat, { reserve: true })).toMatchObject({ made: 3 })
    expect(await jobsOf(lab.db, lab.Stat).progress()).toMatchObject({ total: 0 })
  })

  test('T20: keys of one hash are all made, and the error of one keeps no other from it', async () => {
    const schema = defineSchema(`${database.prefix()}lab`, { compat: 'python-0.14' })
    const Pair = schema.manual('Pair', {}, 'a : int\nb : int')
    const Sum = schema.computed('Sum', { Pair }, '-> Pair\n---\nsum : int', {
      fetch: (key) => key,
      compute: ({ a, b }) => {
        if (a === 1) throw new RangeError('not this one')
        return { row: { sum: a + b } }
      },
    })
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    // 1 and 11 beside each other are 11 and 1 beside each other
    await db(Pair).insert([
      { a: 1, b: 11 },
      { a: 11, b: 1 },
    ])
    const result = await populate(db, Sum, { reserve: true, onError: 'continue' })
    expect(result).toMatchObject({ made: 1, failed: [{ key: { a: 1, b: 11 } }] })
    expect(await db(Sum).fetch()).toEqual([{ a: 11, b: 1, sum: 12 }])
    expect(await jobsOf(db, Sum).list()).toMatchObject([{ key: { a: 1, b: 11 }, status: 'error' }])
  })

  test('T29: an abort stops, although errors are to be passed over', async () => {
    await using lab = await jobsLab(database, { sessions: 4 })
    for (const reserve of [false, true]) {
      const controller = new AbortController()
      let begun = 0
      const running = populate(lab.db, lab.Stat, {
        reserve,
        onError: 'continue',
        signal: controller.signal,
        onEvent: ({ kind }) => {
          if (kind === 'started' && (begun += 1) === 2) controller.abort(new RangeError('enough'))
        },
      })
      await expect(running).rejects.toThrow('enough')
      expect(begun).toBe(2)
    }
    // whatever was given back is there for the next
    const made = await lab.db(lab.Stat).count()
    expect(await populate(lab.db, lab.Stat, { reserve: true })).toMatchObject({ made: 4 - made, failures: 0 })
  })

  test('T34: tables that would have one table of jobs are not declared beside each other', async () => {
    const name = `${database.prefix()}lab`
    const define = (tier: 'imported' | 'computed') => {
      const schema = defineSchema(name)
      const Sample = schema.manual('Sample', {}, 'sample : int32')
      schema[tier]('Result', { Sample }, '-> Sample', { make: null })
      return schema
    }
    await using pipeline = await database.pipeline([define('imported')])
    await expect(planDeclare(pipeline.db, [define('computed')])).rejects.toMatchObject({
      code: 'colliding-names',
    })
  })

  test('T35: the results are what their types say, and a limit counts what is made', async () => {
    await using lab = await jobsLab(database, { sessions: 4 })
    const plan = await planPopulate(lab.db, lab.Stat, { limit: 1 })
    expect([plan.missing, plan.keys.length]).toEqual([1, 1])
    await lab.db(lab.Stat).insert1({ subject: 'm1', session: 0, mean: 1 }, { allowDirectInsert: true })
    // the first is there already, and does not use up the limit
    const result = await populate(lab.db, lab.Stat, { limit: 1, reserve: true })
    expect(result).toEqual({ made: 1, skipped: 0, failures: 0, failed: [] })
  })

  test('X16: a table is made of one whose key and rows have values of a codec', async () => {
    const day = defineCodec({
      name: 'day',
      keptAs: 'varchar(10)',
      encode: (value: { readonly day: string }) => value.day,
      decode: (kept) => ({ day: String(kept) }),
    })
    const schema = defineSchema(`${database.prefix()}lab`, { compat: 'python-0.14', codecs: [day] })
    const Session = schema.manual('Session', {}, 'session : int\n---\nstarted = null : <day>')
    const Label = schema.computed('Label', { Session }, '-> Session\n---\nlabel : varchar(20)', {
      fetch: (key, db) => db(Session).forKey(key).fetch1(),
      compute: ({ started }) => ({ row: { label: `on ${started?.day ?? 'no day'}` } }),
    })
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    await db(Session).insert([{ session: 1, started: { day: '2024-05-01' } }, { session: 2 }])
    expect(await progressOf(db, Label)).toMatchObject({ total: 2, remaining: 2 })
    expect(await populate(db, Label, { reserve: true })).toMatchObject({ made: 2 })
    expect(await db(Label).fetch({ order: ['session'] })).toEqual([
      { session: 1, label: 'on 2024-05-01' },
      { session: 2, label: 'on no day' },
    ])
    expect((await planDeclare(db, [schema])).tables).toEqual([])
    await declare(db, await planDeclare(db, [schema]))
  })
})
