import { InvalidParameterError } from './errors.ts'
import type { MovingPeaks } from './locating.ts'
import type { PassPeaks } from './pass.ts'

/**
 * The peaks of one segment by time, depth (the y of their location) and amplitude: what `estimateMotion` takes, and what a
 * drift raster shows (`driftRaster` of `@neurojoint/figures`). Refuses peaks that the pass was not asked to locate.
 *
 * @param unitsPerCount what a count of the recording is worth, such as 2.34 uV; 1 leaves amplitudes in counts
 */
export function movingPeaks(
  { segment, sampleIndex, amplitude, location }: PassPeaks,
  { samplingRate, segment: wanted = 0, unitsPerCount = 1 }: MovingPeaksOptions,
): MovingPeaks & Readonly<Record<'times' | 'depths' | 'amplitudes', Float64Array>> {
  if (!location) throw new InvalidParameterError('peaks.location', null, 'peaks of a pass with `locateRadius`')
  const chosen = Array.from(segment.keys()).filter((peak) => segment[peak] === wanted)
  const pick = (value: (peak: number) => number | undefined): Float64Array =>
    Float64Array.from(chosen, (peak) => value(peak) ?? Number.NaN)
  return {
    times: pick((peak) => (sampleIndex[peak] ?? Number.NaN) / samplingRate),
    depths: pick((peak) => location[2 * peak + 1]),
    amplitudes: pick((peak) => (amplitude[peak] ?? Number.NaN) * unitsPerCount),
  }
}

export interface MovingPeaksOptions {
  readonly samplingRate: number // (Hz)
  /** The first if not given. */
  readonly segment?: number | undefined
  readonly unitsPerCount?: number | undefined
}
