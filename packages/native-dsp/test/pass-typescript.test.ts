import { describe, expect, test } from 'vitest'
import type { PassSource } from '../src/pass.ts'
import { createTypeScriptPassing } from '../src/typescript/passing.ts'
import { testCatgt } from './pass-catgt-kit.ts'
import { compareWords, equalWords, planFor, simulateCounts } from './pass-counts.ts'
import { testPassing } from './pass-kit.ts'

const passing = createTypeScriptPassing()

testPassing('typescript', passing)
testCatgt('typescript', passing)

describe('typescript: a source that a function reads', () => {
  const counts = simulateCounts(20_000, 5)
  const memory: PassSource = { kind: 'memory', counts, columns: 6, segments: [12_000, 8000] }

  test('gives what the same counts in memory give, and is read a block at a time', async () => {
    let longest = 0
    const source: PassSource = {
      kind: 'reader',
      columns: 6,
      segments: [12_000, 8000],
      async read({ segment, start, end }) {
        longest = Math.max(longest, end - start)
        const first = segment === 0 ? 0 : 12_000
        return counts.slice((first + start) * 6, (first + end) * 6)
      },
    }
    const [pass, other] = [await passing.openPass(source, planFor(5)), await passing.openPass(memory, planFor(5))]
    for (const [segment, end] of [12_000, 8000].entries()) {
      const range = { segment, start: 0, end }
      expect(compareWords(await pass.traces(range), await other.traces(range))).toEqual(equalWords)
    }
    expect(longest).toBeLessThan(12_000)
    await Promise.all([pass.close(), other.close()])
  })

  test('what it throws is the rejection, and what it gives too little of is refused', async () => {
    const failure = new Error('the disk has gone')
    const shape = { kind: 'reader', columns: 6, segments: [100] } as const
    const failing = await passing.openPass({ ...shape, read: () => Promise.reject(failure) }, planFor(5))
    await expect(failing.traces({ segment: 0, start: 0, end: 9 })).rejects.toBe(failure)
    const short = await passing.openPass({ ...shape, read: async () => new Int16Array(7) }, planFor(5))
    await expect(short.traces({ segment: 0, start: 0, end: 9 })).rejects.toMatchObject({
      code: 'wrong-length',
      length: 7,
      expected: 600,
    })
    await Promise.all([failing.close(), short.close()])
  })
})
