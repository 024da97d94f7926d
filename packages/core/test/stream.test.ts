import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { defineSchema, declare, definePipeline, lt, oneOf, planDeclare, populate } from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'
import { millionSchema } from './million.ts'

onEveryDatabase('stream', (database) => {
  const open = async (rows = 0) => {
    const lab = defineSchema(`${database.prefix()}lab`)
    const Trial = lab.manual(
      'Trial',
      {},
      `
      trial : int32
      ---
      outcome = null : varchar(16)
      trace = null : <blob>
    `,
    )
    const { db, [Symbol.asyncDispose]: dispose } = await database.pipeline([lab])
    await db(Trial).insert(
      Array.from({ length: rows }, (_, trial) => ({
        trial,
        outcome: trial % 2 === 0 ? 'hit' : null,
        trace: trial < 40 ? { trial } : null,
      })),
    )
    return { lab, Trial, db, [Symbol.asyncDispose]: dispose }
  }

  test('gives the rows that fetch gives, in the same order, decoded', async () => {
    await using lab = await open(2500)
    const trials = lab.db(lab.Trial).restrict({ outcome: 'hit' })
    const options = { order: ['trial desc'], limit: 1200, offset: 10 } as const
    const streamed = await collect(trials.stream({ ...options, batch: 64 }))
    expect(streamed).toEqual(await trials.fetch(options))
    expect(streamed).toHaveLength(1200)
    expect(await collect(lab.db(lab.Trial).restrict({ trial: -1 }).stream())).toEqual([])
  })

  test('starts nothing before it is read, and stops when its reader does', async () => {
    await using lab = await open(2500)
    void lab.db(lab.Trial).stream()
    const seen: number[] = []
    for await (const { trial } of lab.db(lab.Trial).stream({ order: ['trial'] })) {
      seen.push(trial)
      if (trial === 3) break
      // others are served meanwhile
      expect(await lab.db(lab.Trial).restrict({ trial }).exists()).toBe(true)
    }
    expect(seen).toEqual([0, 1, 2, 3])
    expect(await lab.db(lab.Trial).count()).toBe(2500)
  })

  test('rejects with the reason when its signal aborts', async () => {
    await using lab = await open(2500)
    const abort = new AbortController()
    let seen = 0
    const reading = (async () => {
      for await (const _ of lab.db(lab.Trial).stream({ signal: abort.signal, batch: 10 })) {
        seen += 1
        if (seen === 25) abort.abort(new RangeError('enough'))
      }
    })()
    await expect(reading).rejects.toThrow('enough')
    expect(seen).toBeLessThan(50)
    expect(await lab.db(lab.Trial).count()).toBe(2500)
  })

  test('refuses a batch that is no number of rows, before it is read', async () => {
    await using lab = await open()
    for (const batch of [0, -1, 1.5, NaN]) {
      expect(() => lab.db(lab.Trial).stream({ batch })).toThrow(expect.objectContaining({ code: 'invalid-call' }))
    }
  })

  test('feeds an insert into another table, row by row', async () => {
    await using lab = await open(2500)
    const copies = defineSchema(`${database.prefix()}copies`)
    const Copy = copies.manual('Copy', {}, 'trial : int32\n---\noutcome = null : varchar(16)')
    await declare(lab.db, await planDeclare(lab.db, [copies]))
    const inserted = await lab.db(Copy).insert(lab.db(lab.Trial).project('outcome').stream())
    expect(inserted).toBe(2500)
    expect(await lab.db(Copy).restrict({ outcome: 'hit' }).count()).toBe(1250)
    // each insert of a stream takes two connections of ten, and none waits for another's
    const few = lab
      .db(lab.Trial)
      .project('outcome')
      .restrict({ trial: lt(2) })
    const skip = { skipDuplicates: true }
    const inserts = Array.from({ length: 12 }, async () => lab.db(Copy).insert(few.stream({ batch: 1 }), skip))
    expect(await Promise.all(inserts)).toEqual(Array(12).fill(0))
  })

  test('what a make reads by stream, columns, count and exists is compared as what it fetches', async () => {
    await using lab = await open(2500)
    const results = defineSchema(`${database.prefix()}results`)
    const Group = results.manual('Group', { Trial: lab.Trial }, '-> Trial')
    const reads: Record<string, () => Promise<unknown>> = {}
    const changes: (() => Promise<unknown>)[] = []
    const Summary = results.computed('Summary', { Group }, '-> Group\n---\nread : varchar(16)', {
      async fetch(_key, db) {
        const trials = db(lab.Trial).restrict({ outcome: 'hit' })
        const two = db(lab.Trial).restrict({ trial: oneOf([0, 1]) })
        Object.assign(reads, {
          stream: () => collect(trials.stream()),
          columns: () => trials.fetchColumns('outcome'),
          count: () => trials.count(),
          exists: () => trials.restrict({ trial: 2498 }).exists(),
          'ordered keys': () => two.keys({ order: ['outcome'] }),
          'an ordered column': () => two.fetchColumns('trial', { order: ['outcome desc'] }),
          'a stream of a top': () =>
            collect(
              two
                .top({ order: ['outcome'], limit: 2 })
                .project()
                .stream(),
            ),
          'first of a stream': async () => {
            for await (const { trial } of trials.stream({ order: ['trial'] })) if (trial === 100) break
          },
        })
        await reads[how]?.()
        return {}
      },
      async compute() {
        for (const change of changes.splice(0)) await change()
        return { row: { read: 'read' } }
      },
    })
    await declare(lab.db, await planDeclare(lab.db, [results]))
    let how = ''
    const trials = lab.db(lab.Trial)
    for (const [index, name] of ['stream', 'columns', 'count', 'exists'].entries()) {
      how = name
      await lab.db(Group).insert1({ trial: index })
      changes.push(() => trials.restrict({ trial: 2498 }).delete())
      await expect(populate(lab.db, Summary)).rejects.toMatchObject({ code: 'inputs-changed' })
      await trials.insert1({ trial: 2498, outcome: 'hit' })
      expect(await populate(lab.db, Summary)).toMatchObject({ made: 1 })
    }
    for (const [index, name] of ['ordered keys', 'an ordered column', 'a stream of a top'].entries()) {
      how = name
      await lab.db(Group).insert1({ trial: 5 + index })
      const outcomes = (await trials.fetch({ order: ['trial'], limit: 2 })).map(({ outcome }) => outcome)
      // the same rows in another order, by what was not fetched
      changes.push(async () => {
        for (const trial of [0, 1]) await trials.update1({ trial, outcome: outcomes[1 - trial] ?? null })
      })
      await expect(populate(lab.db, Summary)).rejects.toMatchObject({ code: 'inputs-changed' })
      expect(await populate(lab.db, Summary)).toMatchObject({ made: 1 })
    }
    how = 'first of a stream'
    await lab.db(Group).insert1({ trial: 10 })
    // what comes after the rows that were read is nobody's input
    changes.push(() => trials.restrict({ trial: 2498 }).delete())
    expect(await populate(lab.db, Summary)).toMatchObject({ made: 1 })
    await lab.db(Group).insert1({ trial: 11 })
    changes.push(() => trials.restrict({ trial: 50 }).delete())
    await expect(populate(lab.db, Summary)).rejects.toMatchObject({ code: 'inputs-changed' })
  })

  test('of a million rows runs in a process that cannot hold them', { timeout: 120_000 }, async () => {
    const { settings, dispose } = await database.shared()
    const prefix = database.prefix()
    const { schema, Left, Right } = millionSchema(prefix)
    const db = await definePipeline({ schemas: [schema], tables: {}, database: settings }).open()
    await declare(db, await planDeclare(db, [schema]))
    await db(Left).insert(Array.from({ length: 1000 }, (_, left) => ({ left, note: `the note of number ${left}` })))
    await db(Right).insert(Array.from({ length: 1000 }, (_, right) => ({ right })))
    const script = fileURLToPath(new URL('./stream-process.ts', import.meta.url))
    const read = (how: string) =>
      promisify(execFile)(process.execPath, [
        '--max-old-space-size=48',
        script,
        JSON.stringify({ database: settings, prefix, how }),
      ])
    const { stdout } = await read('stream')
    expect(JSON.parse(stdout)).toEqual({ rows: 1_000_000, sum: 999_000_000 })
    await db.close()
    await dispose()
  })
})

async function collect<T>(rows: AsyncIterable<T>): Promise<readonly T[]> {
  const collected: T[] = []
  for await (const row of rows) collected.push(row)
  return collected
}
