import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Pool } from './pool.ts'

/** A pool of which two of three may be held for long. */
function smallPool() {
  const closed: number[] = []
  let opened = 0
  const pool = new Pool({
    limit: 3,
    open: async () => ({ number: (opened += 1) }),
    close: async ({ number }) => void closed.push(number),
    usable: () => true,
    patienceSeconds: 0.4,
  })
  return { pool, closed }
}

test('who waits while none that is held for long is given back is told so, and who is served by and by waits on', async () => {
  const { pool, closed } = smallPool()
  const held = [await pool.take(1), await pool.take(1)]
  const outcomes = Promise.allSettled([pool.take(1), pool.take(1), pool.take(1)])
  pool.give(await pool.take(0))
  pool.give(await pool.take(0))
  expect(closed).toEqual([])
  for (const item of held) {
    await delay(100)
    pool.give(item)
    // those who end soon come and go meanwhile
    pool.give(await pool.take(0))
  }
  expect(await outcomes).toMatchObject([
    { status: 'fulfilled' },
    { status: 'fulfilled' },
    { status: 'rejected', reason: { code: 'connections-held', connections: 3 } },
  ])
})

test('who waits for others that end by themselves waits on, however long they take', async () => {
  const { pool } = smallPool()
  const slow = [await pool.take(0), await pool.take(0), await pool.take(0)]
  const waiting = [pool.take(0), pool.take(1)]
  await delay(900)
  for (const item of slow) pool.give(item)
  expect(await Promise.all(waiting)).toHaveLength(2)
})

test('one beyond the limit is had at once, and not kept', async () => {
  const { pool, closed } = smallPool()
  for (let taken = 0; taken < 3; taken += 1) await pool.take(0)
  pool.give(await pool.take(-Infinity))
  expect(closed).toEqual([4])
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
