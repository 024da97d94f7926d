import type { ResolvedMethod } from '../../locating-parameters.ts'
import type { Contacts } from './contacts.ts'

/** Sources around one channel with which its peaks are compared. */
export interface Sources {
  /** x, y, z (um) of each source in turn. */
  readonly places: Float64Array
  /** Where each source's terms end. */
  readonly ends: Int32Array
  /** Indices among `channels`, and the weights there. */
  readonly terms: Int32Array
  readonly weights: Float64Array
  /** The channels on which these sources are seen. */
  readonly channels: readonly number[]
}

const depths = [0, 30, 60, 90, 120] // (um)
/** (um) Over which a source's weight falls by a factor of e. */
const decay = 2.5
/** Of e-foldings, beyond which a weight is nothing. */
const foldings = 40

/**
 * The weight of a source on a channel is `exp(-distance / 2.5 um)` over the distance in space, divided by the norm over
 * all channels; weights below `0.5 / sqrt(channels)` are left out. Source: SpikeInterface's `exponential_3d`.
 */
export function createSources(method: ResolvedMethod, channel: number, contacts: Contacts): Sources {
  const { radius } = method
  const [x, y] = [contacts.x[channel]!, contacts.y[channel]!]
  const columns = gridNear(method, contacts.x, x)
  const points: (readonly [number, number])[] = []
  for (const v of gridNear(method, contacts.y, y)) {
    for (const u of columns) if (Math.sqrt((u - x) ** 2 + (v - y) ** 2) <= radius) points.push([u, v])
  }
  const deepest = depths.at(-1)!
  const reach = radius + Math.sqrt((Math.hypot(radius, deepest) + foldings * decay) ** 2 - deepest ** 2)
  const near: number[] = []
  for (let other = 0; other < contacts.x.length; other++) {
    if (Math.sqrt((contacts.x[other]! - x) ** 2 + (contacts.y[other]! - y) ** 2) <= reach) near.push(other)
  }
  const least = 0.5 / Math.sqrt(contacts.x.length)
  const numbers = new Map<number, number>()
  const [places, ends, terms, weights]: [number[], number[], number[], number[]] = [[], [], [], []]
  for (const depth of depths) {
    for (const [u, v] of points) {
      const distances = near.map((other) =>
        Math.sqrt((contacts.x[other]! - u) ** 2 + (contacts.y[other]! - v) ** 2 + depth * depth),
      )
      let nearest = Number.POSITIVE_INFINITY
      for (const distance of distances) if (distance < nearest) nearest = distance
      // against the nearest, so that nothing vanishes
      const values = distances.map((distance) => Math.exp((nearest - distance) / decay))
      const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
      const seen = values.flatMap((value, index) => (value / norm >= least ? [index] : []))
      const rest = Math.sqrt(seen.reduce((sum, index) => sum + values[index]! ** 2, 0))
      for (const index of seen) {
        const number = numbers.get(near[index]!) ?? numbers.size
        numbers.set(near[index]!, number)
        terms.push(number)
        weights.push(values[index]! / rest)
      }
      ends.push(terms.length)
      places.push(u, v, depth)
    }
  }
  return {
    places: Float64Array.from(places),
    ends: Int32Array.from(ends),
    terms: Int32Array.from(terms),
    weights: Float64Array.from(weights),
    channels: [...numbers.keys()],
  }
}

/**
 * The mean place of sources, weighted by their products with the peak's; null where no product is above 0.
 *
 * @param products of the waveform on each of the channels and what is expected of a peak
 */
export function locateAmongSources(
  { places, ends, terms, weights }: Sources,
  products: Float64Array,
  percent: number,
): readonly [number, number, number] | null {
  const scores = new Float64Array(ends.length)
  let term = 0
  for (let source = 0; source < ends.length; source++) {
    let score = 0
    for (; term < ends[source]!; term++) score += weights[term]! * products[terms[term]!]!
    scores[source] = score
  }
  const threshold = quantile(
    scores.filter((score) => score >= 0),
    1 - percent / 100,
  )
  let [sum, x, y, z] = [0, 0, 0, 0]
  for (let source = 0; source < scores.length; source++) {
    const score = scores[source]!
    if (!(score >= threshold)) continue
    sum += score
    x += score * places[3 * source]!
    y += score * places[3 * source + 1]!
    z += score * places[3 * source + 2]!
  }
  return sum > 0 ? [x / sum, y / sum, z / sum] : null
}

/** Linear between the values, as NumPy's `percentile`; of none, infinity. */
function quantile(values: Float64Array, share: number): number {
  if (values.length === 0) return Number.POSITIVE_INFINITY
  values.sort()
  const at = share * (values.length - 1)
  const below = Math.floor(at)
  const low = values[below]!
  return low + ((values[below + 1] ?? low) - low) * (at - below)
}

/** The grid's coordinates along one axis that are no further than the radius from the channel. */
function gridNear({ radius, spacing, margin }: ResolvedMethod, along: Float64Array, middle: number): number[] {
  let [start, end] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of along) [start, end] = [Math.min(start, value), Math.max(end, value)]
  start -= margin
  end += margin + spacing / 10
  const first = Math.max(0, Math.floor((middle - radius - start) / spacing) - 1)
  const found: number[] = []
  for (let index = first; ; index++) {
    const value = start + index * spacing
    if (!(value < end && value <= middle + radius)) return found
    if (value >= middle - radius) found.push(value)
  }
}
