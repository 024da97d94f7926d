import { type Contacts, contactsOf } from '../location/contacts.ts'

/** For each place, the contacts that it is made of: row `i` has the terms from `ends[i - 1]` (or 0) up to `ends[i]`. */
export interface Weights {
  readonly ends: Int32Array
  readonly sources: Int32Array
  readonly weights: Float32Array
}

/** Interpolation between contacts. */
export interface Kriging {
  readonly contacts: Contacts
  /** Leaves out weights whose size is below `least`. Weights sum to one, before, between the outermost contacts. */
  weights(places: Iterable<readonly [number, number]>, least: number): Weights
}

/** Beyond a distance at which the kernel is this small, contacts know nothing of each other. */
const leastKernel = 1e-12

/** Added to the kernel's diagonal, as SpikeInterface does. */
const ridge = 1e-6

/** Kriging with the kernel `exp(-(distance / sigma)^power)` between contacts at x, y (um) in turn. */
export function createKriging(positions: ArrayLike<number>, sigma: number, power: number): Kriging {
  const contacts = contactsOf(positions)
  const count = contacts.x.length
  const reach = sigma * (-Math.log(leastKernel)) ** (1 / power)
  const kernel = (distance: number): number => (distance > reach ? 0 : Math.exp(-((distance / sigma) ** power)))
  const apart = (contact: number, x: number, y: number): number =>
    Math.sqrt((contacts.x[contact]! - x) ** 2 + (contacts.y[contact]! - y) ** 2)
  const inverse = invert(count, (one, two) => kernel(apart(one, contacts.x[two]!, contacts.y[two]!)))
  const sums = Float64Array.from({ length: count }, (_, row) =>
    inverse.subarray(row * count, (row + 1) * count).reduce((sum, value) => sum + value, 0),
  )
  const ranges = [contacts.x, contacts.y].map((values) => [
    values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  ])
  return {
    contacts,
    weights(places, least) {
      const [ends, sources, weights]: [number[], number[], number[]] = [[], [], []]
      for (const place of places) {
        const near: number[] = []
        const values: number[] = []
        let total = 0
        for (let contact = 0; contact < count; contact++) {
          const value = kernel(apart(contact, ...place))
          if (value === 0) continue
          near.push(contact)
          values.push(value)
          total += sums[contact]! * value
        }
        const inside = ranges.every(([low, high], axis) => place[axis]! >= low! && place[axis]! <= high!)
        const factor = inside && total !== 0 ? 1 / total : 1
        for (let contact = 0; contact < count; contact++) {
          if (apart(contact, ...place) > 2 * reach) continue
          let weight = 0
          for (let at = 0; at < near.length; at++) weight += inverse[contact * count + near[at]!]! * values[at]!
          weight *= factor
          if (Math.abs(weight) < least) continue
          sources.push(contact)
          weights.push(weight)
        }
        ends.push(sources.length)
      }
      return { ends: Int32Array.from(ends), sources: Int32Array.from(sources), weights: Float32Array.from(weights) }
    },
  }
}

/** The inverse of `kernel + ridge` between all contacts, group by group of those that know of each other. */
function invert(count: number, kernel: (one: number, two: number) => number): Float64Array {
  const inverse = new Float64Array(count * count)
  const left = new Set(Array.from({ length: count }, (_, contact) => contact))
  for (const first of left) {
    left.delete(first)
    const group = [first]
    for (const from of group) {
      for (const other of left) {
        if (kernel(from, other) === 0) continue
        left.delete(other)
        group.push(other)
      }
    }
    group.sort((a, b) => a - b)
    const size = group.length
    const block = invertPositive(size, (i, j) => kernel(group[i]!, group[j]!) + (i === j ? ridge : 0))
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) inverse[group[i]! * count + group[j]!] = block[i * size + j]!
    }
  }
  return inverse
}

/** The inverse of a symmetric positive definite matrix, by Cholesky's factors. */
function invertPositive(size: number, entry: (row: number, column: number) => number): Float64Array {
  const lower = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = entry(i, j)
      for (let k = 0; k < j; k++) rest -= lower[i * size + k]! * lower[j * size + k]!
      lower[i * size + j] = i === j ? Math.sqrt(Math.max(rest, Number.MIN_VALUE)) : rest / lower[j * size + j]!
    }
  }
  // the transpose of the factor's inverse, row by row
  const upper = new Float64Array(size * size)
  for (let j = 0; j < size; j++) {
    upper[j * size + j] = 1 / lower[j * size + j]!
    for (let i = j + 1; i < size; i++) {
      let sum = 0
      for (let k = j; k < i; k++) sum += lower[i * size + k]! * upper[j * size + k]!
      upper[j * size + i] = -sum / lower[i * size + i]!
    }
  }
  const result = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0
      for (let k = i; k < size; k++) sum += upper[i * size + k]! * upper[j * size + k]!
      result[i * size + j] = sum
      result[j * size + i] = sum
    }
  }
  return result
}
