import { describe, expect, test } from 'vitest'
import type { Peaks } from '../src/detecting.ts'
import type { Dsp } from '../src/dsp.ts'
import { groupRows } from '../src/referencing-plans.ts'
import {
  channels,
  difference,
  goodColumns,
  readReference,
  readReferencePeaks,
  readSciPy,
  type ReferencePeak,
  rms,
  samplingRate,
  selectColumns,
  summary,
  windows,
} from './reference.ts'

const bandPass = { kind: 'band-pass', direction: 'zero-phase', low: 300, high: 6000, order: 5 } as const
const highPass = (cutoff: number, order: number) =>
  ({ kind: 'high-pass', direction: 'zero-phase', cutoff, order }) as const

/** The median of all channels, subtracted from all. */
const commonMedian = (width: number) =>
  ({
    kind: 'group-reference',
    operator: 'median',
    middle: 'mean',
    whole: false,
    groups: groupRows(Array.from({ length: width }, () => 0)),
    channels: width,
  }) as const

/** What every implementation of `Dsp` must do; each one's own test file calls it. */
export function testDsp(dsp: Dsp): void {
  const counts = readReference('excerpt_int16')
  testKernels(dsp, counts)
  testControl(dsp, counts)
  testOddSizes(dsp)
}

function testKernels(dsp: Dsp, counts: Float32Array): void {
  describe(`${dsp.implementation}: kernels`, () => {
    test.for([
      ['bandpass_300_6000', () => dsp.filter(counts, { channels, samplingRate, ...bandPass })],
      ['highpass_300', () => dsp.filter(counts, { channels, samplingRate, ...highPass(300, 5) })],
    ] as const)('%s equals SpikeInterface, at both ends too', async ([name, filter]) => {
      const filtered = await filter()
      expect(difference(windows(filtered), readReference(name))).toBeLessThan(2e-5)
      expectSums(filtered, name)
    })

    test('short signals are extended as scipy.signal.sosfiltfilt does', async () => {
      for (const { order, low, high, numbers, ...rate } of readSciPy('signals')) {
        const input = Float32Array.from(numbers.slice(0, numbers.length / 2))
        const expected = numbers.slice(numbers.length / 2)
        const shape = { channels: 1, samplingRate: rate.samplingRate, order, direction: 'zero-phase' } as const
        const found = await (high === undefined
          ? dsp.filter(input, { ...shape, kind: 'high-pass', cutoff: low })
          : dsp.filter(input, { ...shape, kind: 'band-pass', low, high }))
        expect(difference(found, expected)).toBeLessThan(1e-6 * Math.max(...expected.map(Math.abs), 1))
      }
    })

    test('the phase shift equals SpikeInterface to 2e-4 of the signal away from the ends', async () => {
      const filtered = await dsp.filter(counts, { channels, samplingRate, ...bandPass })
      const shifted = await dsp.shiftPhase(filtered, { channels, shifts: summary.inter_sample_shift })
      const expected = readReference('bandpass_phase_shift')
      const middle = [500 * channels, 1000 * channels] as const // frames 14750 to 15250
      const error = windows(shifted).map((value, index) => value - (expected[index] ?? Number.NaN))
      expect(rms(error.subarray(...middle))).toBeLessThan(2e-4 * rms(expected.subarray(...middle)))
    })

    test('the common median equals SpikeInterface to the bit', async () => {
      const referenced = await dsp.subtractReference(readReference('bandpass_phase_shift'), commonMedian(channels))
      expect(difference(referenced, readReference('cmr_global_median'))).toBe(0)
    })

    test.for([
      ['locally_exclusive_neg', 'negative', 'locally-exclusive'],
      ['locally_exclusive_pos', 'positive', 'locally-exclusive'],
      ['locally_exclusive_both', 'both', 'locally-exclusive'],
      ['by_channel_neg', 'negative', 'by-channel'],
      ['by_channel_pos', 'positive', 'by-channel'],
      ['by_channel_both', 'both', 'by-channel'],
    ] as const)('peaks %s are the identical set of SpikeInterface', async ([name, sign, method]) => {
      const { referenced, noiseLevels } = await (prepared ??= prepare())
      const expected = readReferencePeaks(name)
      const peaks = await dsp.detectPeaks(referenced, {
        channels: goodColumns.length,
        positions: goodColumns.flatMap((column) => summary.channel_positions_um[column] ?? []),
        noiseLevels,
        threshold: 5,
        radius: 60,
        exclusionSamples: 15,
        sign,
        method,
      })
      expect(places(peaks, (index) => goodColumns[index] ?? -1)).toEqual(placesOf(expected))
      const amplitudes = expected.map(({ amplitude }) => amplitude)
      expect(difference(peaks.amplitude, amplitudes)).toBeLessThan(0.05)
    })

    let prepared: ReturnType<typeof prepare> | undefined
    const prepare = async (): Promise<{ referenced: Float32Array; noiseLevels: Float32Array }> => {
      const filtered = await dsp.filter(counts, { channels, samplingRate, ...bandPass })
      const shifted = await dsp.shiftPhase(filtered, { channels, shifts: summary.inter_sample_shift })
      const shape = { channels: goodColumns.length }
      const referenced = await dsp.subtractReference(
        selectColumns(shifted, goodColumns),
        commonMedian(goodColumns.length),
      )
      const noiseLevels = readReference('noise_levels_mad_all_samples')
      expect(difference(await dsp.noiseLevels(referenced, shape), noiseLevels)).toBeLessThan(1e-3)
      return { referenced, noiseLevels }
    }

    test('the input stays as it is', async () => {
      const before = counts.slice()
      await dsp.filter(counts, { channels, samplingRate, ...highPass(300, 3) })
      await dsp.subtractReference(counts, commonMedian(channels))
      expect(difference(counts, before)).toBe(0)
    })

    test('NaN spreads over its frame or its channel, as in NumPy, and no further', async () => {
      const traces = Float32Array.of(1, Number.NaN, 3, 4, 5, 6, 7, 8, 11)
      const shape = { channels: 3 }
      const referenced = Array.from(await dsp.subtractReference(traces, commonMedian(3)))
      expect(referenced).toEqual([NaN, NaN, NaN, -1, 0, 1, -1, 0, 3])
      const level = Math.fround(3 / Math.fround(0.6744897501960817))
      expect(Array.from(await dsp.noiseLevels(traces, shape))).toEqual([level, NaN, level])
    })

    test('a channel without noise has no peaks and takes none from its neighbours', async () => {
      const traces = Float32Array.of(0, 0, 0, -6, -1, -1, 0, 0, 0)
      const { sampleIndex, channel } = await dsp.detectPeaks(traces, {
        channels: 3,
        positions: [0, 0, 0, 20, 0, 40],
        noiseLevels: Float32Array.of(1, 0, Number.NaN),
        threshold: 5,
        radius: 60,
        exclusionSamples: 15,
        sign: 'negative',
      })
      expect([Array.from(sampleIndex), Array.from(channel)]).toEqual([[1], [0]])
    })

    test('wrong parameters are refused by name', async () => {
      const ten = new Float32Array(10)
      await expect(dsp.subtractReference(ten, commonMedian(3))).rejects.toMatchObject({
        code: 'ragged-frames',
        samples: 10,
        channels: 3,
      })
      await expect(dsp.filter(ten, { channels: 1, samplingRate, ...highPass(15_000, 3) })).rejects.toMatchObject({
        code: 'invalid-parameter',
        parameter: 'cutoff',
      })
      await expect(dsp.shiftPhase(ten, { channels: 2, shifts: [0] })).rejects.toMatchObject({
        code: 'wrong-length',
        length: 1,
        expected: 2,
      })
    })
  })
}

