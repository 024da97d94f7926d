import { expect, test } from 'vitest'
import { shareProgress } from './share-progress.ts'

test('pieces of work share one progress, which never falls and leaves its end to the caller', () => {
  const told: number[] = []
  const [first, none, second] = shareProgress((fraction) => told.push(fraction), [1, 0, 3])
  first?.(0.5)
  none?.(1)
  second?.(0.5)
  first?.(0.25)
  first?.(1)
  second?.(1)
  expect(told).toEqual([0.125, 0.5, 0.625])
})
