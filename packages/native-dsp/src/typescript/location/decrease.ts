import { type Contacts, distance } from './contacts.ts'

/** Indices among the neighbours of a channel: one that is held down, and those by which it is; from the inside out. */
export type Decrease = readonly { readonly index: number; readonly parents: readonly number[] }[]

/** Rings around a neighbour in which those that hold it down are sought. */
const parentRings = 3

/**
 * For one channel: which of its neighbours (ascending, itself among them) must not exceed the largest of which others.
 * Neighbours are seen in rings of growing distance; each is held down by those seen before it that are among the three
 * nearest rings around itself. Source: SpikeInterface's `make_radial_order_parents`.
 */
export function planDecrease(channel: number, neighbours: readonly number[], contacts: Contacts): Decrease {
  const radii = radiiAround(channel, contacts)
  const seen = new Set([channel, ...inRings(channel, 1, radii, contacts)])
  const decrease: { index: number; parents: number[] }[] = []
  for (let ring = 2; seen.size < neighbours.length && ring <= radii.length; ring++) {
    const inside = new Set(inRings(channel, ring, radii, contacts))
    const found = neighbours.flatMap((other, index) => (inside.has(other) && !seen.has(other) ? [index] : []))
    for (const index of found) {
      const other = neighbours[index]!
      const near = new Set(inRings(other, parentRings, radiiAround(other, contacts), contacts))
      const parents = neighbours.flatMap((parent, at) => (seen.has(parent) && near.has(parent) ? [at] : []))
      if (parents.length > 0) decrease.push({ index, parents })
    }
    for (const index of found) seen.add(neighbours[index]!)
  }
  return decrease
}

/** Lowers amplitudes (one per neighbour) where they exceed those further in. */
export function enforceDecrease(decrease: Decrease, amplitudes: Float64Array): void {
  for (const { index, parents } of decrease) {
    let most = Number.NEGATIVE_INFINITY
    for (const parent of parents) if (amplitudes[parent]! > most) most = amplitudes[parent]!
    if (amplitudes[index]! > most) amplitudes[index] = most
  }
}

/** The different distances of other channels from one, ascending, without 0. */
function radiiAround(channel: number, contacts: Contacts): number[] {
  const distances = Array.from(contacts.x, (_, other) => distance(contacts, channel, other)).filter((one) => one > 0)
  return [...new Set(distances)].toSorted((a, b) => a - b)
}

/** The channels of the first `rings` rings around one, without itself. */
function inRings(channel: number, rings: number, radii: readonly number[], contacts: Contacts): number[] {
  const radius = (radii[Math.min(rings, radii.length) - 1] ?? Number.NEGATIVE_INFINITY) + 1e-8
  const found: number[] = []
  for (let other = 0; other < contacts.x.length; other++) {
    if (other !== channel && distance(contacts, channel, other) <= radius) found.push(other)
  }
  return found
}
