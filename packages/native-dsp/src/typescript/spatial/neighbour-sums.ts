/**
 * Sums over overlapping sets of rows, each one made from the sum of a set before it where that takes fewer additions:
 * neighbours of neighbouring rows are nearly the same.
 */
export interface NeighbourSums {
  /** Entry `i` belongs to the `i`-th row that has neighbours. */
  readonly row: Int32Array
  readonly count: Int32Array
  /** The entry whose sum this one starts from, or -1. */
  readonly base: Int32Array
  /** Operations `ends[i - 1] .. ends[i]`: first the additions, up to `middles[i]`, then the subtractions. */
  readonly middles: Int32Array
  readonly ends: Int32Array
  readonly operands: Int32Array
}

/** A sum may start from one of so many sums before it. */
const reach = 32

/** So many sums in a row may start from others: then one is taken anew, so that rounding errors do not pile up. */
const longestChain = 48

export function planSums(neighbours: readonly (readonly number[])[]): NeighbourSums {
  const entries = neighbours.flatMap((of, row) => (of.length === 0 ? [] : [{ row, of: new Set(of) }]))
  const depth: number[] = []
  const base: number[] = []
  const [middles, ends, operands]: [number[], number[], number[]] = [[], [], []]
  for (const [index, { of }] of entries.entries()) {
    let best = { base: -1, cost: of.size }
    for (let other = Math.max(0, index - reach); other < index; other++) {
      const { of: before } = entries[other]!
      const shared = [...of].filter((row) => before.has(row)).length
      const cost = of.size + before.size - 2 * shared
      if (cost < best.cost && depth[other]! < longestChain) best = { base: other, cost }
    }
    const before = best.base === -1 ? new Set<number>() : entries[best.base]!.of
    base.push(best.base)
    depth.push(best.base === -1 ? 0 : depth[best.base]! + 1)
    for (const row of of) if (!before.has(row)) operands.push(row)
    middles.push(operands.length)
    for (const row of before) if (!of.has(row)) operands.push(row)
    ends.push(operands.length)
  }
  return {
    row: Int32Array.from(entries, ({ row }) => row),
    count: Int32Array.from(entries, ({ of }) => of.size),
    base: Int32Array.from(base),
    middles: Int32Array.from(middles),
    ends: Int32Array.from(ends),
    operands: Int32Array.from(operands),
  }
}

/** Adds up a frame: `sums[i]` for entry `i`, from `frame[row]`; exact where the values are whole. */
export function addUp(plan: NeighbourSums, frame: Float64Array, sums: Float64Array): void {
  const { base, middles, ends, operands } = plan
  let at = 0
  for (let index = 0; index < base.length; index++) {
    const from = base[index]!
    let sum = from === -1 ? 0 : sums[from]!
    for (const middle = middles[index]!; at < middle; at++) sum += frame[operands[at]!]!
    for (const end = ends[index]!; at < end; at++) sum -= frame[operands[at]!]!
    sums[index] = sum
  }
}
