import type { Peaks } from '../dsp.ts'
import type { PeakCriteria } from '../recording-plan.ts'
import type { Attention } from './attention.ts'

/** The criteria, prepared for one set of channels. */
export interface Detector {
  readonly channels: number
  readonly thresholds: Float32Array
  /** 1 where two channels compete, channels x channels. */
  readonly neighbours: Uint8Array
  readonly exclusion: number
}

export function createDetector(noiseLevels: Float32Array, criteria: PeakCriteria): Detector {
  const channels = noiseLevels.length
  const { positions, radius } = criteria
  const neighbours = new Uint8Array(channels * channels)
  for (let a = 0; a < channels; a++) {
    for (let b = 0; b < channels; b++) {
      const distance = Math.hypot(positions[2 * a]! - positions[2 * b]!, positions[2 * a + 1]! - positions[2 * b + 1]!)
      neighbours[a * channels + b] = distance <= radius ? 1 : 0
    }
  }
  const threshold = Math.fround(criteria.threshold)
  // no sample lies below an infinite threshold
  const thresholds = noiseLevels.map((level) => (level > 0 ? level * threshold : Infinity))
  return { channels, thresholds, neighbours, exclusion: criteria.exclusionSamples }
}

/**
 * Finds negative peaks, in order of sample and channel ("locally exclusive" in SpikeInterface).
 *
 * A candidate is a sample that is at or below minus the threshold, below the sample before it and not above the one
 * after it. It is kept unless a candidate on a channel within the radius and within the exclusion time is larger in
 * units of its channel's threshold, or as large and earlier. Samples beyond the ends count as zero. A channel without
 * noise (a level of 0, or NaN) has no peaks.
 */
export async function findPeaks(
  traces: Float32Array,
  detector: Detector,
  attention: Attention,
  fractionAt: (frame: number) => number,
): Promise<Peaks> {
  const candidates = await findCandidates(traces, detector, attention, fractionAt)
  const kept: number[] = []
  const frames = traces.length / detector.channels
  let earliest = 0
  for (let at = 0; at < candidates.length; at++) {
    if (at % candidatesPerLook === 0 && attention.due()) await attention.rest(fractionAt(frames))
    const { sample } = candidates[at]!
    while (candidates[earliest]!.sample + detector.exclusion < sample) earliest++
    if (!isOutdone(candidates, at, earliest, detector)) kept.push(at)
  }
  return {
    sampleIndex: Float64Array.from(kept, (at) => candidates[at]!.sample),
    channel: Int32Array.from(kept, (at) => candidates[at]!.channel),
    amplitude: Float32Array.from(kept, (at) => candidates[at]!.amplitude),
  }
}

interface Candidate {
  readonly sample: number
  readonly channel: number
  readonly amplitude: number
  /** In units of its channel's threshold, single precision. */
  readonly size: number
}

async function findCandidates(
  traces: Float32Array,
  { channels, thresholds }: Detector,
  attention: Attention,
  fractionAt: (frame: number) => number,
): Promise<readonly Candidate[]> {
  const found: Candidate[] = []
  const frames = traces.length / channels
  for (let frame = 0; frame < frames; frame++) {
    if (frame % framesPerLook === 0 && attention.due()) await attention.rest(fractionAt(frame))
    const start = frame * channels
    for (let channel = 0; channel < channels; channel++) {
      const amplitude = traces[start + channel]!
      const threshold = thresholds[channel]!
      if (!(amplitude <= -threshold)) continue
      const before = frame === 0 ? 0 : traces[start + channel - channels]!
      const following = frame + 1 === frames ? 0 : traces[start + channel + channels]!
      if (!(amplitude < before && amplitude <= following)) continue
      found.push({ sample: frame, channel, amplitude, size: Math.fround(Math.abs(amplitude) / threshold) })
    }
  }
  return found
}

const framesPerLook = 256
const candidatesPerLook = 256

/** Whether a candidate from `earliest` on keeps the one at `at` from being a peak. */
function isOutdone(candidates: readonly Candidate[], at: number, earliest: number, detector: Detector): boolean {
  const { sample, channel, size } = candidates[at]!
  for (let index = earliest; index < candidates.length; index++) {
    const other = candidates[index]!
    if (other.sample > sample + detector.exclusion) return false
    if (detector.neighbours[channel * detector.channels + other.channel] === 0) continue
    if (other.size > size || (other.size === size && other.sample < sample)) return true
  }
  return false
}
