import { expect, test } from 'vitest'
import {
  definePipeline,
  declare,
  defineSchema,
  planDeclare,
  planPopulate,
  populate,
  type PopulateEvent,
} from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'

/** What a test makes of `Result`, whose key is a sample. */
interface Steps {
  readonly fetch?: (key: Record<string, unknown>) => void
  readonly compute?: (key: Record<string, unknown>) => unknown
}

onEveryDatabase('a make', (database) => {
  const schemas = (steps: Steps = {}) => {
    const schema = defineSchema(`${database.prefix()}lab`)
    const Sample = schema.manual('Sample', {}, 'sample : int64\n---\nkind : varchar(8)')
    const Result = schema.computed(
      'Result',
      { Sample },
      `
      -> Sample
      ---
      value : int16
    `,
      {
        parts: {
          Step: [
            {},
            `
        -> master.proj(origin='sample')
        step : int16
      `,
          ],
        },
        fetch: (key) => steps.fetch?.(key),
        compute: async (_, { key }) => {
          const made = await steps.compute?.(key)
          // what JavaScript may give
          return (made ?? { row: { value: 1 }, parts: { Step: [{ step: 1 }] } }) as {
            row: { value: number }
            parts: { Step: [] }
          }
        },
      },
    )
    return { schema, Sample, Result }
  }
  const open = async (steps: Steps = {}) => {
    const made = schemas(steps)
    const pipeline = await database.pipeline([made.schema])
    await pipeline.db(made.Sample).insert([
      { sample: 1n, kind: 'a' },
      { sample: 2n, kind: 'b' },
    ])
    return { ...made, db: pipeline.db, [Symbol.asyncDispose]: () => pipeline[Symbol.asyncDispose]() }
  }

  test('fills the key in, also under the name that a part gives it', async () => {
    await using lab = await open()
    expect(await populate(lab.db, lab.Result, { restriction: { sample: 1n } })).toMatchObject({ made: 1 })
    expect(await lab.db(lab.Result.Step).fetch()).toEqual([{ origin: 1n, step: 1 }])
  })

  test('may repeat the key, and is refused when it gives another', async () => {
    const given: { row: object; steps: readonly unknown[] } = {
      row: { sample: 1, value: 1 },
      steps: [{ origin: 1n, step: 1 }],
    }
    const made = { ...given }
    await using lab = await open({ compute: () => ({ row: made.row, parts: { Step: made.steps } }) })
    const populateFirst = () => populate(lab.db, lab.Result, { restriction: { sample: 1n } })
    made.row = { sample: 2n, value: 1 }
    await expect(populateFirst()).rejects.toMatchObject({
      code: 'invalid-make',
      key: { sample: 1n },
      message: expect.stringContaining('the row with another `sample` (2), for { sample: 1n }'),
    })
    Object.assign(made, given, { steps: [{ origin: 2n, step: 1 }] })
    await expect(populateFirst()).rejects.toMatchObject({ code: 'invalid-make' })
    Object.assign(made, given, { steps: [null] })
    await expect(populateFirst()).rejects.toMatchObject({ code: 'invalid-make' })
    Object.assign(made, given, { row: [] })
    await expect(populateFirst()).rejects.toMatchObject({ code: 'invalid-make' })
    expect(await lab.db(lab.Result).count()).toBe(0)
    Object.assign(made, given)
    expect(await populateFirst()).toMatchObject({ made: 1 })
  })

  test('is refused when it gives something under a name that nobody reads', async () => {
    await using lab = await open({ compute: () => ({ row: { value: 1 }, parts: { Step: [] }, lookup: [] }) })
    await expect(populate(lab.db, lab.Result)).rejects.toMatchObject({
      code: 'invalid-make',
      message: expect.stringContaining('`lookup`'),
    })
  })

  test('cannot change the key that is being made', async () => {
    await using lab = await open({
      fetch: (key) => {
        key['sample'] = 7n
      },
    })
    const { failed } = await populate(lab.db, lab.Result, { onError: 'continue' })
    expect(failed).toMatchObject([{ key: { sample: 1n }, error: { name: 'TypeError' } }, { key: { sample: 2n } }])
  })

  test('that fails while it fetches fails its key alone', async () => {
    await using lab = await open({
      fetch: (key) => {
        if (key['sample'] === 1n) throw new RangeError('no file')
      },
    })
    expect(await populate(lab.db, lab.Result, { onError: 'continue' })).toMatchObject({
      made: 1,
      failed: [{ key: { sample: 1n }, error: { message: 'no file' } }],
    })
  })

  test('that gives the same row of a part twice fails, and is not taken for made', async () => {
    await using lab = await open({
      compute: () => ({ row: { value: 1 }, parts: { Step: [{ step: 1 }, { step: 1 }] } }),
    })
    await expect(populate(lab.db, lab.Result)).rejects.toMatchObject({ code: 'duplicate-row', table: 'Result.Step' })
    expect(await lab.db(lab.Result).count()).toBe(0)
  })

  test('whose events are listened to by what throws rejects, and keeps what was made', async () => {
    await using lab = await open({ compute: () => undefined })
    const throwAt = (kind: PopulateEvent['kind']) => (event: PopulateEvent) => {
      if (event.kind === kind) throw new RangeError(`at ${kind}`)
    }
    await expect(populate(lab.db, lab.Result, { onEvent: throwAt('started'), onError: 'continue' })).rejects.toThrow(
      'at started',
    )
    expect(await lab.db(lab.Result).count()).toBe(0)
    await expect(populate(lab.db, lab.Result, { onEvent: throwAt('made'), onError: 'continue' })).rejects.toThrow(
      'at made',
    )
    // the next one may have been on its way
    expect([1, 2]).toContain(await lab.db(lab.Result).count())
  })

  test(
    'is done once where several processes want it, who are told that others made it',
    { timeout: 60_000 },
    async () => {
      const { settings, dispose } = await database.shared()
      const { schema, Sample, Result } = schemas({
        compute: () => new Promise((resolve) => setTimeout(() => resolve(undefined), 20)),
      })
      const pipeline = definePipeline({ schemas: [schema], tables: {}, database: settings })
      const workers = await Promise.all(Array.from({ length: 4 }, async () => pipeline.open()))
      try {
        const [db] = workers
        if (!db) return
        await declare(db, await planDeclare(db, [schema]))
        await db(Sample).insert(Array.from({ length: 20 }, (_, index) => ({ sample: BigInt(index), kind: '' })))
        const results = await Promise.all(workers.map((worker) => populate(worker, Result, { onError: 'continue' })))
        expect(results.flatMap(({ failed }) => failed)).toEqual([])
        expect(results.reduce((sum, { made }) => sum + made, 0)).toBe(20)
        expect(await db(Result.Step).count()).toBe(20)
      } finally {
        await Promise.all(workers.map((worker) => worker.close()))
        await dispose()
      }
    },
  )

  test('is refused inside a transaction, where a key that fails could leave half of its rows', async () => {
    await using lab = await open()
    await expect(lab.db.transaction((db) => populate(db, lab.Result))).rejects.toMatchObject({ code: 'in-transaction' })
  })

  test('stops in the middle of its insert and leaves nothing', async () => {
    const controller = new AbortController()
    const steps = function* () {
      for (let step = 0; step < 20_000; step += 1) yield { step }
      setTimeout(() => controller.abort(new RangeError('enough')), 1)
    }
    await using lab = await open({ compute: () => ({ row: { value: 1 }, parts: { Step: steps() } }) })
    await expect(populate(lab.db, lab.Result, { signal: controller.signal, limit: 1 })).rejects.toThrow('enough')
    expect(await lab.db(lab.Result).count()).toBe(0)
    expect(await lab.db(lab.Result.Step).count()).toBe(0)
  })
})

