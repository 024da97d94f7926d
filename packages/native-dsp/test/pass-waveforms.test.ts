import { expect, test } from 'vitest'
import { findMatchedPeaks } from '../src/over-passes/matched-peaks.ts'
import { extractFeatures } from '../src/over-passes/features.ts'
import { extractWaveforms, readWaveforms } from '../src/over-passes/waveforms.ts'
import type { Pass, PassRange } from '../src/pass.ts'
import { createTypeScriptDetecting } from '../src/typescript/detecting.ts'
import { channels, makeTraces, positions, readFixture } from './detecting-fixture.ts'
import { difference } from './reference.ts'

const dsp = createTypeScriptDetecting()
const whole = makeTraces()
const segments = [20_000, 10_000]
const window = { before: 15, after: 30 }
const shape = { rows: channels, segments, ...window, around: { positions, radius: 60 } }

/** A pass whose result is given, and what was read of it. */
function createPass(blockFrames = 512): { readonly pass: Pass; readonly ranges: PassRange[] } {
  const ranges: PassRange[] = []
  const unused = async (): Promise<never> => {
    throw new Error('not used')
  }
  const pass: Pass = {
    blockFrames,
    memoryBytes: () => 0,
    run: unused,
    close: async () => {},
    async traces(range, options = {}) {
      options.signal?.throwIfAborted()
      ranges.push(range)
      const first = range.segment === 0 ? 0 : (segments[0] ?? 0)
      return Int16Array.from(whole.subarray((first + range.start) * channels, (first + range.end) * channels))
    },
  }
  return { pass, ranges }
}

async function findPeaks() {
  const found = { segment: [] as number[], sampleIndex: [] as number[], row: [] as number[] }
  for (const [segment, frames] of segments.entries()) {
    const first = segment === 0 ? 0 : (segments[0] ?? 0)
    const traces = whole.slice(first * channels, (first + frames) * channels)
    const noiseLevels = new Float32Array(channels).fill(10)
    const criteria = { threshold: 8, radius: 60, exclusionSamples: 15, sign: 'negative' } as const
    const peaks = await dsp.detectPeaks(traces, { channels, positions, noiseLevels, ...criteria })
    found.segment.push(...Array.from(peaks.sampleIndex, () => segment))
    found.sampleIndex.push(...peaks.sampleIndex)
    found.row.push(...peaks.channel)
  }
  // in any order, and at both ends of a segment
  return {
    segment: Int32Array.from([1, 0, ...found.segment.toReversed()]),
    sampleIndex: Float64Array.from([9_999, 0, ...found.sampleIndex.toReversed()]),
    row: Int32Array.from([29, 0, ...found.row.toReversed()]),
  }
}

test('snippets of a pass are those of its traces, whatever its blocks and the order of the peaks', async () => {
  const peaks = await findPeaks()
  const { pass, ranges } = createPass()
  const waveforms = await extractWaveforms(pass, peaks, shape)
  for (const [segment, frames] of segments.entries()) {
    const first = segment === 0 ? 0 : (segments[0] ?? 0)
    const traces = whole.slice(first * channels, (first + frames) * channels)
    const mine = Array.from(peaks.segment, (_, index) => index).filter((index) => peaks.segment[index] === segment)
    const expected = await dsp.cutWaveforms(
      traces,
      {
        sampleIndex: Float64Array.from(mine, (index) => peaks.sampleIndex[index] ?? -1),
        channel: Int32Array.from(mine, (index) => peaks.row[index] ?? -1),
      },
      { ...shape, channels },
    )
    const size = expected.frames * expected.places
    for (const [at, index] of mine.entries()) {
      const found = waveforms.data.subarray(index * size, (index + 1) * size)
      expect(difference(found, expected.data.subarray(at * size, (at + 1) * size))).toBe(0)
      expect([waveforms.first[index], waveforms.end[index]]).toEqual([expected.first[at], expected.end[at]])
      const shown = waveforms.channels.subarray(index * expected.places, (index + 1) * expected.places)
      expect(Array.from(shown)).toEqual(
        Array.from(expected.channels.subarray(at * expected.places, (at + 1) * expected.places)),
      )
    }
  }
  expect(ranges.every(({ start, end, segment }) => start % 512 === 0 && end <= (segments[segment] ?? 0))).toBe(true)
})

