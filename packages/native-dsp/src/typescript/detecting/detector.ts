import type { Attention } from '../attention.ts'
import { isOutdone, prepareExclusion, type Candidate, type Exclusion } from './exclusion.ts'

/** What counts as a peak, in frames. */
export interface PeakCriteria {
  /** (um) x, y of each row in turn. */
  readonly positions: ArrayLike<number>
  /** In units of the row's noise level. */
  readonly threshold: number
  /** (um) Rows no further apart than this compete. */
  readonly radius: number
  /** Peaks no further apart than this compete. */
  readonly exclusionFrames: number
  readonly sign: 'negative' | 'positive' | 'both'
  readonly method: 'locally-exclusive' | 'by-channel'
}

/** The criteria, prepared for one set of rows. */
export interface Detector {
  readonly criteria: PeakCriteria
  readonly thresholds: Float32Array
  readonly exclusion: Exclusion
  /** The frames on either side of a stretch that decide about its peaks. */
  readonly halo: number
}

export function createDetector(noiseLevels: Float32Array, criteria: PeakCriteria): Detector {
  const { positions, radius, exclusionFrames } = criteria
  const threshold = Math.fround(criteria.threshold)
  // no sample lies beyond an infinite threshold
  const thresholds = noiseLevels.map((level) => (level > 0 ? level * threshold : Infinity))
  const exclusion = prepareExclusion(positions, radius, exclusionFrames)
  return { criteria, thresholds, exclusion, halo: exclusionFrames + 1 }
}

/**
 * The peaks in frames `start` to `end` of frame-major traces, in order of frame and row. A candidate is a sample at or
 * beyond its threshold that is beyond the sample before it and not within the one after it; frames beyond those at hand
 * count as zero.
 */
export function detectWithin(traces: Float32Array, detector: Detector, start: number, end: number): Candidate[] {
  const { exclusionFrames } = detector.criteria
  const frames = traces.length / detector.thresholds.length
  const candidates: Candidate[] = []
  scan(traces, detector, Math.max(0, start - exclusionFrames), Math.min(frames, end + exclusionFrames), candidates)
  const keep = createJudge(traces, detector, candidates)
  return candidates.filter(({ frame }, at) => frame >= start && frame < end && keep(at))
}

/** As `detectWithin` does for all frames, giving way to the event loop. */
export async function detectAttentively(
  traces: Float32Array,
  detector: Detector,
  attention: Attention,
): Promise<Candidate[]> {
  const frames = traces.length / detector.thresholds.length
  const candidates: Candidate[] = []
  for (let start = 0; start < frames; start += framesPerLook) {
    if (attention.due()) await attention.rest(start / frames)
    scan(traces, detector, start, Math.min(frames, start + framesPerLook), candidates)
  }
  const keep = createJudge(traces, detector, candidates)
  const kept: Candidate[] = []
  for (const [at, candidate] of candidates.entries()) {
    if (at % candidatesPerLook === 0 && attention.due()) await attention.rest(1)
    if (keep(at)) kept.push(candidate)
  }
  return kept
}

const framesPerLook = 256
const candidatesPerLook = 256

function scan(
  traces: Float32Array,
  { thresholds, criteria: { sign } }: Detector,
  start: number,
  end: number,
  found: Candidate[],
): void {
  const rows = thresholds.length
  const troughs = sign !== 'positive'
  const crests = sign !== 'negative'
  for (let frame = start, offset = start * rows; frame < end; frame++, offset += rows) {
    for (let row = 0; row < rows; row++) {
      const amplitude = traces[offset + row]!
      const threshold = thresholds[row]!
      const low = troughs && amplitude <= -threshold
      if (!low && !(crests && amplitude >= threshold)) continue
      // an index beyond the ends gives undefined
      const before = traces[offset + row - rows] ?? 0
      const following = traces[offset + row + rows] ?? 0
      const extreme = low ? amplitude < before && amplitude <= following : amplitude > before && amplitude >= following
      if (!extreme || threshold === Infinity) continue
      found.push({ frame, row, amplitude, size: Math.fround(Math.abs(amplitude) / threshold) })
    }
  }
}

/** Tells which candidates are peaks, asked in their order. */
function createJudge(
  traces: Float32Array,
  detector: Detector,
  candidates: readonly Candidate[],
): (at: number) => boolean {
  if (detector.criteria.method === 'by-channel') return (at) => isExtreme(traces, detector, candidates[at]!)
  const window = { earliest: 0 }
  return (at) => !isOutdone(candidates, at, detector.exclusion, window)
}

/** Whether no sample of the row within the exclusion time is as far out, or further; later ones may be as far out. */
function isExtreme(traces: Float32Array, { thresholds, criteria }: Detector, candidate: Candidate): boolean {
  const { frame, row, amplitude, size } = candidate
  const rows = thresholds.length
  const side = Math.sign(amplitude)
  const height = Math.abs(amplitude)
  if (!(size > 1)) return false
  for (let lag = 1; lag <= criteria.exclusionFrames; lag++) {
    if (!(height > side * (traces[(frame - lag) * rows + row] ?? 0))) return false
    if (!(height >= side * (traces[(frame + lag) * rows + row] ?? 0))) return false
  }
  return true
}
