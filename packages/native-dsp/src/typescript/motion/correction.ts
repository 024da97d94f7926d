import { binAt, displacementInBin } from '../../motion.ts'
import type { MotionCorrectionPlan } from '../../plan.ts'
import type { SpatialStep } from '../rows.ts'
import { createKriging, type Weights } from './kriging.ts'

/** Weights below this are left out: the result is within 1e-4 of the signal, with some twenty weights per row. */
const leastWeight = 5e-5

/** Bins whose weights are kept. */
const binsKept = 16

/** Frames that are combined at a time, transposed. */
const tile = 64

/**
 * Each frame as it would be seen by contacts that move with the tissue: at a contact `(x, y)`, what kriging gives at
 * `(x, y + displacement)`, in the time bin whose centre is nearest to the frame. Source: SpikeInterface's
 * `interpolate_motion` with `border_mode` `force_extrapolate`. The plan has been checked before.
 */
export function prepareMotionCorrection(plan: MotionCorrectionPlan, samplingRate: number): SpatialStep {
  const kriging = createKriging(plan.positions, plan.sigma, plan.power)
  const { x, y } = kriging.contacts
  const kept = new Map<string, Weights>()

  function weightsIn(segment: number, bin: number): Weights {
    const key = `${segment} ${bin}`
    const known = kept.get(key)
    if (known) return known
    const motion = plan.motion[segment]!
    const moved = Array.from(x, (value, row) => [value, y[row]! + displacementInBin(motion, bin, y[row]!)] as const)
    const weights = kriging.weights(moved, leastWeight)
    kept.set(key, weights)
    const [oldest] = kept.keys()
    if (kept.size > binsKept && oldest !== undefined) kept.delete(oldest)
    return weights
  }

  const from = new Float32Array(x.length * tile)
  const sums = new Float64Array(tile)
  return {
    margin: 0,
    apply({ data, channels, firstFrame, segment }) {
      const motion = plan.motion[segment]!
      const frames = data.length / channels
      const binOf = (frame: number): number => binAt(motion, (firstFrame + frame) / samplingRate)
      for (let start = 0, end = 0; start < frames; start = end) {
        const bin = binOf(start)
        end = start + 1
        while (end < frames && end - start < tile && binOf(end) === bin) end++
        blend(weightsIn(segment, bin), data, channels, start, end)
      }
    },
  }

  function blend({ ends, sources, weights }: Weights, data: Float32Array, rows: number, start: number, end: number) {
    const frames = end - start
    for (let frame = 0, at = start * rows; frame < frames; frame++) {
      for (let row = 0; row < rows; row++) from[row * tile + frame] = data[at++]!
    }
    for (let row = 0, term = 0; row < rows; row++) {
      sums.fill(0)
      for (; term < ends[row]!; term++) {
        const weight = weights[term]!
        const source = sources[term]! * tile
        for (let frame = 0; frame < frames; frame++) sums[frame]! += weight * from[source + frame]!
      }
      for (let frame = 0; frame < frames; frame++) data[(start + frame) * rows + row] = sums[frame]!
    }
  }
}
