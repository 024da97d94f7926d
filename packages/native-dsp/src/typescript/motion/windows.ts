import type { DepthWindows } from '../../motion.ts'

/** A window ends where it has fallen below this. */
const least = 1e-3

/**
 * The centres of windows over a range of depths (um), half a `scale` from its ends at least; of a range too short for
 * two, and for rigid motion, the middle. Source: SpikeInterface's `get_spatial_windows`.
 */
export function windowCenters(windows: DepthWindows | null, low: number, high: number): number[] {
  const middle = [0.5 * (low + high)]
  if (!windows) return middle
  const { step, scale } = windows
  const room = high - low - scale
  const steps = Math.floor(room / step)
  if (steps < 1) return middle
  const first = low + 0.5 * scale + 0.5 * (room - steps * step)
  return Array.from({ length: steps + 1 }, (_, index) => first + index * step)
}

/** The weight of each place (um) in the window around `center`; all the same where there is but one. */
export function windowWeights(
  windows: DepthWindows | null,
  single: boolean,
  center: number,
  places: readonly number[],
): Float64Array {
  if (single || !windows) return new Float64Array(places.length).fill(1)
  return Float64Array.from(places, (place) => {
    const weight = Math.exp(-0.5 * ((place - center) / windows.scale) ** 2)
    return weight < least ? 0 : weight
  })
}
