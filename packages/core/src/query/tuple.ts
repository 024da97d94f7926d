import type { StoredValue } from '../attribute/storage.ts'

/** Values of several attributes, none of them NULL. */
export type Tuple = readonly Exclude<StoredValue, null>[]

/** The named values of a row as a tuple; `null` where one of them is NULL, which equals nothing. */
export function tupleOf(row: readonly StoredValue[], positions: readonly number[]): Tuple | null {
  const tuple: Exclude<StoredValue, null>[] = []
  for (const position of positions) {
    const value = row[position]
    if (value === undefined || value === null) return null
    tuple.push(value)
  }
  return tuple
}

/** A text that is equal for equal tuples and no others: what a Map or a Set needs. */
export const identify = (tuple: readonly StoredValue[]): string => JSON.stringify(tuple.map(spell))

const spell = (value: StoredValue): unknown =>
  value instanceof Uint8Array
    ? { hex: Buffer.from(value).toString('hex') }
    : typeof value === 'bigint'
      ? value.toString()
      : value
