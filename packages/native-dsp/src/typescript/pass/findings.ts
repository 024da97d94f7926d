import type { PassOutputs } from '../../pass.ts'
import type { Interval } from '../../plan.ts'
import { preparePeakSink, type PassPeak, type PeakSink } from '../detecting/sink.ts'
import type { Computed } from './compute.ts'
import type { Block } from './grid.ts'

/** What is found in one block. */
export interface BlockFindings {
  readonly masked: readonly Interval[]
  /** Sum of squares of each row over the frames that are not masked; null where not asked for. */
  readonly squares: Float64Array | null
  /** Frames that are summed. */
  readonly summed: number
  readonly peaks: readonly PassPeak[]
}

/** What looks at blocks, prepared for one thread. */
export interface Finder {
  readonly rms: boolean
  readonly peaks: PeakSink | null
}

/** Centres of mass are those of what lies this near to the peak, as in SpikeInterface. */
const locatedSeconds = 0.0005

/** @param noiseLevels (counts) those of the sample where the outputs give none */
export function prepareFinder(
  { rms = false, peaks }: PassOutputs,
  samplingRate: number,
  noiseLevels: Float32Array | null,
): Finder {
  if (!peaks) return { rms, peaks: null }
  const window = Math.floor(locatedSeconds * samplingRate)
  const locate = peaks.locateRadius === null ? null : { radius: peaks.locateRadius, before: window, after: window }
  const levels = peaks.noiseLevels ?? noiseLevels ?? new Float32Array()
  return { rms, peaks: preparePeakSink({ ...peaks, method: 'locally-exclusive' }, levels, locate) }
}

/** Frames that are looked at in one go. */
const framesAtOnce = 1024

/** @param near whether the peaks are to be found in these rows, too */
export function findIn(
  finder: Finder,
  { segment, wanted }: Block,
  computed: Computed,
  near: boolean,
  look: () => void,
): BlockFindings {
  const masked = computed.masked.map(({ start, end }) => ({
    segment,
    start: wanted.start + start,
    end: wanted.start + end,
  }))
  const squares = finder.rms ? squaresOf(computed) : null
  const hidden = masked.reduce((sum, { start, end }) => sum + end - start, 0)
  const peaks = near ? peaksIn(finder, computed, look) : []
  return { masked, squares, summed: wanted.end - wanted.start - hidden, peaks }
}

export function peaksIn({ peaks }: Finder, { rows, inner }: Computed, look: () => void): PassPeak[] {
  const found: PassPeak[] = []
  if (!peaks) return found
  for (let start = inner.start; start < inner.end; start += framesAtOnce) {
    look()
    for (const peak of peaks.visit(rows, start, Math.min(inner.end, start + framesAtOnce))) found.push(peak)
  }
  return found
}

/** Masked frames are 0 and add nothing. */
function squaresOf({ rows: { data, channels }, inner }: Computed): Float64Array {
  const sums = new Float64Array(channels)
  for (let start = inner.start * channels; start < inner.end * channels; start += channels) {
    for (let row = 0; row < channels; row++) {
      const value = data[start + row]!
      sums[row]! += value * value
    }
  }
  return sums
}
