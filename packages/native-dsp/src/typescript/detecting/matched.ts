import type { MatchedDetection, MatchedPeaks } from '../../detecting.ts'
import type { ResolvedFilter } from '../../detecting-parameters.ts'
import type { Attention } from '../attention.ts'
import { noiseLevel } from '../noise.ts'
import { prepareExclusion, type Exclusion } from './exclusion.ts'
import { prepareKernels, type Kernel } from './kernels.ts'

/** Frames that are filtered at a time. */
const width = 32

const stretchCount = 16
const stretchFrames = 1024

/** The filter with its buffers. */
interface Prepared {
  readonly filter: ResolvedFilter
  /** Of unit length. */
  readonly prototype: Float32Array
  readonly kernels: readonly Kernel[]
  /** `width` frames of each channel, filtered in time. */
  readonly inTime: Float32Array
  /** `width` frames of each kernel. */
  readonly output: Float32Array
}

function prepare(filter: ResolvedFilter): Prepared {
  const norm = Math.sqrt(filter.prototype.reduce((sum, value) => sum + value * value, 0))
  const kernels = prepareKernels(filter)
  return {
    filter,
    prototype: filter.prototype.map((value) => value / norm),
    kernels,
    inTime: new Float32Array(filter.channels * width),
    output: new Float32Array(kernels.length * width),
  }
}

/** Fills `output` with the frames from `start` on, which may lie beyond the ends; traces are 0 there. */
function run(
  { filter, prototype, inTime, output }: Prepared,
  kernels: readonly Kernel[],
  traces: Float32Array,
  start: number,
): void {
  const { channels, prototypePeak } = filter
  const input = new Float64Array(width + prototype.length - 1)
  const sums = new Float64Array(width)
  for (let channel = 0; channel < channels; channel++) {
    let from = (start - prototypePeak) * channels + channel
    for (let at = 0; at < input.length; at++, from += channels) input[at] = traces[from] ?? 0
    sums.fill(0)
    for (let lag = 0; lag < prototype.length; lag++) {
      const tap = prototype[lag]!
      for (let at = 0; at < width; at++) sums[at]! += tap * input[lag + at]!
    }
    inTime.set(sums, channel * width)
  }
  for (let index = 0; index < kernels.length; index++) {
    const { of, weights } = kernels[index]!
    sums.fill(0)
    for (let place = 0; place < of.length; place++) {
      const weight = weights[place]!
      const first = of[place]! * width
      for (let at = 0; at < width; at++) sums[at]! += weight * inTime[first + at]!
    }
    output.set(sums, index * width)
  }
}

/** See `Detecting.matchedNoiseLevels`. */
export async function measureMatchedNoise(
  traces: Float32Array,
  filter: ResolvedFilter,
  attention: Attention,
): Promise<Float32Array> {
  const { channels, depths } = filter
  const prepared = prepare(filter)
  const stretches = spread(traces.length / channels)
  const frames = stretches.reduce((sum, { start, end }) => sum + end - start, 0)
  const levels = new Float32Array(prepared.kernels.length)
  for (let depth = 0; depth < depths.length; depth++) {
    const kernels = prepared.kernels.slice(depth * channels, (depth + 1) * channels)
    const signals = kernels.map(() => new Float32Array(frames))
    let to = 0
    for (const { start, end } of stretches) {
      for (let at = start; at < end; at += width) {
        if (attention.due()) await attention.rest((depth + (0.8 * to) / frames) / depths.length)
        run(prepared, kernels, traces, at)
        const count = Math.min(width, end - at)
        for (let index = 0; index < channels; index++) {
          signals[index]!.set(prepared.output.subarray(index * width, index * width + count), to)
        }
        to += count
      }
    }
    for (const [index, signal] of signals.entries()) {
      if (attention.due()) await attention.rest((depth + 0.8 + (0.2 * index) / channels) / depths.length)
      levels[depth * channels + index] = noiseLevel(signal)
    }
  }
  return levels
}

