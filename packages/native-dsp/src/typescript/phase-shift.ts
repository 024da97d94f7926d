/** The taps of a delay filter: 7 after and 8 before the sample. */
const taps = 16

/** The filter is fitted up to this fraction of the sampling rate: 10 kHz at 30 kHz, where the amplifiers of Neuropixels 1.0 end. */
const fittedBand = 1 / 3

/** The frames after the sample that take part. */
const after = taps / 2 - 1

/** The frames on either side that a result depends on. */
export const shiftMargin = taps / 2

/** The filters of the channels that have to be delayed, each designed once. */
export function designDelays(shifts: ArrayLike<number>): readonly Float64Array[] {
  const designed = new Map<number, Float64Array>()
  return Array.from(shifts, (shift) => {
    const known = designed.get(shift) ?? designDelay(shift)
    designed.set(shift, known)
    return known
  })
}

/**
 * Writes the delayed signal to `shifted`; samples beyond the ends count as zero.
 *
 * @param filter the tap at `k` takes the sample `k - 7` frames earlier
 */
export function delay(signal: Float64Array, filter: Float64Array, shifted: Float64Array): void {
  const frames = signal.length
  const inside = Math.max(shiftMargin, frames - after)
  delayEdge(signal, filter, shifted, 0, Math.min(shiftMargin, frames))
  delayEdge(signal, filter, shifted, delayInside(signal, filter, shifted, inside), frames)
}

/** Frames whose taps all lie inside, up to `end`, four at a time so that the sums do not wait for each other; returns where it stopped. */
function delayInside(signal: Float64Array, filter: Float64Array, shifted: Float64Array, end: number): number {
  let t = shiftMargin
  for (; t + 4 <= end; t += 4) {
    let first = 0
    let second = 0
    let third = 0
    let fourth = 0
    for (let k = 0; k < taps; k++) {
      const tap = filter[k]!
      const at = t + after - k
      first += tap * signal[at]!
      second += tap * signal[at + 1]!
      third += tap * signal[at + 2]!
      fourth += tap * signal[at + 3]!
    }
    shifted[t] = first
    shifted[t + 1] = second
    shifted[t + 2] = third
    shifted[t + 3] = fourth
  }
  return t
}

/** Frames from `start` to `end`, without the taps that lie beyond the signal. */
function delayEdge(
  signal: Float64Array,
  filter: Float64Array,
  shifted: Float64Array,
  start: number,
  end: number,
): void {
  for (let t = start; t < end; t++) {
    const from = Math.max(0, t + after - signal.length + 1)
    const to = Math.min(taps, t + after + 1)
    let sum = 0
    for (let k = from; k < to; k++) sum += filter[k]! * signal[t + after - k]!
    shifted[t] = sum
  }
}

/**
 * The taps whose response is nearest, in the mean square over the fitted band, to a delay by `shift` samples.
 *
 * With `n` the delay of a tap and `w = 2 pi` times the band, the normal equations are
 * `sum sinc((m - n) w/pi) h(n) = sinc((m - shift) w/pi)`.
 */
export function designDelay(shift: number): Float64Array {
  const filter = new Float64Array(taps)
  if (shift === 0) return filter.fill(1, after, after + 1)
  const matrix = Array.from(filter, (_, row) => Float64Array.from(filter, (_unused, column) => inner(row - column)))
  filter.forEach((_, row) => (filter[row] = inner(row - after - shift)))
  // The matrix is positive definite: elimination needs no exchange of rows.
  for (let pivot = 0; pivot < taps; pivot++) {
    for (let row = pivot + 1; row < taps; row++) {
      const factor = matrix[row]![pivot]! / matrix[pivot]![pivot]!
      for (let column = 0; column < taps; column++) matrix[row]![column]! -= factor * matrix[pivot]![column]!
      filter[row]! -= factor * filter[pivot]!
    }
  }
  for (let pivot = taps - 1; pivot >= 0; pivot--) {
    for (let column = pivot + 1; column < taps; column++) filter[pivot]! -= matrix[pivot]![column]! * filter[column]!
    filter[pivot]! /= matrix[pivot]![pivot]!
  }
  return filter
}

/** The inner product, over the fitted band, of two delays this far apart. */
const inner = (distance: number): number => sinc(2 * fittedBand * distance)

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x))