function testControl(dsp: Dsp, counts: Float32Array): void {
  describe(`${dsp.implementation}: signals`, () => {
    test('a signal that is already aborted rejects with its reason', async () => {
      const reason = new Error('never mind')
      const signal = AbortSignal.abort(reason)
      expect(await outcome(dsp.subtractReference(counts, commonMedian(channels), { signal }))).toBe(reason)
    })

    test('an abort during an operation rejects with its reason', async () => {
      const control = new AbortController()
      const filter = { channels, samplingRate, ...highPass(300, 8) }
      const running = dsp.filter(counts, filter, { signal: control.signal })
      control.abort('stop')
      expect(await outcome(running)).toBe('stop')
    })

    // The words of the message must not be taken for a code of the native part.
    test('what a progress function throws is the rejection', async () => {
      const refusal = new Error('no: more')
      const onProgress = (): void => {
        throw refusal
      }
      expect(await outcome(dsp.noiseLevels(counts, { channels }, { onProgress }))).toBe(refusal)
    })
  })
}

function testOddSizes(dsp: Dsp): void {
  describe(`${dsp.implementation}: odd sizes`, () => {
    test.for([
      [1, 1],
      [7, 1],
      [7, 3],
      [1, 385],
      [0, 5],
    ] as const)('%i frames of %i channels', async ([frames, width]) => {
      const constant = new Float32Array(frames * width).fill(1200)
      const shape = { channels: width }
      const filtered = await dsp.filter(constant, { ...shape, samplingRate, ...highPass(300, 3) })
      expect(
        difference(
          filtered,
          constant.map(() => 0),
        ),
      ).toBeLessThan(1e-3)
      const shifts = Array.from({ length: width }, () => 0.5)
      expect(await dsp.shiftPhase(constant, { ...shape, shifts })).toHaveLength(constant.length)
      expect(
        difference(
          await dsp.subtractReference(constant, commonMedian(width)),
          constant.map(() => 0),
        ),
      ).toBe(0)
      const noiseLevels = await dsp.noiseLevels(constant, shape)
      expect(Array.from(noiseLevels)).toEqual(shifts.map(() => (frames === 0 ? Number.NaN : 0)))
      const positions = Array.from({ length: 2 * width }, () => 0)
      const peaks = await dsp.detectPeaks(constant, {
        ...shape,
        positions,
        noiseLevels,
        threshold: 5,
        radius: 60,
        exclusionSamples: 15,
        sign: 'negative',
      })
      expect(peaks.sampleIndex).toHaveLength(0)
    })
  })
}

/** What a promise was rejected with; its value is not kept, because printing large arrays takes gigabytes. */
const outcome = (running: Promise<unknown>): Promise<unknown> =>
  running.then(
    () => 'resolved',
    (reason: unknown) => reason,
  )

const places = ({ sampleIndex, channel }: Peaks, column = (index: number): number => index): string[] =>
  Array.from(sampleIndex, (sample, at) => `${sample} ${column(channel[at] ?? -1)}`)

const placesOf = (peaks: readonly ReferencePeak[]): string[] => peaks.map(({ sample, column }) => `${sample} ${column}`)

/** Compares the sum and the sum of squares of each channel over all frames. */
function expectSums(traces: Float32Array, step: string): void {
  for (let channel = 0; channel < channels; channel++) {
    const samples = traces.filter((_, at) => at % channels === channel)
    const total = samples.reduce((sum, sample) => sum + sample, 0)
    expect(Math.abs(total - (summary.steps[step]?.sum[channel] ?? Number.NaN))).toBeLessThan(1e-2)
    const squares = samples.reduce((sum, sample) => sum + sample * sample, 0)
    expect(Math.abs(squares / (summary.steps[step]?.sumsq[channel] ?? Number.NaN) - 1)).toBeLessThan(1e-6)
  }
}
