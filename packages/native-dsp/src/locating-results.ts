import type { PeakLocations } from './locating.ts'

/** Takes so many numbers per peak apart. */
export function locationsOf(located: Float64Array, dimensions: 2 | 3 | 4): PeakLocations {
  const count = located.length / dimensions
  const axis = (index: number): Float64Array =>
    Float64Array.from({ length: count }, (_, peak) => located[peak * dimensions + index] ?? Number.NaN)
  return { x: axis(0), y: axis(1), z: dimensions > 2 ? axis(2) : null, alpha: dimensions > 3 ? axis(3) : null }
}
