/** A complex signal: real parts, then imaginary parts of as many values. */
export interface Complex {
  readonly re: Float64Array
  readonly im: Float64Array
}

/** The discrete Fourier transform of one length, out of place. */
export type Fourier = (input: Complex, output: Complex) => void

const largestFactor = 31

/** By the prime factors of the length, or, where one of them is large, as a convolution (Bluestein). */
export function createFourier(length: number): Fourier {
  const factors = factorise(length)
  if (factors.some((factor) => factor > largestFactor)) return createConvolution(length)
  const order = new Int32Array(length)
  sortInput(order, 0, 1, factors)
  const turns = tabulate(length, (k) => (-2 * Math.PI * k) / length)
  return (input, output) => {
    for (let index = 0; index < length; index++) {
      output.re[index] = input.re[order[index]!]!
      output.im[index] = input.im[order[index]!]!
    }
    let part = 1
    for (const factor of factors.toReversed()) {
      const stride = length / (part * factor)
      for (let start = 0; start < length; start += part * factor) {
        if (factor === 2) butterflyTwo(output, start, part, stride, turns)
        else butterfly(output, start, factor, part, stride, turns)
      }
      part *= factor
    }
  }
}

export const complex = (length: number): Complex => ({ re: new Float64Array(length), im: new Float64Array(length) })

/** Decimation in time: every `factor`-th value of the input belongs to one of `factor` transforms. */
function sortInput(order: Int32Array, start: number, stride: number, factors: readonly number[]): void {
  const [factor, ...rest] = factors
  if (factor === undefined) {
    order[0] = start
    return
  }
  const part = order.length / factor
  for (let index = 0; index < factor; index++) {
    sortInput(order.subarray(index * part, (index + 1) * part), start + index * stride, stride * factor, rest)
  }
}

function butterflyTwo({ re, im }: Complex, start: number, part: number, stride: number, turns: Complex): void {
  for (let k = 0; k < part; k++) {
    const even = start + k
    const odd = even + part
    const [c, s] = [turns.re[k * stride]!, turns.im[k * stride]!]
    const oddRe = re[odd]! * c - im[odd]! * s
    const oddIm = re[odd]! * s + im[odd]! * c
    re[odd] = re[even]! - oddRe
    im[odd] = im[even]! - oddIm
    re[even]! += oddRe
    im[even]! += oddIm
  }
}

const taken = complex(largestFactor)

function butterfly(
  { re, im }: Complex,
  start: number,
  factor: number,
  part: number,
  stride: number,
  turns: Complex,
): void {
  const length = turns.re.length
  for (let k = 0; k < part; k++) {
    for (let index = 0; index < factor; index++) {
      const at = start + index * part + k
      const [c, s] = [turns.re[index * k * stride]!, turns.im[index * k * stride]!]
      taken.re[index] = re[at]! * c - im[at]! * s
      taken.im[index] = re[at]! * s + im[at]! * c
    }
    for (let row = 0; row < factor; row++) {
      let [sumRe, sumIm, turn] = [taken.re[0]!, taken.im[0]!, 0]
      for (let index = 1; index < factor; index++) {
        turn = (turn + row * part * stride) % length
        const [c, s] = [turns.re[turn]!, turns.im[turn]!]
        sumRe += taken.re[index]! * c - taken.im[index]! * s
        sumIm += taken.re[index]! * s + taken.im[index]! * c
      }
      re[start + row * part + k] = sumRe
      im[start + row * part + k] = sumIm
    }
  }
}

function createConvolution(length: number): Fourier {
  const size = 2 ** Math.ceil(Math.log2(2 * length - 1))
  const transform = createFourier(size)
  // the square is taken modulo the period of the chirp: it would lose its last digits
  const chirp = tabulate(length, (k) => (-Math.PI * ((k * k) % (2 * length))) / length)
  const [input, output, kernel] = [complex(size), complex(size), complex(size)]
  for (let k = 0; k < length; k++) {
    for (const at of [k, (size - k) % size]) {
      input.re[at] = chirp.re[k]! / size
      input.im[at] = -chirp.im[k]! / size
    }
  }
  transform(input, kernel)
  return (signal, result) => {
    input.re.fill(0)
    input.im.fill(0)
    multiply(signal, chirp, input, 1)
    transform(input, output)
    // the inverse transform is the conjugate of the transform of the conjugate
    multiply(output, kernel, input, -1)
    transform(input, output)
    for (let k = 0; k < length; k++) output.im[k] = -output.im[k]!
    multiply(output, chirp, result, 1)
  }
}

/** The products of as many values as the shorter factor has; their conjugates for a sign of -1. */
function multiply(a: Complex, b: Complex, product: Complex, sign: number): void {
  const count = Math.min(a.re.length, b.re.length)
  for (let k = 0; k < count; k++) {
    const re = a.re[k]! * b.re[k]! - a.im[k]! * b.im[k]!
    product.im[k] = sign * (a.re[k]! * b.im[k]! + a.im[k]! * b.re[k]!)
    product.re[k] = re
  }
}

/** The points of the unit circle at these angles. */
function tabulate(length: number, angle: (k: number) => number): Complex {
  const points = complex(length)
  for (let k = 0; k < length; k++) {
    points.re[k] = Math.cos(angle(k))
    points.im[k] = Math.sin(angle(k))
  }
  return points
}

function factorise(length: number): number[] {
  const factors: number[] = []
  let rest = length
  for (let factor = 2; rest > 1; factor += factor === 2 ? 1 : 2) {
    if (factor * factor > rest) factor = rest
    for (; rest % factor === 0; rest /= factor) factors.push(factor)
  }
  return factors
}
