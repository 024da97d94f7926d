import { readFileSync } from 'node:fs'
import { parseNpy } from '@neurojoint/arrays'
import { describe, expect, test } from 'vitest'
import type { Passing } from '../src/pass.ts'
import type { FilterPlan } from '../src/plan.ts'
import { compareWords, equalWords, planFor } from './pass-counts.ts'

const [frames, channels] = [40_000, 5]
const shifts = [0, 1, 5, 11, 6].map((slot) => slot / 13)
const windows = [
  [0, 300],
  [31_568, 31_968],
  [39_700, 40_000],
] as const

/** CatGT's temporal stage, against `fixtures/catgt`. */
export function testCatgt(name: string, passing: Passing): void {
  const counts = fixtureCounts()
  const source = { kind: 'memory', counts, columns: channels, segments: [frames] } as const
  const filter = (order: number, low: number, high: number | null): FilterPlan => {
    return { kind: 'catgt-butterworth', order, low, high }
  }
  const planWith = (filters: readonly FilterPlan[], given: readonly number[] | null = shifts) =>
    planFor(channels, {
      temporal: { method: 'catgt', shifts: given, taps: 16, filters },
      spatial: [],
      rounding: 'truncate',
    })

  describe(`${name}: CatGT's blocks`, () => {
    test.for<[string, readonly FilterPlan[]]>([
      ['shift', []],
      ['shift_butter_12_300_9000', [filter(12, 300, 9000)]],
      ['shift_butter_6_300_0', [filter(6, 300, null)]],
    ])('%s: as the formulas of CatGT, to 1 count', async ([fixture, filters]) => {
      const pass = await passing.openPass(source, planWith(filters))
      expect(pass.blockFrames).toBe(31_768)
      const words: number[] = []
      for (const [start, end] of windows) words.push(...(await pass.traces({ segment: 0, start, end })))
      const path = `catgt/${fixture}.npy`
      const { data } = parseNpy(readFileSync(new URL(`../../../fixtures/${path}`, import.meta.url)), path)
      const { share, most } = compareWords(Int16Array.from(words), Int16Array.from(data as Int16Array))
      expect(most).toBeLessThanOrEqual(1)
      expect(share).toBeLessThan(1e-3)
      await pass.close()
    })

    test('neither delayed nor filtered, counts stay, and masked frames are 0', async () => {
      const gaps = [{ segment: 0, start: 31_700, end: 31_800 }]
      const plan = { ...planWith([], null), mask: { gaps, flatFrames: null, saturation: null } }
      const pass = await passing.openPass(source, plan)
      const words = await pass.traces({ segment: 0, start: 0, end: frames })
      const expected = counts.slice().fill(0, 31_700 * channels, 31_800 * channels)
      expect(compareWords(words, expected)).toEqual(equalWords)
      await pass.close()
    })

    test('a short recording, and an abort in the middle of a block', async () => {
      const few = { ...source, counts: counts.subarray(0, 7 * channels), segments: [7] }
      const short = await passing.openPass(few, planWith([filter(12, 300, 9000)]))
      expect((await short.traces({ segment: 0, start: 0, end: 7 })).every((word) => Math.abs(word) < 200)).toBe(true)
      await short.close()
      const width = 128
      const wide = new Int16Array(frames * width)
      const all = Array.from({ length: width }, (_, row) => row)
      const plan = { ...planWith([filter(12, 300, 9000)], null), columns: all }
      const long = await passing.openPass({ kind: 'memory', counts: wide, columns: width, segments: [frames] }, plan)
      const attempts: number[] = []
      // a busy machine may be late more than once
      for (let attempt = 0; attempt < 3 || (attempt < 10 && Math.min(...attempts) >= 100); attempt++) {
        const control = new AbortController()
        const running = long.traces({ segment: 0, start: 0, end: frames }, { signal: control.signal, threads: 1 })
        const aborted = new Promise<number>((resolve) => {
          setTimeout(() => {
            control.abort('stop')
            resolve(performance.now())
          }, 10)
        })
        await expect(running.then(() => 'resolved')).rejects.toBe('stop')
        attempts.push(performance.now() - (await aborted))
      }
      expect(Math.min(...attempts)).toBeLessThan(100)
      await long.close()
    })
  })
}

/** `counts` of `fixtures/catgt/make.py`. */
function fixtureCounts(): Int16Array {
  const counts = new Int16Array(frames * channels)
  let state = 1
  for (let at = 0; at < counts.length; at++) {
    const [frame, channel] = [Math.floor(at / channels), at % channels]
    const phase = frame % 3750
    const slow = Math.floor(((phase < 1875 ? phase : 3750 - phase) * 1000) / 1875)
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    counts[at] = ((state >>> 16) % 121) - 60 + slow + 10 * channel
  }
  return counts
}
