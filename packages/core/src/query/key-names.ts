import type { Heading } from '../attribute/attribute.ts'

/** The names of the primary key, in the order of the heading. */
export const keyNames = ({ heading }: { readonly heading: Heading }): readonly string[] =>
  heading.filter(({ inKey }) => inKey).map(({ name }) => name)
