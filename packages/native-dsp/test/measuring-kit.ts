import { describe, expect, test } from 'vitest'
import { findBadChannels } from '../src/bad-channels.ts'
import type { Dsp } from '../src/dsp.ts'
import { channelLabels, type BadChannelMethod, type ChannelLabel } from '../src/measuring.ts'
import { surveyRecording } from '../src/survey.ts'
import { designDecimation } from '../src/typescript/measure/decimation.ts'
import { testLowBand } from './low-band-kit.ts'
import { testMeasuringControl } from './measuring-control-kit.ts'
import { createRecording } from './memory-recording.ts'
import { probe, probeChannels, probePositions, reference, saturated, saturatedChannels } from './measuring-samples.ts'
import { channels, difference, frames, readReference, samplingRate, summary } from './reference.ts'

const gain = summary.gain_uV

/** What every implementation of `Measuring` must do; each one's own test file calls it. */
export function testMeasuring(dsp: Dsp): void {
  const counts = readReference('excerpt_int16')
  testLevels(dsp, counts)
  testSpectra(dsp, counts)
  testBadChannels(dsp, counts)
  testMasks(dsp)
  testDecimation(dsp, counts)
  testLowBand(dsp)
  testMeasuringControl(dsp)
}

function testLevels(dsp: Dsp, counts: Float32Array): void {
  describe(`${dsp.implementation}: levels`, () => {
    test('noise levels equal get_noise_levels on the same samples to 1e-6', async () => {
      const { slices, levels } = reference['noise levels']
      const mean = new Float64Array(channels)
      for (const [start, end] of slices) {
        const found = await dsp.noiseLevels(counts.slice(start * channels, end * channels), { channels })
        found.forEach((level, channel) => (mean[channel] = (mean[channel] ?? 0) + level / slices.length))
      }
      levels.forEach((level, channel) =>
        expect(Math.abs((mean[channel] ?? 0) - level)).toBeLessThanOrEqual(1e-6 * level),
      )
    })

    test('the RMS is the root of the mean square, to single precision', async () => {
      const found = await dsp.rms(counts, { channels })
      found.forEach((value, channel) => expect(Math.abs(value / (reference.rms[channel] ?? 0) - 1)).toBeLessThan(1e-7))
    })

    test('a survey of a recording is the mean over its stretches, in microvolts', async () => {
      const recording = await createRecording(Int16Array.from(counts), channels, {
        gain: 2,
        segments: [20_000, 10_000],
      })
      const survey = await surveyRecording(dsp, recording, { chunks: 3, chunkSeconds: 0.3, channels: [20, 5] })
      expect(survey.chunks).toBe(3)
      const noiseLevels = new Float32Array(2)
      // of 11001 and 1001 places in the segments the first, the middle and the last one
      for (const start of [0, 6000, 21_000]) {
        const chunk = counts.slice(start * channels, (start + 9000) * channels)
        const levels = await dsp.noiseLevels(chunk, { channels })
        for (const [index, channel] of [20, 5].entries()) {
          noiseLevels[index] = (noiseLevels[index] ?? 0) + (2 * (levels[channel] ?? 0)) / 3
        }
      }
      expect(difference(survey.noiseLevels, noiseLevels)).toBeLessThan(1e-4)
      expect(survey.spectra.frequencies).toHaveLength(513)
      const power = survey.spectra.density.reduce((sum, value, at) => sum + (at % 2 === 0 ? value : 0), 0)
      expect((power * samplingRate) / 1024 / (survey.rms[0] ?? 0) ** 2).toBeCloseTo(1, 1)
      await recording.close()
    })
  })
}

function testSpectra(dsp: Dsp, counts: Float32Array): void {
  describe(`${dsp.implementation}: spectra`, () => {
    test.for(reference.welch)(
      '$frames frames in segments of $segment equal scipy.signal.welch to 1e-6',
      async (welch) => {
        const traces = counts.slice(0, welch.frames * channels)
        const shape = { channels, samplingRate, segmentSamples: welch.segment }
        const { frequencies, density } = await dsp.powerSpectralDensity(traces, shape)
        expect(frequencies).toHaveLength(welch.count)
        expect(density).toHaveLength(welch.count * channels)
        welch.bins.forEach((bin, at) => {
          expect(frequencies[bin]).toBeCloseTo(welch.frequencies[at] ?? Number.NaN, 9)
          welch.columns.forEach((column, index) => {
            const expected = welch.density[at]?.[index] ?? Number.NaN
            const found = density[bin * channels + column] ?? Number.NaN
            // what detrending leaves of a constant is rounding
            expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-6 * expected + 1e-20)
          })
        })
      },
    )

    test('the densities sum to the mean square', async () => {
      const traces = Float32Array.from({ length: 4096 }, (_, t) => Math.sin(t * 1.7) * 3 + Math.cos(t * 0.3))
      const { density } = await dsp.powerSpectralDensity(traces, {
        channels: 1,
        samplingRate: 512,
        segmentSamples: 512,
      })
      expect(density.reduce((sum, value) => sum + value, 0)).toBeCloseTo(5, 1)
    })
  })
}

