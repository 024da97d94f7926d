import { expect, test } from 'vitest'
import { createFourier } from './fourier.ts'

test.for([2, 8, 64])('%i samples are transformed as the sum of the definition, and back', (length) => {
  const { place, forward, inverse } = createFourier(length)
  const signal = Array.from({ length }, (_, at) => [Math.sin(at * at), Math.cos(3 * at + 1)] as const)
  const re = Float64Array.from(signal, ([value]) => value)
  const im = Float64Array.from(signal, ([, value]) => value)
  forward(re, im)
  for (let frequency = 0; frequency < length; frequency++) {
    let [x, y] = [0, 0]
    signal.forEach(([a, b], at) => {
      const angle = (-2 * Math.PI * frequency * at) / length
      x += a * Math.cos(angle) - b * Math.sin(angle)
      y += a * Math.sin(angle) + b * Math.cos(angle)
    })
    expect(re[place[frequency]!]).toBeCloseTo(x, 10)
    expect(im[place[frequency]!]).toBeCloseTo(y, 10)
  }
  inverse(re, im)
  signal.forEach(([a, b], at) => {
    expect(re[at]! / length).toBeCloseTo(a, 12)
    expect(im[at]! / length).toBeCloseTo(b, 12)
  })
})
