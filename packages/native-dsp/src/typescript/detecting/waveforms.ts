import type { PeakAmplitudes, PeakPlaces, PeakWindow, Waveforms, WaveformShape } from '../../detecting.ts'
import type { Attention } from '../attention.ts'
import { rowsWithin } from './exclusion.ts'

const peaksPerLook = 64

/** For each channel, the channels that a snippet around its peaks shows, in order. */
export function neighbourhood({ channels, around }: WaveformShape): readonly (readonly number[])[] {
  const all = Array.from({ length: channels }, (_, channel) => channel)
  if (around === 'all') return all.map(() => all)
  if (around === 'peak') return all.map((channel) => [channel])
  return all.map((channel) => rowsWithin(around.positions, channel, around.radius))
}

/** The most channels that a snippet shows. */
export const placesOf = (shape: WaveformShape): number =>
  neighbourhood(shape).reduce((most, { length }) => Math.max(most, length), 0)

/** Room for the snippets of some peaks. */
export function allocateWaveforms(peaks: number, { before, after }: PeakWindow, places: number): Waveforms {
  return {
    data: new Float32Array(peaks * (before + after) * places),
    frames: before + after,
    places,
    channels: new Int32Array(peaks * places).fill(-1),
    first: new Int32Array(peaks),
    end: new Int32Array(peaks),
  }
}

/**
 * Writes the snippet of one peak. Frame `t` of the segment stands at `(t - offset) * channels` of the traces.
 *
 * @param frames of the segment
 */
export function cutOne(
  waveforms: Waveforms,
  index: number,
  traces: { readonly data: ArrayLike<number>; readonly offset: number; readonly channels: number },
  peak: number,
  before: number,
  frames: number,
  shown: readonly number[],
): void {
  const { data, places } = waveforms
  const [first, end] = existing(peak, before, waveforms.frames, frames)
  waveforms.first[index] = first
  waveforms.end[index] = end
  waveforms.channels.set(shown, index * places)
  for (let at = first; at < end; at++) {
    const from = (peak + at - before - traces.offset) * traces.channels
    const to = (index * waveforms.frames + at) * places
    for (let place = 0; place < shown.length; place++) data[to + place] = traces.data[from + shown[place]!]!
  }
}

/** The frames of a snippet that exist, counted from its first. */
function existing(peak: number, before: number, length: number, frames: number): readonly [number, number] {
  const first = Math.max(0, before - peak)
  return [first, Math.max(first, Math.min(length, frames + before - peak))]
}

export async function cutWaveforms(
  traces: Float32Array,
  { sampleIndex, channel }: PeakPlaces,
  shape: WaveformShape,
  attention: Attention,
): Promise<Waveforms> {
  const { channels, before } = shape
  const near = neighbourhood(shape)
  const waveforms = allocateWaveforms(sampleIndex.length, shape, placesOf(shape))
  const source = { data: traces, offset: 0, channels }
  for (let index = 0; index < sampleIndex.length; index++) {
    if (index % peaksPerLook === 0 && attention.due()) await attention.rest(index / sampleIndex.length)
    cutOne(waveforms, index, source, sampleIndex[index]!, before, traces.length / channels, near[channel[index]!]!)
  }
  return waveforms
}

export async function measurePeaks(
  traces: Float32Array,
  { sampleIndex, channel }: PeakPlaces,
  { before, after, channels }: PeakWindow & { readonly channels: number },
  attention: Attention,
): Promise<PeakAmplitudes> {
  const sample = new Float32Array(sampleIndex.length)
  const peakToPeak = new Float32Array(sampleIndex.length)
  for (let index = 0; index < sampleIndex.length; index++) {
    if (index % peaksPerLook === 0 && attention.due()) await attention.rest(index / sampleIndex.length)
    const peak = sampleIndex[index]!
    const row = channel[index]!
    sample[index] = traces[peak * channels + row]!
    let [lowest, highest] = [Infinity, -Infinity]
    const [first, end] = existing(peak, before, before + after, traces.length / channels)
    for (let at = first; at < end; at++) {
      const value = traces[(peak + at - before) * channels + row]!
      // Math.min would spread a NaN that the native implementation skips
      if (value < lowest) lowest = value
      if (value > highest) highest = value
    }
    peakToPeak[index] = highest - lowest
  }
  return { sample, peakToPeak }
}
