import type { PeakWindow, Waveforms, WaveformShape } from '../detecting.ts'
import { requireShape } from '../detecting-parameters.ts'
import type { OperationOptions } from '../dsp.ts'
import { InvalidParameterError, WrongLengthError } from '../errors.ts'
import type { Pass, PassPeaks } from '../pass.ts'
import { Attention } from '../typescript/attention.ts'
import { allocateWaveforms, cutOne, neighbourhood, placesOf } from '../typescript/detecting/waveforms.ts'

/** Where peaks of a pass lie, in any order. */
export type PassPlaces = Pick<PassPeaks, 'segment' | 'sampleIndex' | 'row'>

/** Snippets of rows of a pass. */
export interface PassWaveformShape extends PeakWindow {
  /** Rows of the plan. */
  readonly rows: number
  /** Frames of each segment. */
  readonly segments: readonly number[]
  /** The rows no further than `radius` (um) from the peak's row, the peak's row alone, or all. */
  readonly around: WaveformShape['around']
}

export interface WaveformBatch {
  /** Which of the peaks these are. */
  readonly peaks: Int32Array
  /** (counts) `channels` are rows of the plan. */
  readonly waveforms: Waveforms
}

/** Frames that are computed for one batch, at least, in whole blocks of the pass. */
const stretchFrames = 32_768
/** (samples) A batch has no more, unless a single snippet has. */
const batchSamples = 2 ** 22
/** (samples) What is gathered in one array. */
const mostSamples = 2 ** 30

/**
 * Snippets of a pass around peaks, in order of segment and frame, some at a time: memory holds a batch and the frames that
 * it is cut from. Stretches without peaks are not computed.
 */
export async function* readWaveforms(
  pass: Pass,
  peaks: PassPlaces,
  shape: PassWaveformShape,
  options: OperationOptions = {},
): AsyncGenerator<WaveformBatch> {
  const { rows, segments, before, after, around } = shape
  const cut = { channels: rows, before, after, around }
  requireShape(cut)
  requirePassPlaces(peaks, shape)
  const near = neighbourhood(cut)
  const places = placesOf(cut)
  const order = inOrder(peaks)
  const perBatch = Math.max(1, Math.floor(batchSamples / ((before + after) * places)))
  const attention = new Attention(options)
  const { signal } = options
  for (let at = 0; at < order.length;) {
    const segment = peaks.segment[order[at]!]!
    const frames = segments[segment]!
    const stretch = stretchFrom(pass, peaks.sampleIndex[order[at]!]!, shape, frames)
    const data = await pass.traces({ segment, ...stretch }, { signal })
    const fits = (index: number): boolean =>
      peaks.segment[index] === segment && Math.min(frames, peaks.sampleIndex[index]! + after) <= stretch.end
    while (at < order.length && fits(order[at]!)) {
      let end = at + 1
      while (end < order.length && end - at < perBatch && fits(order[end]!)) end++
      const chosen = order.slice(at, end)
      const waveforms = allocateWaveforms(chosen.length, shape, places)
      const source = { data, offset: stretch.start, channels: rows }
      for (const [index, peak] of chosen.entries()) {
        if (attention.due()) await attention.rest((at + index) / order.length)
        cutOne(waveforms, index, source, peaks.sampleIndex[peak]!, before, frames, near[peaks.row[peak]!]!)
      }
      at = end
      yield { peaks: chosen, waveforms }
    }
    await attention.rest(at / order.length)
  }
  attention.finish()
}

/** Gathers the snippets of all peaks, in the order of the peaks; more than 2^30 samples are refused: see `readWaveforms`. */
export async function extractWaveforms(
  pass: Pass,
  peaks: PassPlaces,
  shape: PassWaveformShape,
  options: OperationOptions = {},
): Promise<Waveforms> {
  const { rows, before, after, around } = shape
  const cut = { channels: rows, before, after, around }
  requireShape(cut)
  const places = placesOf(cut)
  const count = peaks.sampleIndex.length
  const each = (before + after) * places
  if (count * each > mostSamples) {
    const expected = `at most ${Math.floor(mostSamples / each)} snippets of this shape at once; take them from readWaveforms`
    throw new InvalidParameterError('peaks', count, expected)
  }
  const all = allocateWaveforms(count, shape, places)
  for await (const { peaks: chosen, waveforms } of readWaveforms(pass, peaks, shape, options)) {
    for (const [index, peak] of chosen.entries()) {
      all.data.set(waveforms.data.subarray(index * each, (index + 1) * each), peak * each)
      all.channels.set(waveforms.channels.subarray(index * places, (index + 1) * places), peak * places)
      all.first[peak] = waveforms.first[index]!
      all.end[peak] = waveforms.end[index]!
    }
  }
  return all
}

/** The indices of peaks in order of segment and frame. */
function inOrder({ segment, sampleIndex }: PassPlaces): Int32Array {
  return Int32Array.from(sampleIndex, (_, index) => index).toSorted(
    (a, b) => segment[a]! - segment[b]! || sampleIndex[a]! - sampleIndex[b]! || a - b,
  )
}

/** Whole blocks from the one on that a peak's snippet begins in, enough for the snippet. */
function stretchFrom(
  { blockFrames }: Pass,
  peak: number,
  { before, after }: PeakWindow,
  frames: number,
): { readonly start: number; readonly end: number } {
  const start = Math.floor(Math.max(0, peak - before) / blockFrames) * blockFrames
  const least = Math.max(start + stretchFrames, peak + after)
  return { start, end: Math.min(frames, Math.ceil(least / blockFrames) * blockFrames) }
}

function requirePassPlaces({ segment, sampleIndex, row }: PassPlaces, { rows, segments }: PassWaveformShape): void {
  for (const [name, { length }] of Object.entries({ segment, row })) {
    if (length !== sampleIndex.length) throw new WrongLengthError(name, length, sampleIndex.length)
  }
  for (let index = 0; index < sampleIndex.length; index++) {
    const frames = segments[segment[index]!]
    if (frames === undefined) throw new InvalidParameterError('segment', segment[index], 'a segment of the pass')
    const frame = sampleIndex[index]!
    if (!(Number.isInteger(frame) && frame >= 0 && frame < frames)) {
      throw new InvalidParameterError('sampleIndex', frame, `a frame of segment ${segment[index]}, which has ${frames}`)
    }
    if (!(row[index]! >= 0 && row[index]! < rows))
      throw new InvalidParameterError('row', row[index], 'a row of the plan')
  }
}
