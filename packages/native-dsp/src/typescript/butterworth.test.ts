import { expect, test } from 'vitest'
import { readSciPy } from '../../test/reference.ts'
import { designButterworth } from './butterworth.ts'
import { margin } from './cascade.ts'

test('the sections are those of scipy.signal.butter to 1e-12', () => {
  for (const { order, samplingRate, low, high, numbers } of readSciPy('sections')) {
    const cascade = designButterworth(order, high === undefined ? { low } : { low, high }, samplingRate)
    const found = cascade.flatMap(({ b, a }) => [...b, ...a])
    expect(found).toHaveLength(numbers.length)
    found.forEach((value, index) => {
      const expected = numbers[index]!
      expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-12 * Math.max(Math.abs(expected), 1e-3))
    })
  }
})

test('the margin of a 300 Hz high-pass of order 5 at 30 kHz is 1088 frames', () => {
  expect(margin(designButterworth(5, { low: 300 }, 30_000))).toBe(1088)
})
