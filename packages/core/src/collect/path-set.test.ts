import { expect, test } from 'vitest'
import { PathSet } from './path-set.ts'

test('holds what was added, and nothing else, in a few bytes a path', () => {
  const before = process.memoryUsage().arrayBuffers
  const paths = new PathSet()
  const count = 300_000
  for (let index = 0; index < count; index++) paths.add(`_schema/lab/session/subject=${index}/raw_${index * 7}.npy`)
  paths.add('_schema/lab/session/subject=0/raw_0.npy')
  expect(paths.size).toBe(count)
  for (let index = 0; index < count; index += 1000) {
    expect(paths.has(`_schema/lab/session/subject=${index}/raw_${index * 7}.npy`)).toBe(true)
    expect(paths.has(`_schema/lab/session/subject=${index}/raw_${index * 7}.npz`)).toBe(false)
  }
  // two tables while the last one grew, of which one is gone
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(count * 64)
})
