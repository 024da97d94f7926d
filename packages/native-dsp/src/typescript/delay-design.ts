/** Whole taps are parts of this. */
export const delayUnit = 1 << 14

/** Taps of a delay; the one at `k` takes the sample `k - (length / 2 - 1)` frames earlier. */
export interface Delay {
  readonly taps: Float64Array
  /** In units of `delayUnit`; their sum is `delayUnit`. */
  readonly whole: Float64Array
}

/**
 * The fitted band of a delay as a fraction of the sampling rate: of 30 kHz, 10 kHz for 16 taps (where the amplifiers of
 * Neuropixels 1.0 end) and 12 kHz for more.
 */
const fittedBand = (taps: number): number => (taps <= 16 ? 1 / 3 : 0.4)

/**
 * Designs taps whose response is nearest, in the mean square over the fitted band, to a delay by `shift` samples, in
 * [0, 1), and whole numbers near them.
 *
 * With `d` the delay of a tap and `w = 2 pi` times the band, the normal equations are
 * `sum sinc((d - d') w/pi) h(d') = sinc((d - shift) w/pi)`. The whole taps are the nearest point of the lattice in the
 * metric of these equations as Babai's nearest plane finds it (Combinatorica 6, 1986), improved by exchanges, so that
 * the error of rounding lies beyond the band.
 */
export function designDelay(shift: number, count: 16 | 24 | 32): Delay {
  const middle = count / 2 - 1
  if (shift === 0) {
    return {
      taps: new Float64Array(count).fill(1, middle, middle + 1),
      whole: new Float64Array(count).fill(delayUnit, middle, middle + 1),
    }
  }
  const band = fittedBand(count)
  const each = Array.from({ length: count }, (_, index) => index)
  const metric = each.map((row) => each.map((column) => sinc(2 * band * (row - column))))
  const factor = cholesky(metric)
  const taps = solve(
    factor,
    each.map((row) => sinc(2 * band * (row - middle - shift))),
  )
  const wanted = taps.map((tap) => tap * delayUnit)
  const whole = nearestPlane(factor, wanted)
  fillUp(metric, wanted, whole)
  exchange(metric, wanted, whole)
  return { taps: Float64Array.from(taps), whole: Float64Array.from(whole) }
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x))

type Matrix = readonly (readonly number[])[]

const sumOver = (from: number, to: number, term: (index: number) => number): number => {
  let sum = 0
  for (let index = from; index < to; index++) sum += term(index)
  return sum
}

/** The upper triangle `r` with `r' r` the matrix. */
function cholesky(matrix: Matrix): number[][] {
  const count = matrix.length
  const factor = matrix.map(() => Array.from({ length: count }, () => 0))
  for (let row = 0; row < count; row++) {
    for (let column = row; column < count; column++) {
      const rest = matrix[row]![column]! - sumOver(0, row, (k) => factor[k]![row]! * factor[k]![column]!)
      // beyond the band the matrix is singular but for rounding
      factor[row]![column] = column === row ? Math.sqrt(Math.max(rest, 1e-13)) : rest / factor[row]![row]!
    }
  }
  return factor
}

function solve(factor: Matrix, right: readonly number[]): number[] {
  const count = right.length
  const x = [...right]
  for (let row = 0; row < count; row++) {
    x[row] = (x[row]! - sumOver(0, row, (k) => factor[k]![row]! * x[k]!)) / factor[row]![row]!
  }
  for (let row = count - 1; row >= 0; row--) {
    x[row] = (x[row]! - sumOver(row + 1, count, (k) => factor[row]![k]! * x[k]!)) / factor[row]![row]!
  }
  return x
}

function nearestPlane(factor: Matrix, wanted: readonly number[]): number[] {
  const count = wanted.length
  const whole = wanted.map(() => 0)
  for (let row = count - 1; row >= 0; row--) {
    const below = sumOver(row + 1, count, (k) => factor[row]![k]! * (wanted[k]! - whole[k]!))
    whole[row] = Math.round(wanted[row]! + below / factor[row]![row]!)
  }
  return whole
}

const gradient = (metric: Matrix, wanted: readonly number[], whole: readonly number[], tap: number): number =>
  sumOver(0, wanted.length, (k) => metric[tap]![k]! * (whole[k]! - wanted[k]!))

/** Makes the sum `delayUnit`, a unit at a time, where it costs least. */
function fillUp(metric: Matrix, wanted: readonly number[], whole: number[]): void {
  for (;;) {
    const missing = delayUnit - whole.reduce((sum, tap) => sum + tap, 0)
    if (missing === 0) return
    const step = Math.sign(missing)
    const costs = whole.map((_, tap) => 2 * step * gradient(metric, wanted, whole, tap) + metric[tap]![tap]!)
    whole[costs.indexOf(Math.min(...costs))]! += step
  }
}

/** Moves single units from tap to tap for as long as that brings the response nearer. */
function exchange(metric: Matrix, wanted: readonly number[], whole: number[]): void {
  for (;;) {
    const gradients = whole.map((_, tap) => gradient(metric, wanted, whole, tap))
    let least = -1e-12
    let best: readonly [number, number] | null = null
    for (let from = 0; from < whole.length; from++) {
      for (let to = 0; to < whole.length; to++) {
        if (to === from) continue
        const curvature = metric[to]![to]! + metric[from]![from]! - 2 * metric[to]![from]!
        const cost = 2 * (gradients[to]! - gradients[from]!) + curvature
        if (cost < least) [least, best] = [cost, [from, to]]
      }
    }
    if (!best) return
    whole[best[0]]!--
    whole[best[1]]!++
  }
}
