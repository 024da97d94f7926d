/** The eigenvalues of a symmetric matrix, largest first, and its eigenvectors, one row each, of unit length. */
export interface Eigen {
  readonly values: Float64Array
  readonly vectors: Float64Array
}

/** More than any matrix of numbers needs; convergence is quadratic. */
const mostSweeps = 60

/**
 * Decomposes a symmetric matrix of `size` rows by Jacobi's rotations, in a fixed order. Source: Golub and Van Loan, Matrix
 * Computations, 8.5.
 */
export function decompose(symmetric: Float64Array, size: number): Eigen {
  const matrix = symmetric.slice()
  const vectors = new Float64Array(size * size)
  for (let at = 0; at < size; at++) vectors[at * size + at] = 1
  const total = matrix.reduce((sum, value) => sum + value * value, 0)
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let apart = 0
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < row; column++) apart += matrix[row * size + column]! ** 2
    }
    if (apart <= 1e-32 * total || !Number.isFinite(apart)) break
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) rotate(matrix, vectors, size, p, q)
    }
  }
  const value = (at: number): number => matrix[at * size + at]!
  const order = Array.from({ length: size }, (_, at) => at).toSorted((a, b) => value(b) - value(a))
  const sorted = new Float64Array(size * size)
  order.forEach((from, to) => sorted.set(vectors.subarray(from * size, (from + 1) * size), to * size))
  return { values: Float64Array.from(order, value), vectors: sorted }
}

/** Makes the entry of row `p` and column `q` zero. */
function rotate(matrix: Float64Array, vectors: Float64Array, size: number, p: number, q: number): void {
  const entry = matrix[p * size + q]!
  if (entry === 0) return
  const ratio = (matrix[q * size + q]! - matrix[p * size + p]!) / (2 * entry)
  const tangent = (ratio < 0 ? -1 : 1) / (Math.abs(ratio) + Math.sqrt(ratio * ratio + 1))
  const cosine = 1 / Math.sqrt(tangent * tangent + 1)
  const sine = tangent * cosine
  mix(matrix, size, p, q, size, cosine, sine)
  mix(matrix, 1, p * size, q * size, size, cosine, sine)
  mix(vectors, 1, p * size, q * size, size, cosine, sine)
}

function mix(
  values: Float64Array,
  step: number,
  p: number,
  q: number,
  count: number,
  cosine: number,
  sine: number,
): void {
  for (let index = 0, offset = 0; index < count; index++, offset += step) {
    const a = values[p + offset]!
    const b = values[q + offset]!
    values[p + offset] = cosine * a - sine * b
    values[q + offset] = sine * a + cosine * b
  }
}
