import type { Recording } from '@neurojoint/formats/recording'

/** Frames before and after a spike: 64 in all. */
const waveformWindow = { before: 32, after: 32 }

const windowFrames = waveformWindow.before + waveformWindow.after

/** The most spikes of a unit that its mean is taken over. */
const spikesPerUnit = 500

/** The spikes of one unit, as frames of the recording; those of its segments are counted one after the other, as sorters do. */
export interface UnitSpikes {
  readonly unit: number
  readonly spikeSamples: ArrayLike<number>
}

export interface MeanWaveforms {
  readonly unit: number
  /** Of how many spikes. */
  readonly spikes: number
  /** (uV) of one channel, from 32 frames before the spike to 31 after it; NaN where there was no spike to cut. */
  waveform(channel: number): Float32Array
}

export interface MeanWaveformsOptions {
  readonly signal: AbortSignal
  readonly progress: (fraction: number) => void
}

/** Frames that are read at once: as many as fit into this many bytes. */
const blockBytes = 4 * 2 ** 20

/**
 * Cuts the mean waveforms of units from a recording as it was recorded: unfiltered, counts times gain plus offset.
 * It takes up to 500 spikes a unit, chosen by a generator that the unit's number seeds, without those whose window
 * reaches over an end of a segment. Only windows are read, in the order of time; it holds the sums (`units x frames x channels`)
 * and one block of the recording.
 */
export async function computeMeanWaveforms(
  recording: Recording,
  units: readonly UnitSpikes[],
  { signal, progress }: MeanWaveformsOptions,
): Promise<readonly MeanWaveforms[]> {
  const channels = recording.channels.length
  const segments = segmentsOf(recording)
  const sums = units.map(({ unit, spikeSamples }) => ({
    unit,
    samples: chooseSpikes(spikeSamples, segments, unit),
    // 500 counts of 16 bits fit
    sum: new Int32Array(windowFrames * channels),
  }))
  const windows = sums
    .flatMap(({ samples, sum }) => Array.from(samples, (sample) => ({ start: sample - waveformWindow.before, sum })))
    .toSorted((a, b) => a.start - b.start)
  const blockFrames = Math.max(windowFrames, Math.floor(blockBytes / (2 * Math.max(1, channels))))
  for (let next = 0; next < windows.length;) {
    signal.throwIfAborted()
    const start = windows[next]?.start ?? 0
    const first = next
    const segment = segments.findIndex((candidate) => start < candidate.end)
    const { start: origin, end: last } = segments[segment] ?? { start: 0, end: 0 }
    const most = Math.min(start + blockFrames, last)
    while (next < windows.length && (windows[next]?.start ?? 0) + windowFrames <= most) next += 1
    const end = (windows[next - 1]?.start ?? start) + windowFrames
    const traces = await recording.traces({ segment, start: start - origin, end: end - origin }, { signal })
    for (const window of windows.slice(first, next)) addWindow(window.sum, traces, (window.start - start) * channels)
    progress(next / windows.length)
  }
  return sums.map(({ unit, samples, sum }) => ({
    unit,
    spikes: samples.length,
    waveform: (channel) => meanOf(recording, sum, samples.length, channel),
  }))
}

function addWindow(sum: Int32Array, traces: Int16Array, at: number): void {
  for (let index = 0; index < sum.length; index += 1) sum[index] = (sum[index] ?? 0) + (traces[at + index] ?? 0)
}

function meanOf({ channels }: Recording, sum: Int32Array, spikes: number, channel: number): Float32Array {
  const { gain, offset } = channels[channel] ?? { gain: Number.NaN, offset: Number.NaN }
  // not by Float32Array.from: there are as many means as units times channels
  const mean = new Float32Array(windowFrames)
  for (let frame = 0; frame < windowFrames; frame += 1)
    mean[frame] = ((sum[frame * channels.length + channel] ?? Number.NaN) / spikes) * gain + offset
  return mean
}

/** Frames of a recording, all segments counted through. */
interface Stretch {
  readonly start: number
  readonly end: number
}

function segmentsOf({ segments }: Recording): readonly Stretch[] {
  let end = 0
  return segments.map(({ frames }) => ({ start: end, end: (end += frames) }))
}

/** Up to 500 of the spikes whose window lies within a segment, in any order: the same at every call. */
export function chooseSpikes(
  spikeSamples: ArrayLike<number>,
  segments: readonly Stretch[],
  seed: number,
): Float64Array {
  const usable = Float64Array.from(spikeSamples).filter((sample) =>
    segments.some(({ start, end }) => sample - waveformWindow.before >= start && sample + waveformWindow.after <= end),
  )
  if (usable.length <= spikesPerUnit) return usable
  const random = mulberry32(seed)
  for (let at = 0; at < spikesPerUnit; at += 1) {
    const other = at + Math.floor(random() * (usable.length - at))
    const swapped = usable[at] ?? 0
    usable[at] = usable[other] ?? 0
    usable[other] = swapped
  }
  return usable.slice(0, spikesPerUnit)
}

/** Tommy Ettinger's generator of 32 bits: small, and the same on every machine. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
