import type { Attention } from '../attention.ts'

/** Displacements between pairs of time bins, in each window. */
export interface PairDisplacements {
  readonly times: number
  readonly windows: number
  /** How much later the second bin of a pair is, in bins; ascending. */
  readonly delays: readonly number[]
  /** (um) `[window][delay][first bin]`: of the second bin against the first. */
  readonly displacement: Float32Array
  /** As long: how much each counts, 0 to 1. */
  readonly weight: Float32Array
}

/** Of a step in time and between windows, in units of a pair's weight. */
const smoothness = 1
/** Keeps what nothing is known of at rest. */
const ridge = 1e-3
const rounds = 5
const mostSteps = 500
/** Residuals of which the median is taken. */
const mostSizes = 100_000
/** Of the right side's norm. */
const tolerance = 1e-9

/**
 * The displacement of each bin (um), `[window][time]`, by weighted least squares over all pairs with steps in time and
 * between windows held small; then again with pairs counting less the further they are off (Geman and McClure's weight
 * `1 / (1 + (residual / scale)^2)^2`, its scale three robust deviations, at least `leastScale`). By conjugate gradients.
 */
export async function align(pairs: PairDisplacements, leastScale: number, attention: Attention): Promise<Float64Array> {
  const place = new Float64Array(pairs.windows * pairs.times)
  const weight = pairs.weight.slice()
  for (let round = 0; round < rounds; round++) {
    if (round > 0) reweigh(pairs, place, leastScale, weight)
    await solve(pairs, weight, place, attention)
  }
  return place
}

/** Calls with the start of each stretch of pairs, their delay and the place of their first bin. */
function eachStretch(
  { windows, delays, times }: PairDisplacements,
  visit: (start: number, delay: number, first: number) => void,
): void {
  for (let window = 0; window < windows; window++) {
    delays.forEach((delay, index) => visit((window * delays.length + index) * times, delay, window * times))
  }
}

function reweigh(pairs: PairDisplacements, place: Float64Array, leastScale: number, weight: Float32Array): void {
  const { times, displacement } = pairs
  const sizes = new Float64Array(displacement.length)
  let count = 0
  eachStretch(pairs, (start, delay, first) => {
    for (let bin = 0; bin < times - delay; bin++) {
      if (!(pairs.weight[start + bin]! > 0)) continue
      sizes[count++] = Math.abs(displacement[start + bin]! - (place[first + bin + delay]! - place[first + bin]!))
    }
  })
  if (count === 0) return
  const step = Math.ceil(count / mostSizes)
  const chosen = Float64Array.from({ length: Math.ceil(count / step) }, (_, index) => sizes[index * step]!).toSorted()
  const median = chosen[chosen.length >> 1]!
  const scale = Math.max(leastScale, 3 * 1.4826 * median)
  eachStretch(pairs, (start, delay, first) => {
    for (let bin = 0; bin < times - delay; bin++) {
      const off = (displacement[start + bin]! - (place[first + bin + delay]! - place[first + bin]!)) / scale
      const factor = 1 / (1 + off * off)
      weight[start + bin] = pairs.weight[start + bin]! * factor * factor
    }
  })
}

async function solve(
  pairs: PairDisplacements,
  weight: Float32Array,
  place: Float64Array,
  attention: Attention,
): Promise<void> {
  const { times, displacement } = pairs
  const right = new Float64Array(place.length)
  const diagonal = new Float64Array(place.length).fill(ridge)
  eachStretch(pairs, (start, delay, first) => {
    for (let bin = 0; bin < times - delay; bin++) {
      const share = weight[start + bin]!
      const pull = share * displacement[start + bin]!
      right[first + bin]! -= pull
      right[first + bin + delay]! += pull
      diagonal[first + bin]! += share
      diagonal[first + bin + delay]! += share
    }
  })
  eachTie(pairs, (one, two) => {
    diagonal[one]! += smoothness
    diagonal[two]! += smoothness
  })
  const image = new Float64Array(place.length)
  multiply(pairs, weight, place, image)
  const rest = right.map((value, at) => value - image[at]!)
  const direction = rest.map((value, at) => value / diagonal[at]!)
  let power = dot(rest, direction)
  const enough = tolerance * tolerance * dot(right, right)
  for (let step = 0; step < mostSteps && dot(rest, rest) > enough; step++) {
    if (attention.due()) await attention.rest(0.9)
    multiply(pairs, weight, direction, image)
    const length = power / dot(direction, image)
    let next = 0
    for (let at = 0; at < place.length; at++) {
      place[at]! += length * direction[at]!
      rest[at]! -= length * image[at]!
      next += (rest[at]! * rest[at]!) / diagonal[at]!
    }
    const share = next / power
    for (let at = 0; at < place.length; at++) direction[at] = rest[at]! / diagonal[at]! + share * direction[at]!
    power = next
  }
}

/** Neighbours in time and among windows. */
function eachTie({ windows, times }: PairDisplacements, visit: (one: number, two: number) => void): void {
  for (let window = 0; window < windows; window++) {
    const first = window * times
    for (let bin = 1; bin < times; bin++) visit(first + bin - 1, first + bin)
    if (window + 1 === windows) continue
    for (let bin = 0; bin < times; bin++) visit(first + bin, first + times + bin)
  }
}

function multiply(pairs: PairDisplacements, weight: Float32Array, place: Float64Array, image: Float64Array): void {
  for (let at = 0; at < place.length; at++) image[at] = ridge * place[at]!
  eachStretch(pairs, (start, delay, first) => {
    for (let bin = 0; bin < pairs.times - delay; bin++) {
      const [one, two] = [first + bin, first + bin + delay]
      const pull = weight[start + bin]! * (place[two]! - place[one]!)
      image[one]! -= pull
      image[two]! += pull
    }
  })
  eachTie(pairs, (one, two) => {
    const pull = smoothness * (place[two]! - place[one]!)
    image[one]! -= pull
    image[two]! += pull
  })
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!
  return sum
}
