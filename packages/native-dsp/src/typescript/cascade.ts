/** One second-order section: `y[t] = b0 x[t] + b1 x[t-1] + b2 x[t-2] - a1 y[t-1] - a2 y[t-2]`. */
export interface Section {
  readonly b: readonly [number, number, number]
  /** The denominator without its leading 1. */
  readonly a: readonly [number, number]
}

/** Sections in the order in which a sample runs through them. */
export type Cascade = readonly Section[]

/** A margin's end is felt at its start by less than this part. */
const marginResidue = 1e-9
const marginStep = 64

/** The frames after which what lies beyond is forgotten to one part in 10^9, a multiple of 64. */
export function margin(cascade: Cascade): number {
  return (Math.floor(framesUntil(cascade, marginResidue) / marginStep) + 1) * marginStep
}

/** The frames after which what lies beyond is felt by less than this part, a multiple of 64; none for no sections. */
export function remembered(cascade: Cascade, residue: number): number {
  return Math.ceil(framesUntil(cascade, residue) / marginStep) * marginStep
}

function framesUntil(cascade: Cascade, residue: number): number {
  const radius = Math.max(0, ...cascade.map(poleRadius))
  return radius <= 0 ? 0 : Math.log(residue) / Math.log(radius)
}

/** The samples by which `scipy.signal.sosfiltfilt` extends a signal at either end. */
export function padLength(cascade: Cascade): number {
  const zerosAtOrigin = cascade.filter(({ b }) => b[2] === 0).length
  const polesAtOrigin = cascade.filter(({ a }) => a[1] === 0).length
  return 3 * (2 * cascade.length + 1 - Math.min(zerosAtOrigin, polesAtOrigin))
}

/** The state of each section (transposed direct form II) in the steady state of a constant input of 1. */
export function steadyState(cascade: Cascade): readonly (readonly [number, number])[] {
  let level = 1
  return cascade.map(({ b, a }) => {
    const gain = (b[0] + b[1] + b[2]) / (1 + a[0] + a[1])
    const second = b[2] - a[1] * gain
    const state = [(b[1] - a[0] * gain + second) * level, second * level] as const
    level *= gain
    return state
  })
}

/** The modulus of the pole nearest to the unit circle. */
function poleRadius({ a: [a1, a2] }: Section): number {
  const discriminant = a1 * a1 - 4 * a2
  return discriminant < 0 ? Math.sqrt(a2) : (Math.abs(a1) + Math.sqrt(discriminant)) / 2
}
