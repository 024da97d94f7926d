/** As much of the complex numbers as the design of filters needs. */
export interface Complex {
  readonly re: number
  readonly im: number
}

export const real = (re: number): Complex => ({ re, im: 0 })

export const add = (a: Complex, b: Complex): Complex => ({ re: a.re + b.re, im: a.im + b.im })

export const subtract = (a: Complex, b: Complex): Complex => ({ re: a.re - b.re, im: a.im - b.im })

export const multiply = (a: Complex, b: Complex): Complex => ({
  re: a.re * b.re - a.im * b.im,
  im: a.re * b.im + a.im * b.re,
})

export const scale = (a: Complex, factor: number): Complex => ({ re: a.re * factor, im: a.im * factor })

export const conjugate = ({ re, im }: Complex): Complex => ({ re, im: -im })

export const divide = (a: Complex, b: Complex): Complex =>
  scale(multiply(a, conjugate(b)), 1 / (b.re * b.re + b.im * b.im))

export const modulus = ({ re, im }: Complex): number => Math.hypot(re, im)

/** The root with a non-negative real part. */
export function squareRoot(a: Complex): Complex {
  const size = modulus(a)
  const im = Math.sqrt(Math.max(0, (size - a.re) / 2))
  return { re: Math.sqrt(Math.max(0, (size + a.re) / 2)), im: a.im < 0 || Object.is(a.im, -0) ? -im : im }
}
