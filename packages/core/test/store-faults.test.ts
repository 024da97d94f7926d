import { ndarray } from '@neurojoint/arrays'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { collect, type Database, defineSchema, planCollect } from '../src/index.ts'
import { openStores } from '../src/store/stores.ts'
import type { Store } from '../src/store/store.ts'
import { all, bytes, countingBytes } from '../src/store/testing/store-kit.ts'
import { onEveryDatabase } from './databases.ts'
import { type Fault, type FaultProxy, faults, startFaultProxy } from './fault-proxy.ts'
import { long } from './long.ts'
import { openStoreLab, s3Settings } from './store-lab.ts'

const real = s3Settings()

async function proxied(): Promise<{ proxy: FaultProxy; store: Store; clean: Store }> {
  const settings = s3Settings()
  if (settings === null) throw new Error('there is no server that speaks S3')
  const proxy = await startFaultProxy(settings.endpoint)
  onTestFinished(async () => proxy[Symbol.asyncDispose]())
  const through = { ...settings, endpoint: proxy.endpoint, timeoutSeconds: 5 }
  const stores = await openStores({ stores: { s3: through, clean: settings } })
  return { proxy, store: stores.get('s3'), clean: stores.get('clean') }
}

/** Meets the next requests with a fault, so many of them. */
const next = (fault: Fault, times: number) => {
  let left = times
  return () => (left-- > 0 ? fault : null)
}

/** In two parts. */
const large = 10 * 2 ** 20

/** Pieces that come in the same memory. */
async function copies(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const copied: Uint8Array[] = []
  for await (const piece of pieces) copied.push(piece.slice())
  return copied
}

describe.skipIf(real === null)('a store behind a bad network', () => {
  test.each(faults)('%s: every operation does what it does without', { timeout: 60_000 }, async (fault) => {
    const { proxy, store, clean } = await proxied()
    const operation = async <T>(work: () => Promise<T>): Promise<T> => {
      proxy.choose = next(fault, 2)
      const done = await work()
      proxy.choose = () => null
      return done
    }
    await operation(() => store.put('a/x', bytes('abcdef')))
    expect(await clean.get('a/x')).toEqual(bytes('abcdef'))
    expect(await operation(() => store.get('a/x'))).toEqual(bytes('abcdef'))
    expect(await operation(() => store.getRange('a/x', 1, 3))).toEqual(bytes('bc'))
    expect(await operation(() => store.size('a/x'))).toBe(6)
    expect(await operation(() => store.size('a/y'))).toBe(null)
    expect(await operation(() => all(store.list('a')))).toMatchObject([{ path: 'a/x', size: 6 }])
    expect(await operation(() => store.delete('a/x'))).toBe(true)
    expect(await clean.size('a/x')).toBe(null)
    await operation(() => store.put('large', countingBytes(large)))
    const expected = Buffer.concat(await copies(countingBytes(large)))
    expect(Buffer.compare(await clean.get('large'), expected)).toBe(0)
    const whole = await operation(async () => all(store.stream('large')))
    expect(Buffer.compare(Buffer.concat(whole), expected)).toBe(0)
    // an upload that was begun without anybody being told is left, and found
    for (const left of await all(clean.listUnfinished(''))) {
      expect(left).toMatchObject({ path: 'large', size: 0 })
      await clean.discard(left)
    }
    expect(await all(clean.listUnfinished(''))).toEqual([])
    expect(await all(clean.list(''))).toHaveLength(1)
    expect(proxy.met.get(fault)).toBeGreaterThan(8)
  })

  test(
    'the answer to the last request of an upload is lost: the object is known as ours',
    { timeout: 60_000 },
    async () => {
      for (const fault of ['answer-lost', 'error-after', 'cut-answer'] as const) {
        const { proxy, store, clean } = await proxied()
        let left = 2
        proxy.choose = ({ method, url }) =>
          method === 'POST' && url.includes('uploadId=') && !url.includes('uploads') && left-- > 0 ? fault : null
        await store.put('large', countingBytes(large))
        expect(proxy.met.get(fault)).toBe(2)
        expect(await clean.size('large')).toBe(large)
        expect(await all(clean.listUnfinished(''))).toEqual([])
      }
    },
  )

  test(
    'bytes that were begun go on where they were cut off, unless the object was replaced',
    { timeout: 60_000 },
    async () => {
      const { proxy, store, clean } = await proxied()
      await clean.put('x', countingBytes(8 * 2 ** 20))
      proxy.choose = next('cut-answer', 3)
      const whole = Buffer.concat(await all(store.stream('x')))
      expect(Buffer.compare(whole, await clean.get('x'))).toBe(0)
      expect(proxy.met.get('cut-answer')).toBe(3)
      proxy.choose = next('cut-answer', 1)
      let isReplaced = false
      const reading = async () => {
        for await (const _ of store.stream('x')) {
          if (!isReplaced) await clean.put('x', new Uint8Array(8 * 2 ** 20))
          isReplaced = true
        }
      }
      await expect(reading()).rejects.toMatchObject({ code: 'object-changed', path: 'x' })
    },
  )

  test('a server that stays away is told by name, and nothing is half done', { timeout: 60_000 }, async () => {
    const { proxy, store, clean } = await proxied()
    await clean.put('x', bytes('as it was'))
    proxy.choose = ({ method }) => (method === 'PUT' ? 'error-503' : 'cut-at-once')
    await Promise.all([
      expect(store.put('x', bytes('new'))).rejects.toMatchObject({ code: 'store-request-failed', status: 503 }),
      expect(store.put('x', countingBytes(large))).rejects.toMatchObject({ code: 'store-unreachable' }),
    ])
    const controller = new AbortController()
    setTimeout(() => controller.abort(new Error('enough')), 300)
    await expect(store.get('x', { signal: controller.signal })).rejects.toThrow('enough')
    expect(await clean.get('x')).toEqual(bytes('as it was'))
  })
})