onEveryDatabase('a key source', (database) => {
  test('follows references to parts and renamed ones', async () => {
    const schema = defineSchema(`${database.prefix()}probes`)
    const Probe = schema.manual('Probe', {}, 'probe : int16', {
      parts: { Site: [{}, '-> master\nsite : int16'] },
    })
    const Pick = schema.manual(
      'Pick',
      { Probe },
      `
      -> Probe.Site.proj(origin='probe')
    `,
    )
    const Site = schema.computed(
      'SiteResult',
      { Probe, Pick },
      `
      -> Probe.Site
      -> Pick.proj(picked='site')
    `,
      { fetch: (key) => key, compute: () => ({ row: {} }) },
    )
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    await db(Probe).insert([{ probe: 1 }])
    await db(Probe.Site).insert([
      { probe: 1, site: 1 },
      { probe: 1, site: 2 },
    ])
    await db(Pick).insert([{ origin: 1, site: 2 }])
    const { keys } = await planPopulate(db, Site)
    expect(keys).toEqual([
      { probe: 1, site: 1, origin: 1, picked: 2 },
      { probe: 1, site: 2, origin: 1, picked: 2 },
    ])
    expect(await populate(db, Site)).toMatchObject({ made: 2 })
    await db(Pick).delete()
    expect(await populate(db, Site)).toEqual({ made: 0, skipped: 0, failures: 0, failed: [] })
  })

  test('of its own may be a table, have more attributes, and be smaller than what was made', async () => {
    const schema = defineSchema(`${database.prefix()}sources`)
    const Sample = schema.manual('Sample', {}, 'sample : int16\n---\nkind : varchar(8)')
    const only: { kind: string | null } = { kind: null }
    const Result = schema.computed('Result', { Sample }, '-> Sample', {
      keySource: (db) => (only.kind === null ? Sample : db(Sample).restrict({ kind: only.kind })),
      fetch: (key) => key,
      compute: () => ({ row: {} }),
    })
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    expect(await populate(db, Result)).toEqual({ made: 0, skipped: 0, failures: 0, failed: [] })
    await db(Sample).insert([
      { sample: 1, kind: 'a' },
      { sample: 2, kind: 'b' },
      { sample: 3, kind: 'b' },
    ])
    expect(await populate(db, Result, { limit: 2 })).toMatchObject({ made: 2 })
    only.kind = 'a'
    expect(await populate(db, Result)).toMatchObject({ made: 0 })
    only.kind = 'b'
    expect(await populate(db, Result, { restriction: db(Sample).restrict({ kind: 'a' }) })).toMatchObject({ made: 0 })
    expect(await populate(db, Result)).toMatchObject({ made: 1 })
  })

  test('that does not have the key of the table is refused', async () => {
    const schema = defineSchema(`${database.prefix()}sources`)
    const Sample = schema.manual('Sample', {}, 'sample : int16')
    const Method = schema.manual('Method', {}, 'method : int16')
    const make = { fetch: () => null, compute: () => ({ row: {} }) }
    const Coarse = schema.computed('Coarse', { Sample, Method }, '-> Sample\n-> Method', {
      ...make,
      keySource: () => Sample,
    })
    const Fine = schema.computed('Fine', { Sample }, '-> Sample', {
      ...make,
      keySource: (db) => db(Sample).join(Method),
    })
    await using pipeline = await database.pipeline([schema])
    await expect(populate(pipeline.db, Coarse)).rejects.toMatchObject({
      code: 'no-key-source',
      message: expect.stringContaining('its primary key has method, its key source has not'),
    })
    await expect(populate(pipeline.db, Fine)).rejects.toMatchObject({ code: 'no-key-source' })
  })
})
