import { designButterworth } from '../src/typescript/butterworth.ts'
import { padLength, type Cascade } from '../src/typescript/cascade.ts'
import { delayUnit, designDelay } from '../src/typescript/delay-design.ts'
import type { FilterPlan, Plan } from '../src/plan.ts'

/**
 * What a plan makes of one uninterrupted stretch, in double precision and without blocks, frame-major: delays whose input
 * goes on with the ends' samples, `sosfiltfilt` with its odd extension, and group medians.
 */
export function computeInOnePiece(plan: Plan, counts: Int16Array, columns: number): Float64Array {
  const frames = counts.length / columns
  const rows = plan.columns.length
  const result = new Float64Array(frames * rows)
  plan.columns.forEach((column, row) => {
    if (frames === 0) return
    const signal = Float64Array.from({ length: frames }, (_, frame) => counts[frame * columns + column]!)
    const shift = plan.temporal.shifts?.[row] ?? 0
    let done = shift === 0 ? signal : delay(signal, shift, plan.temporal.taps)
    const filters = plan.temporal.filters
    for (const filter of filters.filter(isCausal)) done = runSections(done, sectionsOf(filter, plan.samplingRate))
    const zeroPhase = filters.filter((filter) => !isCausal(filter))
    done = runBothWays(
      done,
      zeroPhase.flatMap((filter) => sectionsOf(filter, plan.samplingRate)),
    )
    const scale = plan.spatial.length > 0 ? (plan.scale?.[row] ?? 1) : 1
    done.forEach((value, frame) => (result[frame * rows + row] = value * scale))
  })
  for (const step of plan.spatial) {
    if (step.kind !== 'group-reference' || step.operator !== 'median')
      throw new Error(`${step.kind} has no reference here`)
    for (let start = 0; start < result.length; start += rows) {
      for (const { of, from } of step.groups) {
        const middle = medianOf(of.map((row) => result[start + row] ?? Number.NaN))
        for (const row of from) result[start + row]! -= middle
      }
    }
  }
  const { scale } = plan
  return plan.spatial.length > 0 && scale ? result.map((value, at) => value / scale[at % rows]!) : result
}

const isCausal = (filter: FilterPlan): boolean => 'direction' in filter && filter.direction === 'causal'

function sectionsOf(filter: FilterPlan, samplingRate: number): Cascade {
  if (filter.kind === 'high-pass') return designButterworth(filter.order, { low: filter.cutoff }, samplingRate)
  if (filter.kind === 'band-pass') return designButterworth(filter.order, filter, samplingRate)
  throw new Error(`${filter.kind} has no reference here`)
}

function delay(signal: Float64Array, shift: number, taps: 16 | 24 | 32): Float64Array {
  const { whole } = designDelay(shift, taps)
  const last = signal.length - 1
  return signal.map((_, frame) => {
    let sum = 0
    for (let k = 0; k < taps; k++) sum += whole[k]! * signal[Math.min(Math.max(frame + taps / 2 - 1 - k, 0), last)]!
    return sum / delayUnit
  })
}

function runBothWays(signal: Float64Array, sections: Cascade): Float64Array {
  if (sections.length === 0) return signal
  const last = signal.length - 1
  const pad = Math.min(padLength(sections), last)
  const extended = new Float64Array(signal.length + 2 * pad)
  extended.set(signal, pad)
  for (let distance = 1; distance <= pad; distance++) {
    extended[pad - distance] = 2 * signal[0]! - signal[distance]!
    extended[pad + last + distance] = 2 * signal[last]! - signal[last - distance]!
  }
  const forward = runSections(extended, sections)
  return runSections(forward.toReversed(), sections)
    .toReversed()
    .subarray(pad, pad + signal.length)
}

/** So long a constant has made every section here steady. */
const settling = 1500

/** Difference equations as they are written, after a long time of the first sample. */
function runSections(signal: Float64Array, sections: Cascade): Float64Array {
  const samples = new Float64Array(settling + signal.length).fill(signal[0]!)
  samples.set(signal, settling)
  for (const { b, a } of sections) {
    let [x1, x2, y1, y2] = [0, 0, 0, 0]
    for (let at = 0; at < samples.length; at++) {
      const x = samples[at]!
      const y = b[0] * x + b[1] * x1 + b[2] * x2 - a[0] * y1 - a[1] * y2
      x2 = x1
      x1 = x
      y2 = y1
      y1 = y
      samples[at] = y
    }
  }
  return samples.slice(settling)
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

export function roundHalfEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  const whole = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor
  return Math.min(32_767, Math.max(-32_768, whole))
}
