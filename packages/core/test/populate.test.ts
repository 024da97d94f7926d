import { expect, test } from 'vitest'
import { isNdArray } from '@neurojoint/arrays'
import { type PopulateEvent, planPopulate, populate, type Tables } from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'
import { labSchemas } from './lab.ts'

/** What a test does inside the make of `Recording`. */
interface Steps {
  readonly fetching?: (db: Tables) => Promise<void>
  readonly computing?: (session: number, signal: AbortSignal, progress: (fraction: number) => void) => Promise<void> | void
}

onEveryDatabase('populate', (database) => {
  const open = async (steps: Steps = {}) => {
    const schemas = labSchemas(database.prefix())
    const { lab, Session } = schemas
    const Recording = lab.imported('Recording', { Session }, `
      # what was recorded in a session
      -> Session
      ---
      duration : float64     # (s)
      signal   : <blob@local>
    `, {
      parts: { Channel: [{}, `
        -> master
        channel : int16
        ---
        gain : float32
        offsets : <blob>
      `] },
      async fetch(key, db) {
        const session = await db(Session).forKey(key).fetch1()
        await steps.fetching?.(db)
        return session
      },
      async compute({ session }, { signal, progress }) {
        await steps.computing?.(session, signal, progress)
        return {
          row: { duration: session * 1.5, signal: Float32Array.of(session, 2) },
          parts: { Channel: [0, 1].map((channel) => ({ channel, gain: 0.5, offsets: { low: [channel], name: 'x' } })) },
        }
      },
    })
    const pipeline = await database.pipeline([lab])
    const { db } = pipeline
    await db(schemas.Subject).insert([{ subject: 'm1' }, { subject: 'm2' }])
    await db(Session).insert(
      [1, 2, 3].map((session) => ({ subject: session === 3 ? 'm2' : 'm1', session, started: `2024-05-0${session} 10:00:00` })),
    )
    return { ...schemas, Recording, db, [Symbol.asyncDispose]: () => pipeline[Symbol.asyncDispose]() }
  }

  test('a fetch that writes is refused, and nothing is written', async () => {
    let write: (db: Tables) => Promise<unknown> = async () => {}
    await using lab = await open({
      fetching: async (db) => {
        await write(db)
      },
    })
    const { Subject } = lab
    for (const attempt of [
      (db: Tables) => db(Subject).insert1({ subject: 'm3' }),
      (db: Tables) => db(Subject).restrict({ subject: 'm1' }).delete(),
    ]) {
      write = attempt
      await expect(populate(lab.db, lab.Recording)).rejects.toMatchObject({ code: 'write-in-fetch', table: 'Subject' })
    }
    expect(await lab.db(Subject).count()).toBe(2)
  })

  test('makes every key of the key source once, with its parts and blobs', async () => {
    await using lab = await open()
    const events: PopulateEvent[] = []
    expect(await populate(lab.db, lab.Recording, { onEvent: (event) => events.push(event) })).toEqual({
      made: 3,
      skipped: 0,
      failures: 0,
      failed: [],
    })
    const [planned, ...others] = events.map(({ kind }) => kind)
    // while the rows of one are inserted, the next one is begun
    expect([planned, ...others.toSorted((a, b) => a.localeCompare(b))]).toEqual(
      ['planned', 'made', 'made', 'made', 'started', 'started', 'started'],
    )
    const row = await lab.db(lab.Recording).restrict({ subject: 'm2' }).fetch1()
    expect(row).toMatchObject({ subject: 'm2', session: 3, duration: 4.5 })
    expect(isNdArray(row.signal) && [...row.signal.data]).toEqual([3, 2])
    expect(await lab.db(lab.Recording.Channel).restrict({ subject: 'm2', channel: 1 }).fetch1()).toEqual({
      subject: 'm2',
      session: 3,
      channel: 1,
      gain: 0.5,
      offsets: { low: [1], name: 'x' },
    })
    expect(await populate(lab.db, lab.Recording)).toEqual({ made: 0, skipped: 0, failures: 0, failed: [] })
  })

  test('honours restriction and limit, and the plan says which keys', async () => {
    await using lab = await open()
    const { keys } = await planPopulate(lab.db, lab.Recording, { restriction: { subject: 'm1' } })
    expect(keys.toSorted((a, b) => a.session - b.session)).toEqual([{ subject: 'm1', session: 1 }, { subject: 'm1', session: 2 }])
    expect(await populate(lab.db, lab.Recording, { restriction: { subject: 'm1' }, limit: 1 })).toMatchObject({ made: 1 })
    expect(await lab.db(lab.Recording).count()).toBe(1)
  })

  test('a key that fails leaves nothing and, when told so, keeps no other from being made', async () => {
    await using lab = await open({ computing: (session) => { if (session === 2) throw new RangeError('bad file') } })
    const result = await populate(lab.db, lab.Recording, { onError: 'continue' })
    expect(result).toMatchObject({ made: 2, failed: [{ key: { subject: 'm1', session: 2 }, error: { message: 'bad file' } }] })
    expect(await lab.db(lab.Recording).restrict({ session: 2 }).count()).toBe(0)
    await expect(populate(lab.db, lab.Recording)).rejects.toThrow('bad file')
  })

  test('refuses to insert what was made from rows that changed meanwhile', async () => {
    const change: { run?: () => Promise<void> } = {}
    await using lab = await open({ computing: async () => change.run?.() })
    change.run = async () => {
      await lab.db(lab.Session).restrict({ subject: 'm1', session: 1 }).delete()
      await lab.db(lab.Session).insert1({ subject: 'm1', session: 1, started: '2024-06-01 10:00:00' })
    }
    await expect(populate(lab.db, lab.Recording, { restriction: { subject: 'm1', session: 1 } })).rejects.toMatchObject({
      code: 'inputs-changed',
    })
    expect(await lab.db(lab.Recording).count()).toBe(0)
  })

  test('leaves a key alone that somebody else made meanwhile', async () => {
    const meanwhile: { run?: () => Promise<void> } = {}
    await using lab = await open({ computing: async () => meanwhile.run?.() })
    meanwhile.run = async () => {
      delete meanwhile.run
      await populate(lab.db, lab.Recording, { restriction: { session: 3 } })
    }
    expect(await populate(lab.db, lab.Recording, { restriction: { session: 3 } })).toMatchObject({ made: 0, skipped: 1 })
    expect(await lab.db(lab.Recording.Channel).count()).toBe(2)
  })

  test('stops when told to, leaves whole rows only, and goes on next time', async () => {
    const controller = new AbortController()
    await using lab = await open({
      async computing(session, signal) {
        if (session !== 2) return
        setTimeout(() => controller.abort(new Error('enough')), 20)
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      },
    })
    await expect(populate(lab.db, lab.Recording, { signal: controller.signal })).rejects.toThrow('enough')
    const made = await lab.db(lab.Recording).count()
    expect(await lab.db(lab.Recording.Channel).count()).toBe(2 * made)
    expect(await lab.db(lab.Recording).restrict({ session: 2 }).count()).toBe(0)
  })

  test('says what progress a make reports', async () => {
    await using lab = await open({ computing: (_session, _signal, progress) => progress(0.5) })
    const fractions: number[] = []
    const onEvent = (event: PopulateEvent) => { if (event.kind === 'progress') fractions.push(event.fraction) }
    await populate(lab.db, lab.Recording, { limit: 1, onEvent })
    expect(fractions).toEqual([0.5])
  })

  test('a table that fills itself refuses inserts, and one that does not refuses to be populated', async () => {
    await using lab = await open()
    await expect(
      lab.db(lab.Recording).insert1({ subject: 'm1', session: 1, duration: 1, signal: null }),
    ).rejects.toMatchObject({ code: 'auto-populated' })
    await expect(populate(lab.db, lab.Session)).rejects.toMatchObject({ code: 'not-populated' })
  })

  test('a make that gives no row is an error', async () => {
    const schemas = labSchemas(database.prefix())
    const { lab, Session } = schemas
    const Nothing = lab.computed('Nothing', { Session }, '-> Session', {
      fetch: (key) => key,
      // @ts-expect-error: a make gives a row
      compute: () => undefined,
    })
    await using pipeline = await database.pipeline([lab])
    await pipeline.db(schemas.Subject).insert1({ subject: 'm1' })
    await pipeline.db(Session).insert1({ subject: 'm1', session: 1, started: '2024-05-01 10:00:00' })
    await expect(populate(pipeline.db, Nothing)).rejects.toMatchObject({ code: 'invalid-make' })
  })
})
