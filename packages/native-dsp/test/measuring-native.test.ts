import { describe, expect, test } from 'vitest'
import { createTypeScriptDsp } from '../src/typescript/typescript-dsp.ts'
import { testMeasuring } from './measuring-kit.ts'
import { probe, probeChannels, uniform } from './measuring-samples.ts'
import { difference } from './reference.ts'
import { tryNative } from './native-dsp.ts'

const native = tryNative()
if (native) testMeasuring(native)

describe.skipIf(!native)('native measuring (needs `pnpm build:native`)', () => {
  const typescript = createTypeScriptDsp(null)
  const dsp = native ?? typescript
  const shape = { channels: probeChannels, samplingRate: 30_000 }
  const traces = Float32Array.from(probe(4000), (count) => count * 2.34375)

  test('noise levels, RMS and decimated traces are those of TypeScript to the bit', async () => {
    expect(difference(await dsp.noiseLevels(traces, shape), await typescript.noiseLevels(traces, shape))).toBe(0)
    expect(difference(await dsp.rms(traces, shape), await typescript.rms(traces, shape))).toBe(0)
    for (const factor of [2, 3, 12, 32]) {
      const [ours, theirs] = [dsp, typescript].map((each) => each.decimate(traces, { ...shape, factor }))
      expect(difference((await ours) ?? new Float32Array(0), (await theirs) ?? [])).toBe(0)
    }
  })

  test('spectra and what decides over channels are those of TypeScript to 1e-9', async () => {
    for (const segmentSamples of [1, 2, 30, 37, 256, 1019, 3000]) {
      const [ours, theirs] = await Promise.all(
        [dsp, typescript].map((each) => each.powerSpectralDensity(traces, { ...shape, segmentSamples })),
      )
      expect(ours?.frequencies).toEqual(theirs?.frequencies)
      expect(closest(ours?.density, theirs?.density)).toBeLessThan(1e-9)
    }
    for (const method of ['coherence+psd', 'ibl'] as const) {
      const labelling = { ...shape, method, margin: [300, 200] as const, highPass: method === 'ibl' ? null : 300 }
      const ours = await dsp.labelChannels(traces, labelling)
      const theirs = await typescript.labelChannels(traces, labelling)
      expect(ours.labels).toEqual(theirs.labels)
      for (const key of ['similarity', 'neighbourhood', 'power'] as const) {
        expect(closest(ours[key], theirs[key])).toBeLessThan(1e-6) // filtered traces are rounded to single precision
      }
    }
  })

  test('masked frames are those of TypeScript whatever the columns', async () => {
    const counts = Int16Array.from(uniform(9, 90_000), (value, at) => (at % 900 < 500 ? value >> 4 : value >> 15))
    for (const columns of [1, 3, 18, 45]) {
      for (const take of [undefined, [0], Array.from({ length: columns }, (_, c) => c).filter((c) => c % 3 === 0)]) {
        for (const [flatFrames, share] of [
          [null, 0],
          [2, 0.3],
          [5, 1],
        ] as const) {
          const saturation = { level: 1500.5, slope: 2900.5, share, widenFrames: 1 }
          const search = { columns, take, flatFrames, saturation }
          expect(await dsp.findMasked(counts, search)).toEqual(await typescript.findMasked(counts, search))
        }
      }
    }
  })
})

/** The largest difference, relative to the larger of the values and a millionth of the largest. */
function closest(a: Float64Array | undefined, b: Float64Array | undefined): number {
  if (!a || !b || a.length !== b.length) return Infinity
  const floor = 1e-6 * b.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1
  return a.reduce((most, value, at) => {
    const other = b[at] ?? Number.NaN
    return Math.max(most, Math.abs(value - other) / Math.max(Math.abs(other), floor))
  }, 0)
}
