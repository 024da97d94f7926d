import type { JsonPath } from '../relation/expression.ts'

/** A path as all databases read it; each name is in quotes, where none of its characters means anything else. */
export const jsonPath = (path: JsonPath): string =>
  `$${path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${JSON.stringify(part)}`)).join('')}`
