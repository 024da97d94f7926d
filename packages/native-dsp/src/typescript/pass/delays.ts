import { delayUnit } from '../delay-design.ts'

/**
 * Delays `frames` whole numbers, from the one at `from` on, by whole taps (`Delay`); the sums are exact. The samples go on
 * by half as many as there are taps on either side.
 */
export function delayLane(
  samples: Float64Array,
  from: number,
  frames: number,
  taps: Float64Array,
  out: Float64Array,
  to: number,
): void {
  const last = taps.length - 1
  const ahead = (taps.length >> 1) - 1
  let t = 0
  for (; t + 4 <= frames; t += 4) {
    let at = from + t + ahead - last
    let one = samples[at]!
    let two = samples[at + 1]!
    let three = samples[at + 2]!
    let first = 0
    let second = 0
    let third = 0
    let fourth = 0
    at += 3
    for (let k = last; k >= 0; k--, at++) {
      const tap = taps[k]!
      const four = samples[at]!
      first += tap * one
      second += tap * two
      third += tap * three
      fourth += tap * four
      one = two
      two = three
      three = four
    }
    out[to + t] = first / delayUnit
    out[to + t + 1] = second / delayUnit
    out[to + t + 2] = third / delayUnit
    out[to + t + 3] = fourth / delayUnit
  }
  for (; t < frames; t++) {
    let sum = 0
    for (let k = 0; k <= last; k++) sum += taps[k]! * samples[from + t + ahead - k]!
    out[to + t] = sum / delayUnit
  }
}
