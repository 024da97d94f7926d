import { describe, expect, test } from 'vitest'
import { createTypeScriptLocating } from '../src/typescript/locating.ts'
import { testLocating } from './locating-kit.ts'
import { testMotionPass } from './motion-kit.ts'
import { furthest, readArray, reference } from './locating-reference.ts'
import { tryNative } from './native-dsp.ts'

const native = tryNative()
if (native) {
  testLocating('native', native)
  testMotionPass('native', native)
}

describe.skipIf(!native)('native (needs `pnpm build:native`): the numbers of the TypeScript implementation', () => {
  const [one, two] = [native ?? createTypeScriptLocating(), createTypeScriptLocating()]
  test('places are the same within 1e-6 um, triangulated ones within 1e-3', async () => {
    const traces = readArray('waveforms')
    const peaks = {
      channels: reference.positions.length,
      positions: reference.positions.flat(),
      sampleIndex: reference.channels.map((_, peak) => 30 * peak + 15),
      channel: reference.channels,
      before: 15,
      after: 15,
    }
    for (const [kind, tolerance] of [
      ['center-of-mass', 1e-6],
      ['grid', 1e-6],
      ['monopolar', 1e-3],
    ] as const) {
      const [ours, theirs] = await Promise.all(
        [one, two].map((locating) => locating.locatePeaks(traces, { ...peaks, method: { kind } })),
      )
      expect(furthest(ours!.x, theirs!.x)).toBeLessThan(tolerance)
      expect(furthest(ours!.y, theirs!.y)).toBeLessThan(tolerance)
    }
  })

  test('the motion estimate is the same within 1e-3 um', async () => {
    const rows = readArray('moving_peaks')
    const column = (index: number): Float32Array => rows.filter((_, at) => at % 3 === index)
    const peaks = { times: column(0), depths: column(1), amplitudes: column(2) }
    const estimation = { duration: 120, depthRange: [0, 1200], windows: { step: 300, scale: 300 } } as const
    const [ours, theirs] = [await one.estimateMotion(peaks, estimation), await two.estimateMotion(peaks, estimation)]
    expect([ours.times, ours.depths]).toEqual([theirs.times, theirs.depths])
    expect(furthest(ours.displacement, theirs.displacement)).toBeLessThan(1e-3)
  })

  test('corrected traces are the same within single precision', async () => {
    const { positions, times, depths, displacement } = reference.motion
    const motion = { times, depths, displacement: displacement.flat() }
    const correction = { channels: positions.length, samplingRate: 50, positions: positions.flat(), motion }
    const traces = readArray('uncorrected')
    const [ours, theirs] = [await one.correctMotion(traces, correction), await two.correctMotion(traces, correction)]
    expect(furthest(ours, theirs)).toBeLessThan(1e-4)
  })
})
