import type { MovingPeaks } from '../../locating.ts'
import type { ResolvedEstimation } from '../../locating-parameters.ts'
import type { Attention } from '../attention.ts'

const peaksPerLook = 4096
/** Evenly spread over all peaks. */
const mostSizes = 100_000

/** Depth bins of which a window does not tell one from the other. */
export const grain = 4

/** One histogram per time bin: `log(1 + n)` of its peaks by depth and logarithm of amplitude, smoothed along depth. */
export interface Histograms {
  readonly times: number
  /** Depth bins, a multiple of `grain`. */
  readonly depths: number
  readonly amplitudes: number
  /** Bins without peaks on either side of each row of depths. */
  readonly padding: number
  /** `padding + depths + padding`. */
  readonly stride: number
  /** `[time][amplitude][stride]`. */
  readonly values: Float32Array
}

/** Peaks outside the duration and the depths are left out. */
export async function countPeaks(
  peaks: MovingPeaks,
  estimation: ResolvedEstimation,
  padding: number,
  attention: Attention,
): Promise<Histograms> {
  const { low, high, timeBin, depthBin, duration, amplitudeBins: amplitudes } = estimation
  const times = binsOver(duration / timeBin)
  const depths = Math.ceil(binsOver((high - low) / depthBin) / grain) * grain
  const stride = depths + 2 * padding
  const values = new Float32Array(times * amplitudes * stride)
  const sizeBin = createSizeBins(peaks.amplitudes, amplitudes)
  for (let peak = 0; peak < peaks.times.length; peak++) {
    if (peak % peaksPerLook === 0 && attention.due()) await attention.rest(0)
    const time = peaks.times[peak]! / timeBin
    const depth = (peaks.depths[peak]! - low) / depthBin
    if (time < 0 || depth < 0 || time >= times || depth >= depths) continue
    const row = Math.floor(time) * amplitudes + sizeBin(peaks.amplitudes[peak]!)
    values[row * stride + padding + Math.floor(depth)]! += 1
  }
  const kernel = gaussian(estimation.depthSmoothing / depthBin)
  const smoothed = new Float64Array(depths)
  for (let start = padding; start < values.length; start += stride) {
    if (attention.due()) await attention.rest(0)
    smooth(values.subarray(start, start + depths), kernel, smoothed)
  }
  return { times, depths, amplitudes, padding, stride, values }
}

/** How many bins cover so many of their widths, one at least. */
export const binsOver = (widths: number): number => Math.max(1, Math.ceil(widths - 1e-9))

/** Bins of equal width in the logarithm of amplitude, from the smallest to the largest but one in a thousand of `mostSizes`. */
function createSizeBins(amplitudes: ArrayLike<number>, count: number): (amplitude: number) => number {
  const step = Math.max(1, Math.ceil(amplitudes.length / mostSizes))
  const chosen = Math.ceil(amplitudes.length / step)
  const sizes = Float64Array.from({ length: chosen }, (_, index) => Math.abs(amplitudes[index * step]!))
    .filter((size) => size > 0)
    .toSorted()
  const low = Math.log(sizes[0] ?? 1)
  const width = (Math.log(sizes[Math.floor(sizes.length * 0.999)] ?? 1) - low) / count
  return (amplitude) => {
    const bin = (Math.log(Math.abs(amplitude)) - low) / width
    // of no width, or no amplitude: the first
    return bin > 0 ? Math.min(Math.floor(bin), count - 1) : 0
  }
}

/** Weights of a Gaussian (standard deviation in bins) up to four deviations on either side; sum 1. */
function gaussian(deviation: number): Float64Array {
  const reach = Math.ceil(4 * deviation)
  const weights = Float64Array.from({ length: 2 * reach + 1 }, (_, index) =>
    index === reach ? 1 : Math.exp(-0.5 * ((index - reach) / deviation) ** 2),
  )
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights.map((weight) => weight / sum)
}

/** The logarithms of one more than each count, smoothed, in place. */
function smooth(row: Float32Array, kernel: Float64Array, smoothed: Float64Array): void {
  const reach = (kernel.length - 1) / 2
  smoothed.fill(0)
  for (let at = 0; at < row.length; at++) {
    const count = row[at]!
    if (count === 0) continue
    const value = Math.log1p(count)
    for (let offset = 0; offset < kernel.length; offset++) {
      const to = at + offset - reach
      if (to >= 0 && to < row.length) smoothed[to]! += kernel[offset]! * value
    }
  }
  row.set(smoothed)
}