function spread(frames: number): readonly { readonly start: number; readonly end: number }[] {
  if (frames <= stretchCount * stretchFrames) return [{ start: 0, end: frames }]
  return Array.from({ length: stretchCount }, (_, index) => {
    const start = Math.floor((index * (frames - stretchFrames)) / (stretchCount - 1))
    return { start, end: start + stretchFrames }
  })
}

interface Candidate {
  readonly frame: number
  readonly kernel: Kernel
  /** In units of the threshold, with the sign of the peak, single precision. */
  readonly size: number
}

/** See `Detecting.detectMatched`. */
export async function findMatched(
  traces: Float32Array,
  filter: ResolvedFilter,
  { noiseLevels, threshold, radius, exclusionSamples }: MatchedDetection,
  attention: Attention,
): Promise<MatchedPeaks> {
  const candidates = await searchAll(traces, prepare(filter), thresholdsOf(noiseLevels, threshold), attention)
  const exclusion = prepareExclusion(filter.positions, radius, exclusionSamples)
  const window = { earliest: 0 }
  const kept: Candidate[] = []
  for (let at = 0; at < candidates.length; at++) {
    if (at % 256 === 0 && attention.due()) await attention.rest(0.9 + (0.1 * at) / candidates.length)
    if (!isOutdone(candidates, at, exclusion, window)) kept.push(candidates[at]!)
  }
  const { channels, depths } = filter
  return {
    sampleIndex: Float64Array.from(kept, ({ frame }) => frame),
    channel: Int32Array.from(kept, ({ kernel }) => kernel.channel),
    amplitude: Float32Array.from(kept, ({ frame, kernel }) => traces[frame * channels + kernel.channel]!),
    depth: Float32Array.from(kept, ({ kernel }) => depths[kernel.depth]!),
    score: Float32Array.from(kept, ({ size }) => size * Math.fround(threshold)),
  }
}

function thresholdsOf(noiseLevels: Float32Array, threshold: number): Float32Array {
  return noiseLevels.map((level) => (level > 0 ? level * Math.fround(threshold) : Infinity))
}

async function searchAll(
  traces: Float32Array,
  prepared: Prepared,
  thresholds: Float32Array,
  attention: Attention,
): Promise<readonly Candidate[]> {
  const { filter, kernels, output } = prepared
  const frames = traces.length / filter.channels
  const side = Math.sign(filter.prototype[filter.prototypePeak]!)
  const candidates: Candidate[] = []
  // a frame is judged with the ones beside it, so that stretches overlap by two
  for (let start = 0; start < frames; start += width - 2) {
    if (attention.due()) await attention.rest((0.9 * start) / frames)
    run(prepared, kernels, traces, start - 1)
    const end = Math.min(width - 1, frames - start + 1)
    const found: Candidate[] = []
    for (let index = 0; index < kernels.length; index++) {
      const threshold = thresholds[index]!
      if (threshold === Infinity) continue
      for (let at = 1, from = index * width + 1; at < end; at++, from++) {
        const value = output[from]!
        const low = filter.sign === 'both' && value <= -threshold
        if (!low && !(value >= threshold)) continue
        const before = output[from - 1]!
        const after = output[from + 1]!
        if (low ? !(value < before && value <= after) : !(value > before && value >= after)) continue
        found.push({ frame: start + at - 1, kernel: kernels[index]!, size: side * Math.fround(value / threshold) })
      }
    }
    found.sort((a, b) => a.frame - b.frame || a.kernel.channel - b.kernel.channel)
    candidates.push(...found)
  }
  return candidates
}

function isOutdone(
  candidates: readonly Candidate[],
  at: number,
  { rows, neighbours, frames }: Exclusion,
  window: { earliest: number },
): boolean {
  const { frame, kernel, size } = candidates[at]!
  while (candidates[window.earliest]!.frame + frames < frame) window.earliest++
  for (let index = window.earliest; index < candidates.length; index++) {
    const other = candidates[index]!
    if (other.frame > frame + frames) return false
    const larger = Math.abs(other.size) - Math.abs(size)
    if (larger < 0 || neighbours[kernel.channel * rows + other.kernel.channel] === 0) continue
    if (larger > 0 || other.frame < frame || (other.frame === frame && other.kernel.depth < kernel.depth)) return true
  }
  return false
}
