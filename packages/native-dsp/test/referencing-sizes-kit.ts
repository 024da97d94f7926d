import { describe, expect, test } from 'vitest'
import type { Referencing } from '../src/referencing.ts'
import { groupRows } from '../src/referencing-plans.ts'
import { difference, rms } from './reference.ts'
import { all, group, local, highPass } from './referencing-fixture.ts'

export function testOddSizes(dsp: Referencing): void {
  const noise = (length: number): Float32Array =>
    Float32Array.from({ length }, (_, index) => ((Math.imul(index + 1, 2_654_435_761) >>> 12) % 2001) / 8 - 125)

  describe('odd sizes', () => {
    test.for([
      [1, 1],
      [1, 7],
      [7, 1],
      [2, 33],
      [385, 3],
      [1536, 17],
      [5, 0],
    ] as const)('%i channels and %i frames', async ([channels, frames]) => {
      const traces = noise(channels * frames)
      const rows = all(channels)
      const near = rows.map((row) =>
        [row - 2, row - 1, row + 1, row + 2].filter((other) => other >= 0 && other < channels),
      )
      const keys = rows.map((row) => row % 24)
      for (const operator of ['mean', 'median'] as const) {
        const groups = await dsp.subtractReference(traces, { channels, ...group(operator, groupRows(keys)) })
        const neighbours = await dsp.subtractReference(traces, { channels, ...local(operator, near) })
        for (const [found, of] of [
          [groups, (row: number) => rows.filter((other) => other % 24 === row % 24)],
          [neighbours, (row: number) => near[row] ?? []],
        ] as const) {
          const expected = expectedReference(traces, channels, operator, of)
          expect(difference(found, expected)).toBeLessThan(operator === 'median' ? 1e-30 : 1e-3)
        }
      }
      for (const gainControl of [null, { windowFrames: 301, epsilon: 1 }]) {
        const filtered = await dsp.spatialHighPass(traces, { channels, ...highPass([rows], gainControl) })
        expect(filtered.length).toBe(traces.length)
        expect(filtered.every(Number.isFinite)).toBe(true)
        const alone = channels === 1 ? filtered : new Float32Array(0) // one row shares all with itself
        expect(alone.every((value) => Math.abs(value) < 1e-3)).toBe(true)
      }
      const reversed = rows.map((row) => ({ row, of: [channels - 1 - row], weights: [1] }))
      const mixed = await dsp.mix(traces, { channels, kind: 'mix', purpose: 'test', rows: reversed })
      const expected = traces.map((_, at) => traces[at - (at % channels) + channels - 1 - (at % channels)] ?? 0)
      expect(difference(mixed, expected)).toBe(0)
    })

    test('blocks do not show: a long trace is filtered as a short one is', async () => {
      const traces = noise(4000 * 3)
      const filter = { channels: 3, ...highPass([[0, 1, 2]], { windowFrames: 1025, epsilon: 1e-3 }, { cutoff: 0.3 }) }
      const whole = await dsp.spatialHighPass(traces, filter)
      // the end of it, for itself: beyond a window after its start it must be the same
      const part = await dsp.spatialHighPass(traces.slice(2048 * 3), filter)
      expect(difference(whole.slice((2048 + 600) * 3), part.subarray(600 * 3))).toBeLessThan(1e-4 * rms(whole))
    })
  })
}

/** The rule itself. */
function expectedReference(
  traces: Float32Array,
  channels: number,
  operator: 'mean' | 'median',
  members: (row: number) => readonly number[],
): Float32Array {
  const rows = all(channels).map(members)
  return traces.map((value, at) => {
    const row = at % channels
    const values = (rows[row] ?? []).map((member) => traces[at - row + member] ?? 0).toSorted((a, b) => a - b)
    if (values.length === 0) return value
    const [lower = 0, upper = 0] = [values[(values.length - 1) >> 1], values[values.length >> 1]]
    const mean = values.reduce((sum, other) => sum + other, 0) / values.length
    return value - Math.fround(operator === 'mean' ? mean : Math.fround(lower + upper) / 2)
  })
}
