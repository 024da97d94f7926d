import type { Contacts } from './contacts.ts'

/** `sum(amplitude * position) / sum(amplitude)`; where all amplitudes are 0, the middle of the contacts. */
export function centerOfMass({ x, y }: Contacts, amplitudes: Float64Array): readonly [number, number] {
  let [weight, sumX, sumY, middleX, middleY] = [0, 0, 0, 0, 0]
  for (let contact = 0; contact < amplitudes.length; contact++) {
    const amplitude = amplitudes[contact]!
    weight += amplitude
    sumX += amplitude * x[contact]!
    sumY += amplitude * y[contact]!
    middleX += x[contact]!
    middleY += y[contact]!
  }
  const count = amplitudes.length
  return weight === 0 ? [middleX / count, middleY / count] : [sumX / weight, sumY / weight]
}
