import { centerOfMass } from './center-of-mass.ts'
import type { Contacts } from './contacts.ts'

/** x, y, z and alpha of a point source beside the probe. */
export type Monopole = readonly [number, number, number, number]

type Place = readonly [number, number, number]

/** (um) Where the search for the distance starts, and what it is at least. */
const firstZ = 20
const leastZ = 1
/** The distance is at most this many times as large as the offset in the plane. */
const zRange = 10
const mostSteps = 200

/**
 * The source that explains amplitudes (not negative, one per contact) best, by Levenberg's and Marquardt's method from
 * the center of mass and z = 20 um; `alpha` is the best for each place.
 */
export function findMonopole(contacts: Contacts, amplitudes: Float64Array, maxDistance: number): Monopole {
  const [x, y] = centerOfMass(contacts, Float64Array.from(amplitudes, Math.fround))
  if (!(Number.isFinite(x) && Number.isFinite(y))) return [Number.NaN, Number.NaN, Number.NaN, Number.NaN]
  let largest = 0
  for (const amplitude of amplitudes) if (amplitude > largest) largest = amplitude
  if (largest <= 0) return [x, y, Number.NaN, 0]
  const fit = createFit(
    contacts,
    amplitudes.map((amplitude) => amplitude / largest),
  )
  const least = [x - maxDistance, y - maxDistance, leastZ] as const
  const most = [x + maxDistance, y + maxDistance, Math.max(leastZ, zRange * maxDistance)] as const
  const place = minimise(fit, [x, y, Math.min(firstZ, most[2])], least, most)
  return [...place, largest * fit.alpha(place)]
}

interface Fit {
  alpha(place: Place): number
  misfit(place: Place): number
  /** The slope of the misfit, and its curvature as Gauss and Newton approximate it, a row after the other. */
  slope(place: Place): { readonly gradient: readonly number[]; readonly curvature: readonly number[] }
}

function createFit(contacts: Contacts, amplitudes: Float64Array): Fit {
  const count = amplitudes.length
  const inverseDistance = (contact: number, [x, y, z]: Place): number =>
    1 / Math.sqrt((x - contacts.x[contact]!) ** 2 + (y - contacts.y[contact]!) ** 2 + z * z)

  function alpha(place: Place): number {
    let [qa, qq] = [0, 0]
    for (let contact = 0; contact < count; contact++) {
      const q = inverseDistance(contact, place)
      qa += q * amplitudes[contact]!
      qq += q * q
    }
    return qa / qq
  }

  return {
    alpha,
    misfit(place) {
      const scale = alpha(place)
      let sum = 0
      for (let contact = 0; contact < count; contact++) {
        sum += (amplitudes[contact]! - scale * inverseDistance(contact, place)) ** 2
      }
      return sum / count - Math.log1p(10 * place[2]) / 10_000
    },
    slope(place) {
      const scale = alpha(place)
      const gradient = [0, 0, 0]
      const curvature = Array.from({ length: 9 }, () => 0)
      // `alpha` follows the place: what the inverse distances have of its direction does not count.
      const dq = [0, 0, 0]
      let qq = 0
      for (let contact = 0; contact < count; contact++) {
        const q = inverseDistance(contact, place)
        const cube = -q * q * q
        const derivative = [
          (place[0] - contacts.x[contact]!) * cube,
          (place[1] - contacts.y[contact]!) * cube,
          place[2] * cube,
        ]
        const rest = amplitudes[contact]! - scale * q
        qq += q * q
        for (let i = 0; i < 3; i++) {
          dq[i]! += derivative[i]! * q
          gradient[i]! -= (2 / count) * rest * scale * derivative[i]!
          for (let j = 0; j < 3; j++) curvature[3 * i + j]! += derivative[i]! * derivative[j]!
        }
      }
      for (let at = 0; at < 9; at++) {
        const common = (dq[Math.floor(at / 3)]! * dq[at % 3]!) / qq
        curvature[at] = (2 / count) * scale * scale * (curvature[at]! - common)
      }
      const inside = 1 + 10 * place[2]
      gradient[2]! -= 10 / inside / 10_000
      curvature[8]! += 100 / (inside * inside) / 10_000
      return { gradient, curvature }
    },
  }
}

function minimise(fit: Fit, start: Place, least: Place, most: Place): Place {
  let place = start
  let misfit = fit.misfit(place)
  let damping = 1e-3
  let slope = fit.slope(place)
  for (let step = 0; step < mostSteps; step++) {
    const held = [0, 1, 2].map(
      (axis) =>
        (place[axis]! <= least[axis]! && slope.gradient[axis]! > 0) ||
        (place[axis]! >= most[axis]! && slope.gradient[axis]! < 0),
    )
    const way = solve(slope.gradient, slope.curvature, damping, held)
    const moved = (axis: 0 | 1 | 2): number => Math.min(most[axis], Math.max(least[axis], place[axis] + way[axis]!))
    const next = [moved(0), moved(1), moved(2)] as const
    const better = fit.misfit(next)
    if (better < misfit) {
      const far = Math.max(...next.map((value, axis) => Math.abs(value - place[axis]!)))
      const done = misfit - better < 1e-13 && far < 1e-4
      place = next
      misfit = better
      slope = fit.slope(place)
      damping = Math.max(1e-9, damping * 0.2)
      if (done) break
    } else {
      damping *= 4
      if (damping > 1e9) break
    }
  }
  return place
}

/** `-(curvature + damping)^-1 gradient` over the axes that are not held. */
function solve(
  gradient: readonly number[],
  curvature: readonly number[],
  damping: number,
  held: readonly boolean[],
): number[] {
  const largest = Math.max(Number.MIN_VALUE, curvature[0]!, curvature[4]!, curvature[8]!)
  const rows = [0, 1, 2].map((axis) => {
    if (held[axis]) return [0, 1, 2, 3].map((column) => (column === axis ? 1 : 0))
    const row = [0, 1, 2].map((other) => (held[other] ? 0 : curvature[3 * axis + other]!))
    row[axis]! += damping * Math.max(curvature[4 * axis]!, 1e-6 * largest)
    return [...row, -gradient[axis]!]
  })
  for (let pivot = 0; pivot < 3; pivot++) {
    for (let below = pivot + 1; below < 3; below++) {
      const factor = rows[below]![pivot]! / rows[pivot]![pivot]!
      for (let column = pivot; column < 4; column++) rows[below]![column]! -= factor * rows[pivot]![column]!
    }
  }
  const solution = [0, 0, 0]
  for (let axis = 2; axis >= 0; axis--) {
    let value = rows[axis]![3]!
    for (let other = axis + 1; other < 3; other++) value -= rows[axis]![other]! * solution[other]!
    solution[axis] = value / rows[axis]![axis]!
  }
  return solution
}
