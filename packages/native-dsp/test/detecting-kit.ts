import { describe, expect, test } from 'vitest'
import type { Detecting, MainWaveforms, MatchedFilter, PeakDetection, PeakPlaces } from '../src/detecting.ts'
import { channels, makeTraces, peaksAt, placesOf, positions, readFixture, readRows } from './detecting-fixture.ts'
import { simulate } from './detecting-simulation.ts'
import { difference } from './reference.ts'

const window = { before: 15, after: 30 }
const frames = window.before + window.after
const near = { channels, ...window, around: { positions, radius: 60 } }
const criteria = { threshold: 5, radius: 60, exclusionSamples: 15 }

/** What every implementation of `Detecting` must do; each one's own test file calls it. */
export function testDetecting(name: string, dsp: Detecting): void {
  const traces = makeTraces()
  testReference(name, dsp, traces)
  testMatched(name, dsp, traces)
  testBehaviour(name, dsp, traces)
}

function testReference(name: string, dsp: Detecting, traces: Float32Array): void {
  const detection = { channels, positions, noiseLevels: readFixture('noise_levels'), ...criteria }

  describe(`${name}: detecting, against SpikeInterface`, () => {
    test.for([
      ['neg', 'negative'],
      ['pos', 'positive'],
      ['both', 'both'],
    ] as const)('peaks of whole numbers with ties and plateaus are the identical set: %s', async ([file, sign]) => {
      const peaks = await dsp.detectPeaks(traces, { ...detection, sign })
      expect(placesOf(peaks)).toEqual(readRows(`peaks_locally_exclusive_${file}`, 2))
      const amplitudes = placesOf(peaks).map(([sample = 0, channel = 0]) => traces[sample * channels + channel])
      expect(Array.from(peaks.amplitude)).toEqual(amplitudes)
    })

    test('snippets are equal to the bit, over both ends too, and say which frames there are', async () => {
      const peaks = peaksAt(readRows('snippet_peaks', 2))
      const waveforms = await dsp.cutWaveforms(traces, peaks, near)
      expect([waveforms.frames, waveforms.places]).toEqual([frames, 10])
      expect(difference(waveforms.data, readFixture('snippets'))).toBe(0)
      expect([waveforms.first[0], waveforms.end[0], waveforms.first[5], waveforms.end[5]]).toEqual([12, 45, 0, 45])
      expect([waveforms.first.at(-1), waveforms.end.at(-1)]).toEqual([0, 20])
    })

    test('the prototype is the median shape', async () => {
      const prototype = await dsp.estimatePrototype(await mainWaveforms(dsp, traces))
      expect(difference(prototype, readFixture('prototype'))).toBeLessThan(1e-6)
    })

    test('the temporal SVD spans what TruncatedSVD spans, to an angle below 1e-3', async () => {
      const svd = await dsp.fitTemporalSvd(await mainWaveforms(dsp, traces), { components: 5 })
      expect(svd.used).toBe(179)
      const expected = readFixture('svd_components')
      for (let count = 1; count <= 5; count++) {
        expect(angle(svd.basis.subarray(0, count * frames), expected.subarray(0, count * frames))).toBeLessThan(1e-3)
      }
      const values = readFixture('svd_singular_values')
      svd.singularValues.forEach((value, at) => expect(value / (values[at] ?? 0)).toBeCloseTo(1, 5))
    })

    test('features are projections of the snippets of all channels around', async () => {
      const waveforms = await dsp.cutWaveforms(traces, peaksAt(readRows('snippet_peaks', 2)), near)
      const basis = readFixture('svd_components')
      const svd = { basis, frames, components: 5, singularValues: new Float64Array(5), used: 0 }
      const features = await dsp.projectWaveforms(waveforms, svd)
      expect(difference(features, readFixture('features'))).toBeLessThan(2e-3) // of up to 1,500
    })
  })
}

