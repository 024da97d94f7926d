/**
 * Writes the delayed signal to `shifted`; samples beyond the ends count as zero.
 *
 * @param filter the tap at `k` takes the sample `k - (length / 2 - 1)` frames earlier
 */
export function delay(signal: Float64Array, filter: Float64Array, shifted: Float64Array): void {
  const frames = signal.length
  const before = filter.length / 2
  const inside = Math.max(before, frames - before + 1)
  delayEdge(signal, filter, shifted, 0, Math.min(before, frames))
  delayEdge(signal, filter, shifted, delayInside(signal, filter, shifted, inside), frames)
}

/** Frames whose taps all lie inside, up to `end`, four at a time so that the sums do not wait for each other; returns where it stopped. */
function delayInside(signal: Float64Array, filter: Float64Array, shifted: Float64Array, end: number): number {
  const taps = filter.length
  const after = taps / 2 - 1
  let t = taps / 2
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
  const taps = filter.length
  const after = taps / 2 - 1
  for (let t = start; t < end; t++) {
    const from = Math.max(0, t + after - signal.length + 1)
    const to = Math.min(taps, t + after + 1)
    let sum = 0
    for (let k = from; k < to; k++) sum += filter[k]! * signal[t + after - k]!
    shifted[t] = sum
  }
}
