import { InvalidValueError, MissingKeyError } from '../errors.ts'

/** The `key=value` lines of one `.meta` file, as text. */
export interface MetaEntries {
  readonly path: string
  readonly values: ReadonlyMap<string, string>
}

/** A `~` table: a run of parenthesised groups of which the first is the header. */
export interface MetaTable {
  readonly key: string
  readonly header: readonly string[]
  /** The text between the parentheses. */
  readonly rows: readonly string[]
}

const plainNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** Splits every line at its first `=`: values may hold more of them. Lines may end in CRLF or LF. */
export function parseEntries(text: string, path: string): MetaEntries {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  const values = new Map<string, string>()
  for (const line of lines) {
    const at = line.indexOf('=')
    if (at > 0) values.set(line.slice(0, at).trim(), line.slice(at + 1).trim())
  }
  return { path, values }
}

/** The value of a key, or null if it is absent or empty. */
export function optionalText({ values }: MetaEntries, key: string): string | null {
  const value = values.get(key)
  return value === undefined || value === '' ? null : value
}

/** Throws `missing-key`. */
export function requireText(
  entries: MetaEntries,
  key: string,
  advice = 'SpikeGLX always writes it: restore the file from the acquisition computer.',
): string {
  const value = entries.values.get(key)
  if (value === undefined) throw new MissingKeyError(entries.path, key, advice)
  return value
}

/** Throws `invalid-value`. */
export function optionalNumber(entries: MetaEntries, key: string): number | null {
  return optionalText(entries, key) === null ? null : requireNumber(entries, key)
}

/** Throws `missing-key`, `invalid-value`. */
export function requireNumber(entries: MetaEntries, key: string, advice?: string): number {
  const text = requireText(entries, key, advice)
  const value = Number(text)
  if (!plainNumber.test(text) || !Number.isFinite(value))
    throw new InvalidValueError(entries.path, key, text, 'a number')
  return value
}

/** Throws `missing-key`, `invalid-value`. */
export function requirePositive(entries: MetaEntries, key: string): number {
  const value = requireNumber(entries, key)
  if (value <= 0) throw new InvalidValueError(entries.path, key, requireText(entries, key), 'a number above zero')
  return value
}

/** A list such as `384,0,1`. Throws `missing-key`, `invalid-value`. */
export function requireCounts(entries: MetaEntries, key: string, length: number): readonly number[] {
  const text = requireText(entries, key)
  const items = text.split(',')
  if (items.length !== length || !items.every((item) => /^\d+$/.test(item)))
    throw new InvalidValueError(entries.path, key, text, `${length} counts separated by commas`)
  return items.map(Number)
}

/** Throws `invalid-value` when the parentheses do not close, as in a file that was cut. */
export function optionalTable(entries: MetaEntries, key: string): MetaTable | null {
  const text = optionalText(entries, key)
  if (text === null) return null
  const groups = text.match(/\([^()]*\)/g) ?? []
  const [header, ...rows] = groups.map((group) => group.slice(1, -1))
  if (header === undefined || groups.join('') !== text)
    throw new InvalidValueError(entries.path, key, text, 'groups in parentheses, the first of them the header')
  return { key, header: header.split(','), rows }
}

/** The numbers of one row of a table; throws `invalid-value` when they are fewer or no numbers. */
export function rowNumbers(
  entries: MetaEntries,
  table: MetaTable,
  row: string,
  separator: string,
  fields: string,
): number[] {
  const items = row.split(separator)
  if (items.length < fields.split(separator).length || !items.every((item) => plainNumber.test(item)))
    throw new InvalidValueError(entries.path, table.key, `(${row})`, `rows of (${fields})`)
  return items.map(Number)
}
