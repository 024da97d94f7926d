/** The median of a few numbers, the mean of the two middle ones for an even count; NaN for none. Those that are NaN count as the largest. */
export function medianOf(values: Iterable<number>): number {
  const sorted = Float64Array.from(values).toSorted()
  return ((sorted[(sorted.length - 1) >> 1] ?? Number.NaN) + (sorted[sorted.length >> 1] ?? Number.NaN)) / 2
}
