import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Dsp } from '../src/dsp.ts'
import type { Plan } from '../src/plan.ts'
import { designDecimation } from '../src/typescript/measure/decimation.ts'
import { probe, probeChannels, reference, walk } from './measuring-samples.ts'

const directions = ['zero-phase', 'causal'] as const
const cases = reference['low band'].flatMap((band) => directions.map((direction) => ({ ...band, direction })))

/** The low-frequency band, where single precision diverges. */
export function testLowBand(dsp: Dsp): void {
  describe(`${dsp.implementation}: the low band`, () => {
    test.for(cases)('0.5 Hz, order 3, $direction, at $rate Hz equals SciPy to the rounding', async (band) => {
      const { rate, frames, picked, direction } = band
      const filter = { kind: 'high-pass', cutoff: 0.5, order: 3, direction } as const
      const plan: Plan = { ...blankPlan, samplingRate: rate, temporal: { ...blankPlan.temporal, filters: [filter] } }
      const counts = walk(frames)
      const pass = await dsp.openPass({ kind: 'memory', counts, columns: 1, segments: [frames] }, plan)
      const filtered = await pass.traces({ segment: 0, start: 0, end: frames })
      await pass.close()
      const errors = picked.map((frame, at) => Math.abs((filtered[frame] ?? NaN) - (band[direction][at] ?? NaN)))
      expect(Math.max(...errors)).toBeLessThan(0.502)
    })

    test.for([
      [12, 4],
      [5, 1],
      [2, 2],
    ] as const)(
      'frames decimated by %i beside a pass are exact sums, rounded once, on %i threads',
      async ([factor, threads]) => {
        const folder = await mkdtemp(join(tmpdir(), 'neurojoint-lf-'))
        const segments: readonly number[] = [7, 1, 0, 8992]
        const source = { kind: 'memory', counts: probe(9000), columns: probeChannels, segments } as const
        const [rows, copied] = [[3, 0, 40], [12]]
        const plan: Plan = { ...blankPlan, columns: rows }
        const pass = await dsp.openPass(source, plan)
        const path = join(folder, 'lf.bin')
        await pass.run({ path: join(folder, 'ap.bin'), rows: [0], copied }, { lf: { path, factor } }, { threads })
        await pass.close()
        const bytes = await readFile(path)
        const written = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2)
        const expected = segments.flatMap((frames, segment) => {
          const first = segments.slice(0, segment).reduce((sum, count) => sum + count, 0)
          const counts = source.counts.subarray(first * probeChannels, (first + frames) * probeChannels)
          return exactly(counts, factor, rows, copied)
        })
        expect(written).toHaveLength(expected.length)
        expect(expected.findIndex((count, at) => count !== written[at])).toBe(-1)
        await rm(folder, { recursive: true })
      },
    )
  })
}

const blankPlan: Plan = {
  samplingRate: 30_000,
  columns: [0],
  scale: null,
  mask: null,
  temporal: { method: 'direct', shifts: null, taps: 16, filters: [] },
  spatial: [],
  rounding: 'half-even',
}

/** The words of the decimated frames of one segment. */
function exactly(counts: Int16Array, factor: number, rows: readonly number[], copied: readonly number[]): number[] {
  const { taps, unit, reach } = designDecimation(factor)
  const frames = counts.length / probeChannels
  const word = (frame: number, column: number): number =>
    counts[Math.min(Math.max(frame, 0), frames - 1) * probeChannels + column] ?? NaN
  return Array.from({ length: Math.ceil(frames / factor) }, (_, result) => {
    const centre = result * factor
    const sums = rows.map((column) =>
      taps.reduce((sum, tap, index) => sum + tap * word(centre + index - reach, column), 0),
    )
    return [...sums.map((sum) => halfEven(sum / unit)), ...copied.map((column) => word(centre, column))]
  }).flat()
}

function halfEven(value: number): number {
  const floor = Math.floor(value)
  const odd = Math.abs(floor % 2)
  return value - floor === 0.5 ? floor + odd : Math.round(value)
}
