import type { Attention } from './attention.ts'

/** `vectors[i * size + k]` is entry `i` of the eigenvector of `values[k]`; those are orthonormal. */
export interface Eigen {
  readonly values: Float64Array
  readonly vectors: Float64Array
}

/**
 * Decomposes a symmetric matrix: Householder's reduction to a tridiagonal one, then the QL algorithm with implicit shifts.
 * Source: Bowdler, Martin, Reinsch and Wilkinson, Handbook for Automatic Computation II (1971), tred2 and tql2. O(size³).
 *
 * @param done the fraction of the operation that is done, which is reported
 */
export async function decompose(matrix: Float64Array, size: number, attention: Attention, done = 0): Promise<Eigen> {
  const vectors = matrix.slice()
  const values = new Float64Array(size)
  const beside = new Float64Array(size)
  for (let row = size - 1; row > 0; row--) {
    if (attention.due()) await attention.rest(done)
    reduceRow(vectors, values, beside, size, row)
  }
  beside[0] = 0
  for (let row = 0; row < size; row++) {
    if (attention.due()) await attention.rest(done)
    accumulate(vectors, values, size, row)
  }
  beside.copyWithin(0, 1)
  if (size > 0) beside[size - 1] = 0
  for (let at = 0; at < size; at++) {
    if (attention.due()) await attention.rest(done)
    diagonalise(vectors, values, beside, size, at)
  }
  return { values, vectors }
}

/** Makes row `row` zero but for its diagonal and the entry beside it; the reflection stays in the row. */
function reduceRow(z: Float64Array, d: Float64Array, e: Float64Array, size: number, row: number): void {
  const last = row - 1
  const at = row * size
  let scale = 0
  for (let k = 0; k < last; k++) scale += Math.abs(z[at + k]!)
  d[row] = 0
  if (scale === 0) {
    e[row] = z[at + last]!
    return
  }
  scale += Math.abs(z[at + last]!)
  let h = 0
  for (let k = 0; k <= last; k++) {
    z[at + k]! /= scale
    h += z[at + k]! ** 2
  }
  const f = z[at + last]!
  const g = f >= 0 ? -Math.sqrt(h) : Math.sqrt(h)
  e[row] = scale * g
  h -= f * g
  z[at + last] = f - g
  let sum = 0
  for (let j = 0; j <= last; j++) {
    z[j * size + row] = z[at + j]! / h
    let product = 0
    for (let k = 0; k <= j; k++) product += z[j * size + k]! * z[at + k]!
    for (let k = j + 1; k <= last; k++) product += z[k * size + j]! * z[at + k]!
    e[j] = product / h
    sum += e[j]! * z[at + j]!
  }
  const half = sum / (h + h)
  for (let j = 0; j <= last; j++) {
    const left = z[at + j]!
    const right = (e[j]! -= half * left)
    for (let k = 0; k <= j; k++) z[j * size + k]! -= left * e[k]! + right * z[at + k]!
  }
  d[row] = h
}

/** Applies the reflection of row `row` to the product of those before it. */
function accumulate(z: Float64Array, d: Float64Array, size: number, row: number): void {
  const at = row * size
  if (d[row] !== 0) {
    const product = new Float64Array(row)
    for (let k = 0; k < row; k++) {
      const factor = z[at + k]!
      for (let j = 0; j < row; j++) product[j]! += factor * z[k * size + j]!
    }
    for (let k = 0; k < row; k++) {
      const factor = z[k * size + row]!
      for (let j = 0; j < row; j++) z[k * size + j]! -= product[j]! * factor
    }
  }
  d[row] = z[at + row]!
  z[at + row] = 1
  for (let j = 0; j < row; j++) z[j * size + row] = z[at + j] = 0
}

/** More than any matrix of numbers needs. */
const mostRotations = 60

/** Turns the tridiagonal matrix until the entry beside `values[at]` is 0. */
function diagonalise(z: Float64Array, d: Float64Array, e: Float64Array, size: number, at: number): void {
  for (let round = 0; round < mostRotations; round++) {
    let end = at
    while (end < size - 1 && Math.abs(e[end]!) > Number.EPSILON * (Math.abs(d[end]!) + Math.abs(d[end + 1]!))) end++
    if (end === at) return
    let g = (d[at + 1]! - d[at]!) / (2 * e[at]!)
    g = d[end]! - d[at]! + e[at]! / (g + (g >= 0 ? 1 : -1) * Math.hypot(g, 1))
    let [sine, cosine, p] = [1, 1, 0]
    let index = end - 1
    for (; index >= at; index--) {
      const f = sine * e[index]!
      const b = cosine * e[index]!
      const r = Math.hypot(f, g)
      e[index + 1] = r
      if (r === 0) {
        d[index + 1]! -= p
        e[end] = 0
        break
      }
      sine = f / r
      cosine = g / r
      g = d[index + 1]! - p
      const turned = (d[index]! - g) * sine + 2 * cosine * b
      p = sine * turned
      d[index + 1] = g + p
      g = cosine * turned - b
      for (let k = 0, place = index; k < size; k++, place += size) {
        const [left, right] = [z[place]!, z[place + 1]!]
        z[place + 1] = sine * left + cosine * right
        z[place] = cosine * left - sine * right
      }
    }
    if (index >= at) continue
    d[at]! -= p
    e[at] = g
    e[end] = 0
  }
}
