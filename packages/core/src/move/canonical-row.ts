import type { Heading } from '../attribute/attribute.ts'
import type { StoredValue } from '../attribute/storage.ts'
import type { Dialect } from '../compile/dialect.ts'
import type { RawRow } from '../driver/driver.ts'

/** Reads rows in the form that every database binds. */
export function storedReader(
  heading: Heading,
  { fromRaw }: Pick<Dialect, 'fromRaw'>,
): (rows: readonly RawRow[]) => readonly (readonly StoredValue[])[] {
  const storages = heading.map(({ type }) => type.storage)
  return (rows) => rows.map((row) => storages.map((storage, index) => fromRaw(row[index] ?? null, storage)))
}

/** The same rows as text that does not depend on their database: servers write JSON anew. */
export function canonicalRows(
  heading: Heading,
  rows: readonly (readonly StoredValue[])[],
): readonly (readonly StoredValue[])[] {
  const isJson = heading.map(({ type }) => type.storage.kind === 'json')
  if (!isJson.includes(true)) return rows
  return rows.map((row) =>
    row.map((value, index) => (isJson[index] && typeof value === 'string' ? canonicalJson(value) : value)),
  )
}

const canonicalJson = (text: string): string => JSON.stringify(JSON.parse(text), sorted)

function sorted(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1)))
}