function testBadChannels(dsp: Dsp, counts: Float32Array): void {
  const samples = {
    probe: { counts: probe(), width: probeChannels },
    excerpt: { counts: Int16Array.from(counts), width: channels },
  }
  const named = (labels: readonly number[]): (ChannelLabel | undefined)[] => labels.map((label) => channelLabels[label])
  const methods: readonly BadChannelMethod[] = ['coherence+psd', 'ibl']
  const cases = methods.flatMap((method) => (['probe', 'excerpt'] as const).map((name) => [method, name] as const))

  describe(`${dsp.implementation}: bad channels`, () => {
    test('the seeded probe has dead, noisy and outside channels in both programs', () => {
      for (const method of methods) {
        expect(new Set(reference['bad channels'].probe[method])).toEqual(new Set([0, 1, 2, 3]))
        expect(reference['bad channels'].excerpt[method].flatMap((label, c) => (label ? [[c, label]] : []))).toEqual([
          [5, 1],
          [20, 2],
        ])
      }
    })

    test.for(cases)('%s labels the %s as its program does', async ([method, name]) => {
      const { counts: input, width } = samples[name]
      const traces = Float32Array.from(input, (count) => count * gain)
      const highPass = method === 'ibl' ? null : 300
      const order = method === 'ibl' ? identity(width) : byDepth(width)
      const shape = { channels: width, samplingRate, method, highPass }
      const found = await dsp.labelChannels(permute(traces, order), shape)
      const labels = Array.from({ length: width }, () => -1)
      order.forEach((channel, place) => (labels[channel] = found.labels[place] ?? -1))
      expect(labels).toEqual(reference['bad channels'][name][method])
    })

    test.for(['probe', 'excerpt'] as const)('the features of IBL for the %s are the same', async (name) => {
      const { counts: input, width } = samples[name]
      const traces = Float32Array.from(input, (count) => count * gain)
      const found = await dsp.labelChannels(traces, { channels: width, samplingRate, method: 'ibl' })
      const expected = reference['bad channels'][name]['ibl features']
      for (let channel = 0; channel < width; channel++) {
        expect(found.similarity[channel]).toBeCloseTo(expected.xcor_hf[channel] ?? 0, 4)
        expect(found.neighbourhood[channel]).toBeCloseTo(expected.xcor_lf[channel] ?? 0, 4)
        expect((found.power[channel] ?? 0) / (expected.psd_hf[channel] ?? 0)).toBeCloseTo(1, 4)
      }
    })

    test.for(cases)('%s labels the %s over its stretches as its program does', async ([method, name]) => {
      const { counts: input, width } = samples[name]
      const recording = await createRecording(input, width, { gain })
      const chunks = method === 'ibl' ? 10 : 4
      const found = await findBadChannels(dsp, recording, { method, positions: probePositions(width), chunks })
      expect(found.labels).toEqual(named(reference['bad channels'][name][`${method} over chunks`]))
      expect(found.power).toHaveLength(width)
      await recording.close()
    })

    test('groups are labelled each for itself, and channels in none have no label', async () => {
      const { counts: input, width } = samples.excerpt
      const recording = await createRecording(input, width, { gain, segments: [14_000, 200, 15_800] })
      const even = identity(width).filter((channel) => channel % 2 === 0)
      const { labels, similarity } = await findBadChannels(dsp, recording, { groups: [even], chunks: 2 })
      expect(labels.map((label) => label === null)).toEqual(identity(width).map((channel) => channel % 2 === 1))
      expect(labels[20]).toBe('noisy')
      expect(similarity[5]).toBeNaN()
      await recording.close()
    })
  })
}

