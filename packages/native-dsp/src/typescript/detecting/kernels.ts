import type { ResolvedFilter } from '../../detecting-parameters.ts'

/** The weights of one source: in front of one channel, at one distance from the probe. */
export interface Kernel {
  readonly channel: number
  /** The index of its distance. */
  readonly depth: number
  readonly of: readonly number[]
  readonly weights: readonly number[]
}

/**
 * Kernels of all channels at the first distance, then at the second, and so on. A source `z` away from the probe, `d` from
 * channel `j`, shows there as `exp(-sqrt(d^2 + z^2) / decay)`. The weights of each channel over all sources are scaled to
 * unit length, those below `0.5 / sqrt(channels)` dropped, and the rest scaled again. Source: SpikeInterface's
 * `get_convolution_weights`, with its scaling along the channels rather than the sources: it matters at the ends of the
 * probe only, and there only where sources compete.
 */
export const prepareKernels = ({ positions, depths, decay }: ResolvedFilter): readonly Kernel[] =>
  depths.flatMap((z, depth) => kernelsAt(positions, depth, z, decay))

function kernelsAt(positions: ArrayLike<number>, depth: number, z: number, decay: number): readonly Kernel[] {
  const channels = positions.length / 2
  const least = 0.5 / Math.sqrt(channels)
  const kernels = Array.from({ length: channels }, (_, channel) => {
    return { channel, depth, of: [] as number[], weights: [] as number[] }
  })
  for (let on = 0; on < channels; on++) {
    // relative to the nearest source, which is z away: else weights of far sources would be too small for numbers
    const shown = Float64Array.from({ length: channels }, (_, source) => {
      const x = positions[2 * source]! - positions[2 * on]!
      const y = positions[2 * source + 1]! - positions[2 * on + 1]!
      return Math.exp((z - Math.hypot(Math.hypot(x, y), z)) / decay)
    })
    const all = norm(shown)
    const left = shown.map((weight) => (weight / all >= least ? weight / all : 0))
    const rest = norm(left)
    left.forEach((weight, source) => {
      if (weight === 0) return
      kernels[source]!.of.push(on)
      kernels[source]!.weights.push(Math.fround(weight / rest))
    })
  }
  return kernels
}

const norm = (values: Float64Array): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
