import { expect, test } from 'vitest'
import { Pool } from './pool.ts'

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