function testMasks(dsp: Dsp): void {
  const counts = saturated()
  const saturation = { level: 500, slope: 128, share: 0.2, widenFrames: 0 }
  const pairs = async (search: object): Promise<number[][]> =>
    (await dsp.findMasked(counts, { columns: saturatedChannels, ...search })).map(({ start, end }) => [start, end])

  describe(`${dsp.implementation}: masks`, () => {
    test('saturated frames are those of SpikeInterface and of IBL', async () => {
      expect(await pairs({ saturation })).toEqual(reference.saturation.spikeinterface)
      expect(await pairs({ saturation })).toEqual(reference.saturation.ibl)
    })

    test('widened by three frames they are those that IBL mutes', async () => {
      expect(await pairs({ saturation: { ...saturation, widenFrames: 3 } })).toEqual(reference.saturation['ibl muted'])
    })

    test('frames that stand still are found, by the columns that count', async () => {
      // the stretches of one value in all columns: their last frame differs from the next
      expect(await pairs({ flatFrames: 3 })).toEqual([[0, 3], [1000, 1100], [2990, 3000]]) // prettier-ignore
      expect(await pairs({ flatFrames: 10 })).toEqual([[1000, 1100], [2990, 3000]]) // prettier-ignore
      expect(await pairs({ flatFrames: 3, take: [0, 3] })).toEqual([[0, 3], [500, 520], [700, 720], [1000, 1100], [2990, 3000]]) // prettier-ignore
      expect(await pairs({})).toEqual([])
    })

    test('a long segment is searched block by block as in one piece', async () => {
      const long = new Int16Array(200_000).map((_, t) => (t % 65_536 < 40 || t % 4096 > 4090 ? 7 : t % 2))
      const found = await dsp.findMasked(long, { columns: 1, flatFrames: 30 })
      expect(found).toEqual([0, 65_536, 131_072, 196_608].map((at) => ({ start: Math.max(at - 5, 0), end: at + 40 })))
    })
  })
}

function testDecimation(dsp: Dsp, counts: Float32Array): void {
  const { frames: kept, edge, zeros, firwin } = reference.decimate

  describe(`${dsp.implementation}: decimation`, () => {
    test('the filter is that of scipy.signal.firwin, rounded to whole taps', () => {
      for (const [factor, half] of Object.entries(firwin)) {
        const { taps, unit, reach } = designDecimation(Number(factor))
        expect(taps.reduce((sum, tap) => sum + tap, 0)).toBe(unit)
        half.forEach((tap, index) => {
          expect(Math.abs((taps[reach + index] ?? 0) - tap * unit)).toBeLessThan(1.01)
          expect(taps[reach - index]).toBe(taps[reach + index])
        })
      }
    })

    test('equals resample_poly with the end repeated, and decimate(ftype=fir) away from the ends, to the rounding of the taps', async () => {
      const decimated = await dsp.decimate(counts, { channels, factor: 12 })
      expect(decimated).toHaveLength((frames / 12) * channels)
      const largest = (expected: readonly (readonly number[])[], from: number): number =>
        kept.reduce((most, frame, at) => {
          if (frame < from || frame >= frames / 12 - from) return most
          const found = decimated.subarray(frame * channels, (frame + 1) * channels)
          return Math.max(most, difference(found, expected[at] ?? []))
        }, 0)
      const tolerance = 1e-4 * Math.max(...reference.rms)
      expect(largest(edge, 0)).toBeLessThan(tolerance)
      expect(largest(zeros, 13)).toBeLessThan(tolerance)
      expect(largest(zeros, 0)).toBeGreaterThan(tolerance)
    })

    test('800 Hz pass and 2 kHz do not fold back when 30 kHz become 2.5 kHz', async () => {
      const traces = Float32Array.from({ length: 30_000 }, (_, at) => {
        const t = Math.floor(at / 2) / samplingRate
        return 1000 * Math.sin(2 * Math.PI * (at % 2 === 0 ? 800 : 2000) * t)
      })
      const decimated = await dsp.decimate(traces, { channels: 2, factor: 12 })
      for (let frame = 13; frame < 1237; frame++) {
        const expected = 1000 * Math.sin((2 * Math.PI * 800 * frame) / 2500)
        expect(Math.abs((decimated[2 * frame] ?? 0) - expected)).toBeLessThan(0.4) // 0.003 dB
        expect(Math.abs(decimated[2 * frame + 1] ?? 0)).toBeLessThan(0.12) // -79 dB
      }
    })
  })
}

const identity = (width: number): number[] => Array.from({ length: width }, (_, channel) => channel)

/** In order of y, then x. */
function byDepth(width: number): number[] {
  const positions = probePositions(width)
  const [x, y] = [0, 1].map((axis) => (channel: number) => positions[2 * channel + axis] ?? 0)
  return identity(width).toSorted((a, b) => y!(a) - y!(b) || x!(a) - x!(b))
}

function permute(traces: Float32Array, order: readonly number[]): Float32Array {
  return traces.map((_, at) => {
    const frame = at - (at % order.length)
    return traces[frame + (order[at % order.length] ?? 0)] ?? Number.NaN
  })
}
