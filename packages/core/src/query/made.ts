const mark = Symbol.for('neurojoint.made')

/**
 * Marks what this library has made as a part of an expression. No JSON can say the mark: an object that came from outside is
 * never taken for SQL, a comparison or a table, whatever it calls itself. Of two copies of the library, each knows the other's.
 */
export const made = <T extends object>(part: T): T => Object.defineProperty(part, mark, { value: true })

/** Whether a value is such a part; where a kind is given, one of that kind. */
export const isMade = (value: unknown, kind?: string): boolean =>
  typeof value === 'object' &&
  value !== null &&
  mark in value &&
  (kind === undefined || ('kind' in value && value.kind === kind))
