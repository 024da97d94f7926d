import { joinIntervals, spreadChunks } from '../chunks.ts'
import type { Detecting, MatchedDetection, MatchedFilter } from '../detecting.ts'
import type { OperationOptions } from '../dsp.ts'
import { InvalidParameterError } from '../errors.ts'
import type { Pass, PassPeaks } from '../pass.ts'

/** A matched filter over the rows of a pass. */
export interface PassMatchedDetection extends Omit<MatchedDetection, 'channels' | 'noiseLevels'> {
  /** Rows of the plan. */
  readonly rows: number
  /** Frames of each segment. */
  readonly segments: readonly number[]
  /** Of the filtered signal, `depths * rows`; those of a sample if not given. */
  readonly noiseLevels?: Float32Array | undefined
}

/** In order of segment, frame and row. */
export interface PassMatchedPeaks extends Omit<PassPeaks, 'location'> {
  /** (um) */
  readonly depth: Float32Array
  readonly score: Float32Array
}

/** Frames that are computed at a time, at least, in whole blocks of the pass. */
const stretchFrames = 32_768
const sampledStretches = 16
const sampledFrames = 1024

/**
 * Finds spikes of one shape in a pass: what `detectMatched` finds in each segment in one piece, a stretch at a time, each
 * computed with all that decides about its peaks. Noise levels are those of 16 stretches of 1024 frames, spread evenly, each
 * frame once; where no segment holds one, of the longest.
 */
export async function findMatchedPeaks(
  dsp: Detecting,
  pass: Pass,
  detection: PassMatchedDetection,
  { signal, onProgress }: OperationOptions = {},
): Promise<PassMatchedPeaks> {
  const { rows: channels, segments, exclusionSamples, prototype } = detection
  const filter = { ...detection, channels }
  const noiseLevels = detection.noiseLevels ?? (await sampleNoise(dsp, pass, filter, segments, signal))
  const halo = exclusionSamples + prototype.length + 1
  const step = Math.max(1, Math.ceil(stretchFrames / pass.blockFrames)) * pass.blockFrames
  const total = segments.reduce((sum, frames) => sum + frames, 0)
  const found: Columns = { segment: [], sampleIndex: [], row: [], amplitude: [], depth: [], score: [] }
  let done = 0
  for (const [segment, frames] of segments.entries()) {
    for (let start = 0; start < frames; start += step) {
      const end = Math.min(frames, start + step)
      const first = Math.max(0, start - halo)
      const range = { segment, start: first, end: Math.min(frames, end + halo) }
      const traces = Float32Array.from(await pass.traces(range, { signal }))
      const before = done
      const report = (fraction: number): void => {
        if (fraction < 1) onProgress?.((before + fraction * (end - start)) / total)
      }
      const peaks = await dsp.detectMatched(traces, { ...filter, noiseLevels }, { signal, onProgress: report })
      for (const [index, sample] of peaks.sampleIndex.entries()) {
        const frame = first + sample
        if (frame < start || frame >= end) continue
        found.segment.push(segment)
        found.sampleIndex.push(frame)
        found.row.push(peaks.channel[index]!)
        found.amplitude.push(peaks.amplitude[index]!)
        found.depth.push(peaks.depth[index]!)
        found.score.push(peaks.score[index]!)
      }
      done += end - start
      onProgress?.(done / total)
    }
  }
  if (total === 0) onProgress?.(1)
  return {
    segment: Int32Array.from(found.segment),
    sampleIndex: Float64Array.from(found.sampleIndex),
    row: Int32Array.from(found.row),
    amplitude: Float32Array.from(found.amplitude),
    depth: Float32Array.from(found.depth),
    score: Float32Array.from(found.score),
  }
}

interface Columns {
  readonly segment: number[]
  readonly sampleIndex: number[]
  readonly row: number[]
  readonly amplitude: number[]
  readonly depth: number[]
  readonly score: number[]
}

async function sampleNoise(
  dsp: Detecting,
  pass: Pass,
  filter: MatchedFilter,
  segments: readonly number[],
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const total = segments.reduce((sum, frames) => sum + frames, 0)
  if (total === 0) throw new InvalidParameterError('segments', segments, 'a frame or more, or noise levels')
  const lengths = segments.map((frames) => ({ frames }))
  const parts: Int16Array[] = []
  const sample = joinIntervals(spreadChunks(lengths, sampledStretches, sampledFrames))
  for (const range of sample) parts.push(await pass.traces(range, { signal }))
  const traces = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    traces.set(part, at)
    at += part.length
  }
  return dsp.matchedNoiseLevels(traces, filter, { signal })
}
