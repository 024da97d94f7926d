import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { transferAll } from './transfers.ts'

test('gives results in the order of the items, and never has more under way than the bound', async () => {
  let underWay = 0
  let most = 0
  const results = await transferAll(
    Array.from({ length: 20 }, (_, index) => index),
    async (index) => {
      most = Math.max(most, ++underWay)
      await delay((20 - index) / 2)
      underWay--
      return index * index
    },
    { concurrency: 3 },
  )
  expect(results).toEqual(Array.from({ length: 20 }, (_, index) => index * index))
  expect(most).toBe(3)
})

test('what fails first is thrown after the others were told to stop, and no more are begun', async () => {
  const begun: number[] = []
  const stopped: number[] = []
  const work = async (item: number, signal: AbortSignal) => {
    begun.push(item)
    if (item === 1) throw new Error('one failed')
    await delay(10_000, undefined, { signal }).catch(() => stopped.push(item))
    throw new Error(`${item} failed too`)
  }
  await expect(transferAll([0, 1, 2, 3, 4, 5], work, { concurrency: 3 })).rejects.toThrow('one failed')
  expect(new Set(begun)).toEqual(new Set([0, 1, 2]))
  expect(new Set(stopped)).toEqual(new Set([0, 2]))
})

test('takes items as they come, and an abort ends the wait for the next', async () => {
  async function* stuck() {
    yield 1
    await new Promise(() => {})
  }
  const controller = new AbortController()
  const seen: number[] = []
  const work = async (item: number) => {
    seen.push(item)
    controller.abort(new Error('enough'))
  }
  await expect(transferAll(stuck(), work, { signal: controller.signal })).rejects.toThrow('enough')
  expect(seen).toEqual([1])
})
