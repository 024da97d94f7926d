import type { PassFindings, PassOutputs, PassPeaks } from '../../pass.ts'
import type { Interval } from '../../plan.ts'
import type { PassPeak } from '../detecting/sink.ts'
import type { BlockFindings } from './findings.ts'

/** Joins what was found in blocks, in their order. */
export function joinFindings(
  found: readonly BlockFindings[],
  { rms, peaks, ...outputs }: PassOutputs,
  noiseLevels: Float32Array | null,
  rows: number,
  frames: number,
): PassFindings {
  return {
    noiseLevels: outputs.noiseLevels ? noiseLevels : null,
    rms: rms ? joinRms(found, rows) : null,
    masked: joinMasked(found.flatMap(({ masked }) => masked)),
    peaks: peaks ? joinPeaks(found, peaks.locateRadius !== null) : null,
    frames,
  }
}

/** NaN where all frames are masked. */
function joinRms(found: readonly BlockFindings[], rows: number): Float32Array {
  const sums = new Float64Array(rows)
  const summed = found.reduce((total, block) => total + block.summed, 0)
  for (const { squares } of found) squares?.forEach((square, row) => (sums[row]! += square))
  return Float32Array.from(sums, (sum) => Math.sqrt(sum / summed))
}

function joinMasked(masked: readonly Interval[]): readonly Interval[] {
  const joined: Interval[] = []
  for (const interval of masked) {
    const last = joined.at(-1)
    const goesOn = last?.segment === interval.segment && last.end === interval.start
    if (last && goesOn) joined[joined.length - 1] = { ...last, end: interval.end }
    else joined.push(interval)
  }
  return joined
}

function joinPeaks(found: readonly BlockFindings[], located: boolean): PassPeaks {
  const all: PassPeak[] = []
  for (const { peaks } of found) for (const peak of peaks) all.push(peak)
  return {
    segment: Int32Array.from(all, ({ segment }) => segment),
    sampleIndex: Float64Array.from(all, ({ frame }) => frame),
    row: Int32Array.from(all, ({ row }) => row),
    amplitude: Float32Array.from(all, ({ amplitude }) => amplitude),
    location: located ? Float32Array.from(all.flatMap(({ location }) => location ?? [Number.NaN, Number.NaN])) : null,
  }
}
