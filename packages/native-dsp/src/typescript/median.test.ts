import { expect, test } from 'vitest'
import { createMedianFinder, type Middle } from './median.ts'

const middles: readonly Middle[] = ['mean', 'upper', 'lower']

/** Numbers between -1 and 1 that are the same for a seed. */
function noise(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    return state / 2 ** 31
  }
}

function sorted(values: Float32Array, middle: Middle): number {
  const order = values.toSorted()
  const [lower, upper] = [order[(order.length - 1) >> 1]!, order[order.length >> 1]!]
  if (order.length % 2 === 1 || middle === 'upper') return upper
  return middle === 'lower' ? lower : Math.fround(Math.fround(lower + upper) / 2)
}

test('medians of any count of values are those of the sorted values, which stay as they are', () => {
  const next = noise(1)
  const finder = createMedianFinder(1536)
  const shapes: readonly ((index: number) => number)[] = [
    () => 100 * next(),
    () => Math.round(3 * next()),
    (index) => index,
    (index) => -index * index,
    () => 7,
    (index) => (index % 16 === 7 ? 1e30 * next() : next()),
  ]
  for (const count of [1, 2, 3, 7, 63, 64, 65, 96, 383, 384, 1536]) {
    for (const shape of shapes) {
      const all = Float32Array.from({ length: count + 3 }, (_, index) => shape(index))
      const before = all.slice()
      for (const middle of middles) {
        // 0 and -0 are equal
        expect(finder.find(all, 3, count, middle) === sorted(all.subarray(3), middle)).toBe(true)
      }
      expect(all).toEqual(before)
    }
  }
})

test('a NaN makes the median NaN, wherever it stands', () => {
  const finder = createMedianFinder(384)
  for (const count of [1, 12, 384]) {
    for (const place of [0, count >> 1, count - 1]) {
      const values = Float32Array.from({ length: count }, (_, index) => (index === place ? Number.NaN : index))
      expect(finder.find(values, 0, count, 'mean')).toBeNaN()
    }
  }
})
