import type { FrameInterval, Recording } from '@neurojoint/formats/recording'
import type { Resolution } from '../chain/resolve.ts'
import type { PassFindings } from '../pass.ts'

/** What preprocessing finds in a recording. */
export interface Findings {
  /** (uV) of the result, one per channel of the recording; null where not asked for. */
  readonly noiseLevels: Float32Array | null
  /** (uV) of the result, one per channel of the recording; null where not asked for. */
  readonly rms: Float32Array | null
  /** Frames that are 0 in the result, by the segments of the recording. */
  readonly masked: readonly FrameInterval[]
  readonly peaks: RecordingPeaks | null
  /** Of the result. */
  readonly frames: number
}

/** Peaks in order of segment, frame and channel; frames count from the start of their segment. */
export interface RecordingPeaks {
  readonly segment: Int32Array
  readonly sampleIndex: Float64Array
  /** Indices into `recording.channels`. */
  readonly channel: Int32Array
  readonly amplitude: Float32Array // (uV)
  /** (um) x, y of each peak in turn; null where not asked for. */
  readonly location: Float32Array | null
}

/** What was found in some segments. */
export interface PartFindings {
  readonly segments: readonly number[]
  readonly found: PassFindings
}

/** Puts the findings of all parts together, in microvolts and by the segments of the recording. */
export function joinFindings(
  parts: readonly PartFindings[],
  { channels }: Recording,
  { good }: Resolution,
  noise: Float32Array | null,
): Findings {
  const gains = channels.map(({ gain }) => gain)
  const toMicrovolts = (levels: Float32Array | null): Float32Array | null =>
    levels && levels.map((level, row) => level * Math.abs(gains[row] ?? 1))
  const takesPart = new Set(good)
  return {
    noiseLevels: toMicrovolts(noise),
    rms: toMicrovolts(joinRms(parts)),
    masked: parts.flatMap(({ segments, found }) =>
      found.masked.map((range) => ({ ...range, segment: segments[range.segment] ?? 0 })),
    ),
    peaks: joinPeaks(parts, takesPart, gains),
    frames: parts.reduce((sum, { found }) => sum + found.frames, 0),
  }
}

/** Over frames that are not masked. */
function joinRms(parts: readonly PartFindings[]): Float32Array | null {
  const [first] = parts
  if (!first?.found.rms) return null
  const weights = parts.map(({ found }) =>
    Math.max(0, found.frames - found.masked.reduce((sum, { start, end }) => sum + end - start, 0)),
  )
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (parts.length === 1 || total === 0) return first.found.rms
  return first.found.rms.map((_, row) =>
    Math.sqrt(
      parts.reduce((sum, { found }, part) => sum + ((weights[part] ?? 0) / total) * (found.rms?.[row] ?? 0) ** 2, 0),
    ),
  )
}

function joinPeaks(
  parts: readonly PartFindings[],
  takesPart: ReadonlySet<number>,
  gains: readonly number[],
): RecordingPeaks | null {
  const found = parts.flatMap(({ segments, found: { peaks } }) => (peaks ? [{ segments, peaks }] : []))
  if (found.length === 0) return null
  const kept = found.map(({ segments, peaks }) => ({
    segments,
    peaks,
    places: Array.from(peaks.row.keys()).filter((place) => takesPart.has(peaks.row[place] ?? -1)),
  }))
  const count = kept.reduce((sum, { places }) => sum + places.length, 0)
  const located = found.every(({ peaks }) => peaks.location !== null)
  const joined: RecordingPeaks = {
    segment: new Int32Array(count),
    sampleIndex: new Float64Array(count),
    channel: new Int32Array(count),
    amplitude: new Float32Array(count),
    location: located ? new Float32Array(2 * count) : null,
  }
  let at = 0
  for (const { segments, peaks, places } of kept)
    for (const place of places) {
      const row = peaks.row[place] ?? 0
      joined.segment[at] = segments[peaks.segment[place] ?? 0] ?? 0
      joined.sampleIndex[at] = peaks.sampleIndex[place] ?? 0
      joined.channel[at] = row
      joined.amplitude[at] = (peaks.amplitude[place] ?? 0) * Math.abs(gains[row] ?? 1)
      joined.location?.set(peaks.location?.subarray(2 * place, 2 * place + 2) ?? [], 2 * at)
      at++
    }
  return joined
}