/** The same numbers in every run. */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

const definition = `
  n : int
  ---
  raw : <hash@s3>
  data : <blob@s3>
  trace : <npy@s3>
  movie = null : <object@s3>
`

describe.skipIf(real === null)('rows with objects behind a bad network', () => {
  onEveryDatabase('of a table', (database) => {
    // the others take their turn where there is time
    const isLeftOut = !long && database.name !== 'sqlite'
    test.skipIf(isLeftOut)(
      'every row has its objects whole, and what is left over is found',
      { timeout: 180_000 },
      async () => {
        const settings = s3Settings()
        if (settings === null) throw new Error('there is no server that speaks S3')
        await using proxy = await startFaultProxy(settings.endpoint)
        const schema = defineSchema(`${database.prefix()}lab`)
        const Session = schema.manual('Session', {}, definition)
        const through = { ...settings, endpoint: proxy.endpoint, timeoutSeconds: 5 }
        await using lab = await openStoreLab(database, [schema], { s3: through, clean: settings })
        const { db } = lab
        const rowOf = (n: number) => ({
          n,
          raw: bytes(`raw ${n}`),
          data: { n, values: Array.from({ length: 50 }, (_, index) => n * index) },
          trace: ndarray(Float64Array.from({ length: 500 }, (_, index) => n + index)),
          // some in parts
          movie: n % 20 === 0 ? new Uint8Array(9 * 2 ** 20).fill(n) : new Uint8Array(100).fill(n),
        })
        const random = randomNumbers(7)
        const some: FaultProxy['choose'] = () =>
          random() < 0.25 ? (faults[Math.floor(random() * faults.length)] ?? null) : null
        const kept: number[] = []
        const failed: unknown[] = []
        const insert = async (own: Database, n: number): Promise<void> => {
          try {
            await own(Session).insert1(rowOf(n))
            kept.push(n)
          } catch (error) {
            failed.push(error)
          }
        }
        const count = long ? 60 : 40
        proxy.choose = some
        await Promise.all(
          [0, 1, 2, 3].map(async (writer) => {
            for (let n = writer; n < count; n += 4) await insert(db, n)
          }),
        )
        // the server is away in the middle of an insert of many, some of whose objects are there by then
        let requests = 0
        proxy.choose = () => ((requests += 1) > 20 ? 'error-503' : null)
        const many = db(Session).insert(Array.from({ length: 30 }, (_, index) => rowOf(1000 + index)))
        await expect(many).rejects.toMatchObject({ code: 'store-request-failed' })
        const controller = new AbortController()
        proxy.choose = () => 'slow'
        const stopped = db(Session).insert([rowOf(2000), rowOf(2001)], { signal: controller.signal })
        await Promise.all([
          expect(stopped).rejects.toThrow('enough'),
          delay(100).then(() => controller.abort(new Error('enough'))),
        ])
        proxy.choose = () => null

        for (const error of failed) expect(error).toMatchObject({ code: expect.stringMatching(/^store-/) })
        const rows = await db(Session).fetch({ order: ['n'] })
        expect(rows.map(({ n }) => n)).toEqual(kept.toSorted((left, right) => left - right))
        expect(kept.length).toBeGreaterThan(count * 0.8)
        for (const row of rows) {
          const expected = rowOf(row.n)
          expect(row.raw).toEqual(expected.raw)
          expect(row.data).toEqual(expected.data)
          expect(await row.trace.load()).toEqual(expected.trace)
          expect(row.movie?.kind === 'file' && Buffer.compare(await row.movie.bytes(), expected.movie)).toBe(0)
        }
        // times are told in seconds
        await delay(1100)
        const plan = await planCollect(db, [schema], { stores: ['s3'], olderThanSeconds: 0 })
        expect(plan.problems).toEqual([])
        expect(plan.stores[0]).toMatchObject({ referenced: rows.length * 4 })
        expect(plan.stores[0]?.objects.length).toBeGreaterThan(3)
        await collect(db, plan)
        expect(await lab.paths('clean')).toHaveLength(rows.length * 4)
        expect(await lab.pathsUnfinished('clean')).toEqual([])
      },
    )
  })
})