function testMatched(name: string, dsp: Detecting, traces: Float32Array): void {
  const filter: MatchedFilter = {
    channels,
    positions,
    prototype: readFixture('prototype'),
    prototypePeak: window.before,
    sign: 'negative',
  }

  describe(`${name}: matched filter`, () => {
    test.for([
      ['neg', 'negative'],
      ['both', 'both'],
    ] as const)('finds the peaks of SpikeInterface, given its noise levels: %s', async ([file, sign]) => {
      const noiseLevels = readFixture(`matched_noise_levels_${file}`)
      const peaks = await dsp.detectMatched(traces, { ...filter, ...criteria, sign, noiseLevels })
      const found = placesOf(peaks).map(([sample, channel], at) => [
        sample,
        channel,
        Math.round((peaks.depth[at] ?? 0) / 30),
      ])
      // of each of its chunks, here all of the traces, it loses as many frames as the prototype has
      const inside = found.filter(([sample = 0]) => sample >= window.before && sample < 30_000 - window.after)
      expect(inside).toEqual(readRows(`matched_${file}`, 3))
    })

    test('noise levels of a sample are those of other samples within a few percent', async () => {
      const levels = await dsp.matchedNoiseLevels(traces, filter)
      const theirs = readFixture('matched_noise_levels_neg')
      expect(
        difference(
          levels.map((level, at) => level / (theirs[at] ?? 0)),
          Array.from(levels, () => 1),
        ),
      ).toBeLessThan(0.08)
    })

    test('finds more of the spikes that were put in than single samples do, and no more that were not', async () => {
      const simulation = await simulate()
      const shape = { channels: simulation.channels, positions: simulation.positions }
      const detection = { ...shape, ...criteria, noiseLevels: simulation.noiseLevels, sign: 'negative' } as const
      const single = await dsp.detectPeaks(simulation.traces, detection)
      const waveforms = await mainWaveforms(dsp, simulation.traces, single, simulation.channels)
      const prototype = await dsp.estimatePrototype(waveforms)
      const matched = { ...shape, prototype, prototypePeak: window.before, sign: 'negative' } as const
      const noiseLevels = await dsp.matchedNoiseLevels(simulation.traces, matched)
      const filtered = await dsp.detectMatched(simulation.traces, { ...matched, ...criteria, noiseLevels })
      const [before, after] = [simulation.accuracy(single), simulation.accuracy(filtered)]
      // of single samples 0.928, of the filter 0.977
      expect(after.recall).toBeGreaterThan(before.recall + 0.03)
      expect(Math.min(before.precision, after.precision)).toBeGreaterThan(0.99)
    })

    test('a prototype of the wrong sign is refused by name', async () => {
      const refused = dsp.matchedNoiseLevels(traces, { ...filter, sign: 'positive' })
      await expect(refused).rejects.toMatchObject({ code: 'invalid-parameter', parameter: 'prototype' })
    })
  })
}

