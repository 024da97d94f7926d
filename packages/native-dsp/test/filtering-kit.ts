import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Filtering, TraceFilter } from '../src/filtering.ts'
import { difference, rms } from './reference.ts'

const samplingRate = 30_000

const readLines = (name: string): readonly (readonly string[])[] =>
  readFileSync(new URL(`../../../fixtures/filtering/${name}.csv`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(','))

const numbers = (texts: readonly string[]): number[] => texts.map(Number)

function filterOf(kind: string, direction: string, order: number, first: number, second: number): TraceFilter {
  const shape = { channels: 1, samplingRate, direction: direction === 'causal' ? 'causal' : 'zero-phase' } as const
  if (kind === 'notch') return { ...shape, kind, frequency: first, quality: second }
  if (kind === 'band-pass') return { ...shape, kind, order, low: first, high: second }
  return { ...shape, kind: kind === 'low-pass' ? kind : 'high-pass', order, cutoff: first }
}

/** What every implementation of `Filtering` must do; each one's own test file calls it. */
export function testFiltering(implementation: string, dsp: Filtering): void {
  describe(`${implementation}: filters`, () => {
    const [header, ...lines] = readLines('filters')
    const input = Float32Array.from(numbers((header ?? []).slice(5)))

    test.for(lines)('%s %s of order %s at %s %s equals scipy.signal, edges too', async (line) => {
      const [kind = '', direction = '', ...rest] = line
      const [order = 0, first = 0, second = 0, ...expected] = numbers(rest)
      const found = await dsp.filter(input, filterOf(kind, direction, order, first, second))
      // single precision of the result
      expect(difference(found, expected)).toBeLessThan(1e-6 * Math.max(...expected.map(Math.abs), 100))
    })

    test('channels are filtered each for itself, whatever their number', async () => {
      for (const channels of [1, 7, 16, 17, 385]) {
        const frames = 40
        const traces = Float32Array.from({ length: frames * channels }, (_, at) => (at * 7919) % 977)
        const filter = { ...filterOf('band-pass', 'zero-phase', 3, 300, 6000), channels }
        const together = await dsp.filter(traces, filter)
        for (const channel of [0, channels >> 1, channels - 1]) {
          const own = (all: Float32Array): Float32Array =>
            Float32Array.from({ length: frames }, (_, frame) => all[frame * channels + channel] ?? Number.NaN)
          const alone = await dsp.filter(own(traces), { ...filter, channels: 1 })
          expect(difference(alone, own(together))).toBe(0)
        }
      }
    })

    test('one frame, few frames and none are filtered', async () => {
      for (const direction of ['causal', 'zero-phase']) {
        const filter = { ...filterOf('high-pass', direction, 3, 300, 0), channels: 3 }
        for (const frames of [0, 1, 2, 7]) {
          const found = await dsp.filter(new Float32Array(3 * frames).fill(1200), filter)
          expect(difference(found, new Float32Array(3 * frames))).toBeLessThan(1e-3)
        }
      }
    })

    test('filters that cannot be made are refused by name', async () => {
      const ten = new Float32Array(10)
      const refused = (filter: TraceFilter, parameter: string): Promise<void> =>
        expect(dsp.filter(ten, filter)).rejects.toMatchObject({ code: 'invalid-parameter', parameter })
      await refused(filterOf('low-pass', 'causal', 3, 15_000, 0), 'cutoff')
      await refused(filterOf('low-pass', 'causal', 9, 1000, 0), 'order')
      await refused(filterOf('band-pass', 'causal', 3, 6000, 300), 'low')
      await refused(filterOf('notch', 'zero-phase', 2, 50, 0), 'quality')
      await refused({ ...filterOf('notch', 'zero-phase', 2, 50, 30), samplingRate: Number.NaN }, 'samplingRate')
      const ragged = dsp.filter(ten, { ...filterOf('notch', 'zero-phase', 2, 50, 30), channels: 3 })
      await expect(ragged).rejects.toMatchObject({ code: 'ragged-frames' })
    })
  })

  describe(`${implementation}: delays`, () => {
    const [header, ...lines] = readLines('delays')
    const input = Float32Array.from(numbers((header ?? []).slice(2)))

    test.for(lines)('by %s equals %s below 10 kHz to 2e-4 of the signal', async ([shift, , ...rest]) => {
      const expected = numbers(rest)
      const traces = Float32Array.from([...input, ...input, ...input])
      for (const taps of [16, 24, 32] as const) {
        const found = await dsp.shiftPhase(traces, { channels: 1, shifts: [Number(shift)], taps })
        const error = expected.map((value, index) => (found[input.length + 150 + index] ?? Number.NaN) - value)
        expect(rms(Float32Array.from(error))).toBeLessThan(2e-4 * rms(Float32Array.from(expected)))
      }
    })

    test('a sinusoid from 300 to 9000 Hz keeps its phase to a thousandth of a radian', async () => {
      for (const frequency of [300, 1000, 3000, 6000, 9000]) {
        const angle = (2 * Math.PI * frequency) / samplingRate
        const frames = 600
        const traces = Float32Array.from({ length: frames }, (_, t) => Math.cos(angle * t))
        const found = await dsp.shiftPhase(traces, { channels: 1, shifts: [6 / 13] })
        let [re, im] = [0, 0]
        for (let t = 100; t < 400; t++) {
          re += (found[t] ?? Number.NaN) * Math.cos(angle * (t - 6 / 13))
          im += (found[t] ?? Number.NaN) * Math.sin(angle * (t - 6 / 13))
        }
        expect(Math.abs(Math.atan2(im, re))).toBeLessThan(1e-3)
      }
    })

    test('shifts and taps that make no delay are refused by name', async () => {
      const ten = new Float32Array(10)
      const taps = 15 as 16 // from JavaScript
      await expect(dsp.shiftPhase(ten, { channels: 1, shifts: [0.5], taps })).rejects.toMatchObject({
        parameter: 'taps',
      })
      await expect(dsp.shiftPhase(ten, { channels: 1, shifts: [1] })).rejects.toMatchObject({ parameter: 'shifts' })
      await expect(dsp.shiftPhase(ten, { channels: 2, shifts: [0] })).rejects.toMatchObject({ code: 'wrong-length' })
    })
  })
}
