/** What somebody restricted by, for an error. */
export const describeRestriction = (value: unknown): string =>
  value === undefined
    ? 'undefined'
    : Array.isArray(value)
      ? `a list of ${value.length}`
      : typeof value === 'object' && value !== null
        ? `a ${nameOf(value)}${value instanceof Promise ? ' (await it)' : ''}`
        : typeof value === 'function'
          ? 'a function'
          : `${typeof value} ${String(value)}`

const nameOf = (value: object): string => ('kind' in value ? String(value.kind) : (value.constructor?.name ?? 'object'))
