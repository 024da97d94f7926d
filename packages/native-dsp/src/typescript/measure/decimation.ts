import { InvalidParameterError } from '../../errors.ts'

/**
 * Takes every `factor`-th frame of what a symmetric filter lets through: a sinc with a Kaiser window (80 dB) of
 * `26 * factor - 1` taps, as `scipy.signal.firwin` makes it, quantised to integers whose sum is a power of two.
 *
 * Half the amplitude passes at the new Nyquist frequency; the gain is 1 within 0.003 dB up to 0.8 of it, and at most
 * -72 dB (-79 dB for a factor of 12) from 1.2 of it on. Frame `k` of the result stands at frame `k * factor`; beyond an
 * end its own sample is repeated.
 */
export interface Decimation {
  readonly factor: number
  /** The middle one, at `reach`, belongs to the frame itself. */
  readonly taps: Int16Array
  /** What the taps sum to. */
  readonly unit: number
  /** Frames on either side that a frame of the result depends on. */
  readonly reach: number
}

/** The greatest factor; beyond it the integers would be too coarse. */
const mostDecimation = 32

const finestBits = 17
const attenuation = 80 // (dB)
const halfWidth = 13 // (output frames) on either side
/** The middle tap is left room for what rounding leaves to it. */
const mostOfATap = 32_700

export function designDecimation(factor: number): Decimation {
  if (!(Number.isInteger(factor) && factor >= 2 && factor <= mostDecimation)) {
    throw new InvalidParameterError('factor', factor, `a whole factor from 2 to ${mostDecimation}`)
  }
  const half = windowedSinc(factor)
  let bits = finestBits
  while (half[0]! * 2 ** bits >= mostOfATap) bits--
  const quantised = quantise(half, 2 ** bits)
  const taps = Int16Array.from([...quantised.slice(1).toReversed(), ...quantised])
  return { factor, taps, unit: 2 ** bits, reach: half.length - 1 }
}

/** The middle and one side of a low-pass that passes half at `1 / factor` of the Nyquist frequency; sums to 1. */
function windowedSinc(factor: number): number[] {
  const reach = halfWidth * factor - 1
  const beta = 0.1102 * (attenuation - 8.7)
  const taps = Array.from({ length: reach + 1 }, (_, index) => {
    const position = (Math.PI * index) / factor
    const sinc = index === 0 ? 1 : Math.sin(position) / position
    const edge = index / reach
    return sinc * bessel(beta * Math.sqrt(1 - edge * edge))
  })
  const sum = taps[0]! + 2 * taps.slice(1).reduce((total, tap) => total + tap, 0)
  return taps.map((tap) => tap / sum)
}

/** The modified Bessel function of the first kind and order 0, by its power series. */
function bessel(x: number): number {
  let [sum, term, k] = [1, 1, 1]
  while (term > sum * 1e-17) {
    term *= (x / 2 / k) * (x / 2 / k)
    sum += term
    k += 1
  }
  return sum
}

/** Rounds to whole numbers that sum to `unit`: what is missing goes to those that were rounded by most. */
function quantise(half: readonly number[], unit: number): number[] {
  const exact = half.map((tap) => tap * unit)
  const taps = exact.map((tap) => Math.floor(tap + 0.5))
  const missing = (): number => unit - taps[0]! - 2 * taps.slice(1).reduce((total, tap) => total + tap, 0)
  const left = missing()
  const sign = Math.sign(left)
  const rounded = (index: number): number => (exact[index]! - taps[index]!) * sign
  const order = taps.map((_, index) => index).slice(1)
  order.sort((a, b) => rounded(b) - rounded(a))
  for (const index of order.slice(0, Math.floor(Math.abs(left) / 2))) taps[index]! += sign
  taps[0]! += missing()
  return taps
}