test('only what holds snippets is computed', async () => {
  const { pass, ranges } = createPass(4096)
  const peaks = { segment: Int32Array.of(1), sampleIndex: Float64Array.of(9_000), row: Int32Array.of(0) }
  await extractWaveforms(pass, peaks, shape)
  expect(ranges).toEqual([{ segment: 1, start: 8192, end: 10_000 }])
  await extractWaveforms(
    pass,
    { ...peaks, segment: Int32Array.of(), sampleIndex: new Float64Array(), row: Int32Array.of() },
    shape,
  )
  expect(ranges).toHaveLength(1)
})

test('features of a pass are those of its snippets', async () => {
  const peaks = await findPeaks()
  const { pass } = createPass()
  const fractions: number[] = []
  const options = { onProgress: (fraction: number) => fractions.push(fraction) }
  const features = await extractFeatures(dsp, pass, peaks, { ...shape, components: 3, fittedPeaks: 100 }, options)
  const waveforms = await extractWaveforms(pass, peaks, shape)
  expect(difference(features.data, await dsp.projectWaveforms(waveforms, features.svd))).toBe(0)
  expect(Array.from(features.rows)).toEqual(Array.from(waveforms.channels))
  expect([features.components, features.svd.used > 80, features.svd.used <= 100]).toEqual([3, true, true])
  expect(fractions).toEqual(fractions.toSorted((a, b) => a - b))
  expect(fractions.at(-1)).toBe(1)
})

test('a matched filter over a pass finds what it finds in one piece', async () => {
  const rows = 4
  const frames = 35_000 // cut at frame 32,768
  const traces = Float32Array.from({ length: frames * rows }, (_, at) => {
    return whole[(Math.floor(at / rows) % 30_000) * channels + (at % rows)] ?? Number.NaN
  })
  const pass: Pass = {
    ...createPass(4096).pass,
    traces: async ({ start, end }) => Int16Array.from(traces.subarray(start * rows, end * rows)),
  }
  const matched = { prototype: readFixture('prototype'), prototypePeak: 15, sign: 'negative', depths: [0, 60] } as const
  const filter = { ...matched, positions: positions.slice(0, 2 * rows), channels: rows }
  const criteria = { ...filter, threshold: 4, radius: 60, exclusionSamples: 15 }
  const noiseLevels = await dsp.matchedNoiseLevels(traces, filter)
  const found = await findMatchedPeaks(dsp, pass, { ...criteria, rows, segments: [frames], noiseLevels })
  const expected = await dsp.detectMatched(traces, { ...criteria, noiseLevels })
  expect(Array.from(found.sampleIndex)).toEqual(Array.from(expected.sampleIndex))
  expect(Array.from(found.row)).toEqual(Array.from(expected.channel))
  expect(difference(found.score, expected.score)).toBe(0)
  const sampled = await findMatchedPeaks(dsp, pass, { ...criteria, rows, segments: [frames] })
  expect(Math.abs(sampled.row.length / found.row.length - 1)).toBeLessThan(0.05)
})

test('an abort rejects with its reason', async () => {
  const control = new AbortController()
  const { pass } = createPass()
  const peaks = await findPeaks()
  const batches = readWaveforms(pass, peaks, shape, { signal: control.signal })
  await batches.next()
  control.abort('enough')
  await expect(batches.next()).rejects.toBe('enough')
})

test('peaks that the pass does not have are refused by name', async () => {
  const { pass } = createPass()
  const at = (segment: number, sample: number, row: number) => {
    const peaks = { segment: Int32Array.of(segment), sampleIndex: Float64Array.of(sample), row: Int32Array.of(row) }
    return extractWaveforms(pass, peaks, shape)
  }
  await expect(at(2, 0, 0)).rejects.toMatchObject({ parameter: 'segment' })
  await expect(at(1, 10_000, 0)).rejects.toMatchObject({ parameter: 'sampleIndex' })
  await expect(at(1, 0.5, 0)).rejects.toMatchObject({ parameter: 'sampleIndex' })
  await expect(at(1, 0, 30)).rejects.toMatchObject({ parameter: 'row' })
  const many = { segment: new Int32Array(4e6), sampleIndex: new Float64Array(4e6), row: new Int32Array(4e6) }
  await expect(extractWaveforms(pass, many, shape)).rejects.toMatchObject({ parameter: 'peaks' })
})