function testBehaviour(name: string, dsp: Detecting, traces: Float32Array): void {
  const unit = (width: number): PeakDetection => ({
    channels: width,
    positions: Array.from({ length: 2 * width }, (_, at) => 10 * at),
    noiseLevels: new Float32Array(width).fill(1),
    threshold: 5,
    radius: 60,
    exclusionSamples: 2,
    sign: 'negative',
  })

  describe(`${name}: detecting`, () => {
    test('the first sample of a plateau is the peak, and of two equal peaks the earlier', async () => {
      const plateau = await dsp.detectPeaks(Float32Array.of(0, -6, -6, -6, 0), unit(1))
      expect(Array.from(plateau.sampleIndex)).toEqual([1])
      const apart = await dsp.detectPeaks(Float32Array.of(-6, 0, 0, -6), unit(1))
      expect(Array.from(apart.sampleIndex)).toEqual([0, 3])
      const sameTime = await dsp.detectPeaks(Float32Array.of(-6, -6), unit(2))
      expect(placesOf(sameTime)).toEqual([
        [0, 0],
        [0, 1],
      ])
    })

    test('a channel without noise has no peaks and takes none from its neighbours', async () => {
      const noiseLevels = Float32Array.of(1, 0, Number.NaN)
      const quiet = Float32Array.of(0, 0, 0, -6, -1, -9, 0, 0, 0)
      expect(placesOf(await dsp.detectPeaks(quiet, { ...unit(3), noiseLevels, sign: 'both' }))).toEqual([[1, 0]])
    })

    test('samples that are no numbers are no peaks and hide no others', async () => {
      const traces = Float32Array.of(0, Number.NaN, 0, 0, 0, 0, -7, 0)
      expect(Array.from((await dsp.detectPeaks(traces, unit(1))).sampleIndex)).toEqual([6])
    })

    test.for([
      [1, 1],
      [7, 1],
      [7, 385],
      [0, 5],
      [3, 1536],
    ] as const)('%i frames of %i channels', async ([length, width]) => {
      const small = new Float32Array(length * width)
      small[small.length - 1] = -9
      const peaks = await dsp.detectPeaks(small, unit(width))
      expect(placesOf(peaks)).toEqual(length === 0 ? [] : [[length - 1, width - 1]])
      const shape = { channels: width, before: 2, after: 3, around: 'peak' } as const
      const waveforms = await dsp.cutWaveforms(small, peaks, shape)
      expect(Array.from(waveforms.data)).toEqual(length === 0 ? [] : [0, 0, -9, 0, 0])
      const { sample, peakToPeak } = await dsp.peakAmplitudes(small, peaks, shape)
      const height = length === 1 ? 0 : 9
      expect([Array.from(sample), Array.from(peakToPeak)]).toEqual(length === 0 ? [[], []] : [[-9], [height]])
    })

    test('amplitudes are the sample at the peak and the range around it', async () => {
      const peaks = await dsp.detectPeaks(traces, { ...unit(channels), positions, threshold: 200 })
      const { sample, peakToPeak } = await dsp.peakAmplitudes(traces, peaks, { channels, ...window })
      expect(Array.from(sample)).toEqual(Array.from(peaks.amplitude))
      const all = await dsp.cutWaveforms(traces, peaks, { channels, ...window, around: 'peak' })
      expect(Array.from(peakToPeak)).toEqual(
        Array.from(peakToPeak, (_, at) => {
          const snippet = all.data.subarray(at * frames, (at + 1) * frames)
          return Math.max(...snippet) - Math.min(...snippet)
        }),
      )
    })

    test('all channels are shown where that is asked for', async () => {
      const peaks = peaksAt([[100, 3]])
      const shape = { channels, before: 1, after: 1, around: 'all' } as const
      const { data, places, channels: shown } = await dsp.cutWaveforms(traces, peaks, shape)
      expect([places, Array.from(shown)]).toEqual([channels, Array.from({ length: channels }, (_, at) => at)])
      expect(difference(data, traces.subarray(99 * channels, 101 * channels))).toBe(0)
    })

    test('what does not fit is refused by name', async () => {
      const ten = new Float32Array(10)
      const cases: readonly (readonly [() => Promise<unknown>, object])[] = [
        [() => dsp.detectPeaks(ten, { ...unit(3) }), { code: 'ragged-frames' }],
        [
          () => dsp.detectPeaks(ten, { ...unit(2), noiseLevels: ten }),
          { code: 'wrong-length', parameter: 'noiseLevels' },
        ],
        [
          () => dsp.detectPeaks(ten, { ...unit(2), threshold: 0 }),
          { code: 'invalid-parameter', parameter: 'threshold' },
        ],
        [
          () => dsp.cutWaveforms(ten, peaksAt([[5, 0]]), { channels: 2, before: 1, after: 1, around: 'all' }),
          { parameter: 'sampleIndex' },
        ],
        [
          () => dsp.cutWaveforms(ten, peaksAt([[1, 2]]), { channels: 2, before: 1, after: 1, around: 'all' }),
          { parameter: 'channel' },
        ],
        [
          () => dsp.peakAmplitudes(ten, peaksAt([[1, 0]]), { channels: 2, before: 0, after: 0 }),
          { parameter: 'after' },
        ],
        [() => dsp.fitTemporalSvd({ data: ten, frames: 5, peak: 2 }, { components: 1 }), { code: 'invalid-parameter' }],
        [() => dsp.fitTemporalSvd({ data: ten, frames: 5, peak: 5 }, { components: 1 }), { parameter: 'peak' }],
        [() => dsp.estimatePrototype({ data: ten, frames: 5, peak: 2 }), { code: 'invalid-parameter' }],
        [() => dsp.estimatePrototype({ data: ten, frames: 4, peak: 2 }), { code: 'wrong-length' }],
      ]
      for (const [running, error] of cases) await expect(running()).rejects.toMatchObject(error)
    })

    test('the input stays as it is, progress ends with 1, and an abort rejects with its reason', async () => {
      const before = traces.slice()
      const fractions: number[] = []
      const detection = { ...unit(channels), positions, threshold: 100 }
      await dsp.detectPeaks(traces, detection, { onProgress: (fraction) => fractions.push(fraction) })
      expect(difference(traces, before)).toBe(0)
      expect(fractions.at(-1)).toBe(1)
      const control = new AbortController()
      const running = dsp.detectPeaks(traces, { ...detection, threshold: 1 }, { signal: control.signal })
      control.abort('enough')
      await expect(running).rejects.toBe('enough')
    })
  })
}

/** Snippets of the peaks' own channels, of those that have all their frames; SpikeInterface's peaks if none are given. */
async function mainWaveforms(
  dsp: Detecting,
  traces: Float32Array,
  peaks: PeakPlaces = peaksAt(readRows('peaks_locally_exclusive_neg', 2)),
  width = channels,
): Promise<MainWaveforms> {
  const inside = placesOf(peaks).filter(
    ([sample = 0]) => sample >= window.before && sample < traces.length / width - window.after,
  )
  const { data } = await dsp.cutWaveforms(traces, peaksAt(inside), { channels: width, ...window, around: 'peak' })
  return { data, frames, peak: window.before }
}

/** The largest angle (rad) between a vector of one orthonormal basis and the space of the other. */
function angle(basis: Float32Array, other: Float32Array): number {
  let largest = 0
  for (let at = 0; at < basis.length; at += frames) {
    const rest = Array.from(basis.subarray(at, at + frames))
    const vector = rest.slice()
    for (let from = 0; from < other.length; from += frames) {
      const along = vector.reduce((sum, value, index) => sum + value * (other[from + index] ?? 0), 0)
      rest.forEach((value, index) => (rest[index] = value - along * (other[from + index] ?? 0)))
    }
    largest = Math.max(largest, Math.asin(Math.min(1, Math.hypot(...rest))))
  }
  return largest
}
