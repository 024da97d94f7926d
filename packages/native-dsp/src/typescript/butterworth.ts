import type { Cascade, Section } from './cascade.ts'
import {
  add,
  conjugate,
  divide,
  modulus,
  multiply,
  real,
  scale,
  squareRoot,
  subtract,
  type Complex,
} from './complex.ts'

/** The frequencies that a filter lets through (Hz); a high-pass where `high` is missing, a low-pass where `low` is. */
export type Band =
  | { readonly low: number; readonly high?: number }
  | { readonly low?: undefined; readonly high: number }

/**
 * Designs a digital Butterworth filter, as `scipy.signal.butter(order, band, fs=..., output="sos")` does.
 *
 * The analogue prototype's poles stand evenly on the left half of the unit circle; the band is moved in the s plane at
 * pre-warped frequencies `4 tan(pi f / fs)` and the bilinear transform takes it to the z plane. A band-pass of order
 * `n` has `2 n` poles. Zeros are paired with poles, and sections ordered, as `scipy.signal.zpk2sos` does
 * (`pairing="nearest"`).
 */
export function designButterworth(order: number, { low, high }: Band, samplingRate: number): Cascade {
  const warp = (frequency: number): number => twiceRate * Math.tan((Math.PI * frequency) / samplingRate)
  return toSections(bilinear(analogue(order, low && warp(low), high && warp(high))))
}

function analogue(order: number, low: number | undefined, high: number | undefined): Zpk {
  if (low === undefined) return lowPass(order, high ?? 0)
  return high === undefined ? highPass(order, low) : bandPass(order, low, high)
}

/** The bilinear transform is taken at a sampling rate of 2, as in SciPy. */
const twiceRate = 4

/** A transfer function; `poles` holds one of each conjugate pair (non-negative imaginary part) and the real ones. */
interface Zpk {
  readonly zeros: readonly number[]
  readonly poles: readonly Complex[]
  readonly gain: number
}

/** The prototype's poles with a non-negative imaginary part; the real one, if any, is exact. */
function prototype(order: number): readonly Complex[] {
  const poles: Complex[] = []
  for (let step = 1 - order; step <= 0; step += 2) {
    const angle = (Math.PI * step) / (2 * order)
    poles.push(step === 0 ? real(-1) : { re: -Math.cos(angle), im: -Math.sin(angle) })
  }
  return poles
}

const upper = ({ re, im }: Complex): Complex => ({ re, im: Math.abs(im) })

function highPass(order: number, cutoff: number): Zpk {
  const poles = prototype(order).map((pole) => upper(divide(real(cutoff), pole)))
  return { zeros: zerosAt(0, order), poles, gain: 1 }
}

function lowPass(order: number, cutoff: number): Zpk {
  return { zeros: [], poles: prototype(order).map((pole) => upper(scale(pole, cutoff))), gain: cutoff ** order }
}

function bandPass(order: number, low: number, high: number): Zpk {
  const width = high - low
  const centre = Math.sqrt(low * high)
  const poles = prototype(order).flatMap((unit) => {
    const pole = scale(unit, width / 2)
    const root = squareRoot(subtract(multiply(pole, pole), real(centre * centre)))
    if (pole.im === 0 && root.im !== 0) return [{ re: pole.re, im: Math.abs(root.im) }]
    // A complex prototype pole becomes two, its conjugate their conjugates; a real one may become two real ones.
    return [upper(add(pole, root)), upper(subtract(pole, root))]
  })
  return { zeros: zerosAt(0, order), poles, gain: width ** order }
}

const zerosAt = (value: number, count: number): number[] => Array.from({ length: count }, () => value)

/** From the s plane to the z plane. */
function bilinear({ zeros, poles, gain }: Zpk): Zpk {
  const rate = real(twiceRate)
  let count = 0
  let ratio = zeros.reduce((product, zero) => product * (twiceRate - zero), 1)
  for (const pole of poles) {
    const distance = subtract(rate, pole)
    ratio /= pole.im === 0 ? distance.re : multiply(distance, conjugate(distance)).re
    count += pole.im === 0 ? 1 : 2
  }
  return {
    zeros: [...zeros.map((zero) => (twiceRate + zero) / (twiceRate - zero)), ...zerosAt(-1, count - zeros.length)],
    poles: poles.map((pole) => divide(add(rate, pole), subtract(rate, pole))),
    gain: gain * ratio,
  }
}

/** Starting from the pole nearest to the unit circle, which goes into the last section, each pole pair takes the two zeros nearest to it. */
function toSections(filter: Zpk): Cascade {
  const odd = filter.zeros.length % 2 === 1
  const zeros = [...filter.zeros, ...(odd ? [0] : [])]
  const poles = [...filter.poles, ...(odd ? [real(0)] : [])]
  const sections: Section[] = []
  for (let pole = takeWorst(poles, () => true); pole; pole = takeWorst(poles, () => true)) {
    const a = denominator(pole, pole.im === 0 ? takeWorst(poles, ({ im }) => im === 0) : undefined)
    const first = takeNearest(zeros, pole)
    const second = takeNearest(zeros, pole)
    sections.unshift({ b: [1, -(first + second), first * second], a })
  }
  const scaled = (section: Section): Section => ({
    b: [section.b[0] * filter.gain, section.b[1] * filter.gain, section.b[2] * filter.gain],
    a: section.a,
  })
  return sections.map((section, index) => (index === 0 ? scaled(section) : section))
}

function denominator(pole: Complex, partner: Complex | undefined): [number, number] {
  if (pole.im !== 0) return [-2 * pole.re, pole.re * pole.re + pole.im * pole.im]
  const other = partner?.re ?? 0
  return [-(pole.re + other), pole.re * other]
}

/** Takes out the eligible pole nearest to the unit circle. */
function takeWorst(poles: Complex[], eligible: (pole: Complex) => boolean): Complex | undefined {
  const distance = (pole: Complex): number => (eligible(pole) ? Math.abs(1 - modulus(pole)) : Infinity)
  const worst = indexOfLeast(poles.map(distance))
  return worst === -1 ? undefined : poles.splice(worst, 1)[0]
}

/** Takes out the zero nearest to the pole; there is always one, zeros and poles being equally many. */
function takeNearest(zeros: number[], pole: Complex): number {
  const nearest = indexOfLeast(zeros.map((zero) => modulus(subtract(real(zero), pole))))
  return zeros.splice(nearest, 1)[0] ?? 0
}

/** The first index of the least finite value, or -1. */
function indexOfLeast(values: readonly number[]): number {
  let least = -1
  values.forEach((value, index) => {
    if (value < (values[least] ?? Infinity)) least = index
  })
  return least
}
