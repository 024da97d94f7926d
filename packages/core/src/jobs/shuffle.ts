/** The same values in any order. */
export const shuffled = <T>(values: readonly T[]): readonly T[] =>
  values
    .map((value) => [Math.random(), value] as const)
    .toSorted(([left], [right]) => left - right)
    .map(([, value]) => value)
