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
        else if (factor === 4) butterflyFour(output, start, part, stride, turns)
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

function butterflyFour({ re, im }: Complex, start: number, part: number, stride: number, turns: Complex): void {
  for (let k = 0; k < part; k++) {
    const zero = start + k
    const one = zero + part
    const two = one + part
    const three = two + part
    const [c1, s1] = [turns.re[k * stride]!, turns.im[k * stride]!]
    const [c2, s2] = [turns.re[2 * k * stride]!, turns.im[2 * k * stride]!]
    const [c3, s3] = [turns.re[3 * k * stride]!, turns.im[3 * k * stride]!]
    const re1 = re[one]! * c1 - im[one]! * s1
    const im1 = re[one]! * s1 + im[one]! * c1
    const re2 = re[two]! * c2 - im[two]! * s2
    const im2 = re[two]! * s2 + im[two]! * c2
    const re3 = re[three]! * c3 - im[three]! * s3
    const im3 = re[three]! * s3 + im[three]! * c3
    const [evenRe, evenIm] = [re[zero]! + re2, im[zero]! + im2]
    const [apartRe, apartIm] = [re[zero]! - re2, im[zero]! - im2]
    re[zero] = evenRe + (re1 + re3)
    im[zero] = evenIm + (im1 + im3)
    re[two] = evenRe - (re1 + re3)
    im[two] = evenIm - (im1 + im3)
    re[one] = apartRe + (im1 - im3)
    im[one] = apartIm - (re1 - re3)
    re[three] = apartRe - (im1 - im3)
    im[three] = apartIm + (re1 - re3)
  }
}

const sums = complex(largestFactor)
const differences = complex(largestFactor)

/** An odd factor: values `i` and `factor - i` are turned by opposite angles, so that their sum and difference are turned once. */
function butterfly(
  { re, im }: Complex,
  start: number,
  factor: number,
  part: number,
  stride: number,
  turns: Complex,
): void {
  const half = (factor - 1) >> 1
  const root = part * stride
  for (let k = 0; k < part; k++) {
    const first = start + k
    const [firstRe, firstIm] = [re[first]!, im[first]!]
    let [totalRe, totalIm] = [firstRe, firstIm]
    for (let index = 1; index <= half; index++) {
      const [a, b] = [first + index * part, first + (factor - index) * part]
      const [ca, sa] = [turns.re[index * k * stride]!, turns.im[index * k * stride]!]
      const [cb, sb] = [turns.re[(factor - index) * k * stride]!, turns.im[(factor - index) * k * stride]!]
      const [reA, imA] = [re[a]! * ca - im[a]! * sa, re[a]! * sa + im[a]! * ca]
      const [reB, imB] = [re[b]! * cb - im[b]! * sb, re[b]! * sb + im[b]! * cb]
      sums.re[index] = reA + reB
      sums.im[index] = imA + imB
      differences.re[index] = reA - reB
      differences.im[index] = imA - imB
      totalRe += reA + reB
      totalIm += imA + imB
    }
    re[first] = totalRe
    im[first] = totalIm
    for (let row = 1; row <= half; row++) {
      let [evenRe, evenIm, oddRe, oddIm, turn] = [firstRe, firstIm, 0, 0, 0]
      for (let index = 1; index <= half; index++) {
        turn += row
        if (turn >= factor) turn -= factor
        const [c, s] = [turns.re[turn * root]!, turns.im[turn * root]!]
        evenRe += sums.re[index]! * c
        evenIm += sums.im[index]! * c
        oddRe -= differences.im[index]! * s
        oddIm += differences.re[index]! * s
      }
      re[first + row * part] = evenRe + oddRe
      im[first + row * part] = evenIm + oddIm
      re[first + (factor - row) * part] = evenRe - oddRe
      im[first + (factor - row) * part] = evenIm - oddIm
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

/** Fours, at most one two, then odd primes. */
function factorise(length: number): number[] {
  const factors: number[] = []
  let rest = length
  for (; rest % 4 === 0; rest /= 4) factors.push(4)
  for (; rest % 2 === 0; rest /= 2) factors.push(2)
  for (let factor = 3; rest > 1; factor += 2) {
    if (factor * factor > rest) factor = rest
    for (; rest % factor === 0; rest /= factor) factors.push(factor)
  }
  return factors
}
