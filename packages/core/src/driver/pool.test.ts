import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Pool } from './pool.ts'

test('who waits while nothing at all is given back is told so, and who is served by and by waits on', async () => {
  const closed: string[] = []
  const pool = new Pool({
    limit: 2,
    open: async () => 'open',
    close: async (item) => void closed.push(item),
    usable: () => true,
    patienceSeconds: 0.4,
  })
  const held = [await pool.take(0), await pool.take(0)]
  const waiting = [pool.take(0), pool.take(0), pool.take(0)]
  const outcomes = Promise.allSettled(waiting)
  pool.give(await pool.take(-Infinity))
  expect(closed).toEqual(['open'])
  for (const item of held) {
    await delay(100)
    pool.give(item)
  }
  expect(await outcomes).toMatchObject([
    { status: 'fulfilled' },
    { status: 'fulfilled' },
    { status: 'rejected', reason: { code: 'connections-held', connections: 2 } },
  ])
})

test('what opens when nobody waits for it any more is closed with the pool', async () => {
  const opening = Promise.withResolvers<string>()
  const closed: string[] = []
  const pool = new Pool({
    limit: 1,
    open: () => opening.promise,
    close: async (item) => void closed.push(item),
    usable: () => true,
  })
  const abort = new AbortController()
  const taken = pool.take(0, abort.signal)
  abort.abort(new RangeError('enough'))
  await expect(taken).rejects.toThrow('enough')
  await pool.close()
  opening.resolve('late')
  await expect.poll(() => closed).toEqual(['late'])
})
