import type { PeakLocation } from '../../locating.ts'

/** Peaks of which a prototype is made, at most. */
const mostPeaks = 5000

/**
 * The median waveform of peaks on their own channels, each over its value at the peak; 0 where no waveform reaches.
 * Source: SpikeInterface's `get_prototype_and_waveforms_from_peaks`.
 */
export function findPrototype(traces: Float32Array, location: PeakLocation): number[] {
  const { channels, sampleIndex, channel, before, after } = location
  const frames = traces.length / channels
  const count = Math.min(mostPeaks, sampleIndex.length)
  const chosen = Array.from({ length: count }, (_, index) => Math.floor((index * sampleIndex.length) / count))
  return Array.from({ length: before + after }, (_, offset) => {
    const values = Float64Array.from(chosen, (peak) => {
      const frame = sampleIndex[peak]! + offset - before
      if (frame < 0 || frame >= frames) return Number.NaN
      return traces[frame * channels + channel[peak]!]! / traces[sampleIndex[peak]! * channels + channel[peak]!]!
    })
    return median(values.filter(Number.isFinite).toSorted())
  })
}

function median(sorted: Float64Array): number {
  const middle = sorted.length >> 1
  if (sorted.length === 0) return 0
  return sorted.length % 2 === 1 ? sorted[middle]! : 0.5 * (sorted[middle - 1]! + sorted[middle]!)
}
