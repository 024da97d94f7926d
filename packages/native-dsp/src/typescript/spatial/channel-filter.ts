import type { SpatialHighPassPlan } from '../../plan.ts'
import { designButterworth } from '../butterworth.ts'
import { padLength, type Section } from '../cascade.ts'

/** Filters the values of so many rows, in place: mirrored, tapered, extended as `sosfiltfilt` does, forward, backward. */
export function createChannelFilter(
  { order, cutoff, padding, taper }: SpatialHighPassPlan,
  rows: number,
): (values: Float64Array) => void {
  const cascade = designButterworth(order, { low: cutoff }, 2)
  const mirrored = Math.min(padding, rows)
  const padded = rows + 2 * mirrored
  const extension = Math.min(padLength(cascade), padded - 1)
  const weights = taper > 0 ? taperOf(padded, taper) : null
  const signal = new Float64Array(padded + 2 * extension)
  const inner = signal.subarray(extension, extension + padded)
  return (values) => {
    for (let index = 0; index < mirrored; index++) {
      inner[index] = values[mirrored - 1 - index]!
      inner[padded - 1 - index] = values[rows - mirrored + index]!
    }
    inner.set(values, mirrored)
    if (weights) for (let index = 0; index < padded; index++) inner[index]! *= weights[index]!
    const [first, last] = [inner[0]!, inner[padded - 1]!]
    for (let distance = 1; distance <= extension; distance++) {
      signal[extension - distance] = 2 * first - inner[distance]!
      signal[extension + padded - 1 + distance] = 2 * last - inner[padded - 1 - distance]!
    }
    // A high-pass answers a constant with 0: taken off, its steady state is that of rest.
    run(signal, cascade, 0, signal.length, 1)
    run(signal, cascade, signal.length - 1, -1, -1)
    values.set(inner.subarray(mirrored, mirrored + rows))
  }
}

/** IBL's `fcn_cosine` over `[0, taper]`, and turned around over the last `taper` values. */
function taperOf(length: number, taper: number): Float64Array {
  const rise = (position: number): number => (1 - Math.cos(Math.PI * Math.min(1, Math.max(0, position / taper)))) / 2
  return Float64Array.from({ length }, (_, index) => rise(index) * (1 - rise(index - (length - taper))))
}

/** All sections of a cascade over a signal, from `start` to `end` (exclusive) in steps of `step`. */
function run(signal: Float64Array, cascade: readonly Section[], start: number, end: number, step: number): void {
  let constant = signal[start]!
  for (const { b, a } of cascade) {
    const [b0, b1, b2] = b
    const [a1, a2] = a
    let [first, second] = [0, 0]
    for (let index = start; index !== end; index += step) {
      const x = signal[index]! - constant
      const y = b0 * x + first
      first = b1 * x - a1 * y + second
      second = b2 * x - a2 * y
      signal[index] = y
    }
    constant = 0
  }
}
