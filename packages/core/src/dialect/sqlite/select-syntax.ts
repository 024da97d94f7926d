import { quoteText } from '../../attribute/quoted-text.ts'
import type { Storage, StoredValue } from '../../attribute/storage.ts'
import type { SelectSyntax } from '../../compile/write-select.ts'
import type { Aggregation } from '../../relation/expression.ts'
import { jsonPath } from '../json-path.ts'
import { memberOf } from './json-member.ts'
import { quote, quoteTable } from './quote.ts'
import { microsecondsOf } from './time.ts'

export const selectSyntax: SelectSyntax = {
  quote,
  table: quoteTable,
  placeholder: () => '?',
  bound: toColumn,
  handed: (expression) => expression,
  noLimit: '-1',
  fence: '',
  ordered: byPlace,
  isNull: (column) => `${column} IS NULL`,
  same: (left, right) => `${left} IS ${right}`,
  // its own LIKE takes a for A
  like: (column, pattern, bind) => `${column} GLOB ${bind(globOf(pattern))}`,
  member: memberOf,
  lacksMember: (column, path) => `COALESCE(json_type(${column}, ${quoteText(jsonPath(path))}), 'null') = 'null'`,
  asText: (expression) => `CAST(${expression} AS TEXT)`,
  // of a column that is not grouped by, it takes that of one row
  determined: (column) => column,
  aggregate: writeAggregate,
  sought: (column) => column,
  // asked for NULL too, SQLite goes through the whole list for every row that is not in it
  notIn: (columns, isIn) =>
    `(${columns.map((column) => `${column} IS NOT NULL`).join(' AND ')} AND (${isIn}) IS NOT TRUE)`,
  keys(columns, placeholder) {
    const values = columns.map(({ storage }, index) => keyPart(storage, `json_extract(value, '$[${index}]')`))
    return `SELECT ${values.join(', ')} FROM json_each(${placeholder})`
  },
}

/** The order of an enum is that of its values in the type. */
function byPlace(column: string, storage: Storage): string {
  if (storage.kind !== 'enum') return column
  const places = storage.values.map((value, place) => `WHEN ${quoteText(value)} THEN ${place}`)
  return `CASE ${column} ${places.join(' ')} END`
}

function writeAggregate(aggregation: Aggregation, column: string, storage: Storage): string {
  const value = storage.kind === 'boolean' ? `(${column} <> 0)` : column
  switch (aggregation) {
    case 'count':
      return `COUNT(${column})`
    case 'count-distinct':
      return `COUNT(DISTINCT ${column})`
    case 'sum':
      return storage.kind === 'decimal' ? `ROUND(SUM(${value}), ${storage.scale})` : `SUM(${value})`
    case 'average':
      return `AVG(${value})`
    case 'min':
      return `MIN(${column})`
    case 'max':
      return `MAX(${column})`
  }
}

/** The GLOB of a LIKE pattern in which a backslash makes the next character itself. */
function globOf(pattern: string): string {
  const literal = (character: string): string => (/[*?[]/.test(character) ? `[${character}]` : character)
  return pattern.replaceAll(/\\?[^]/gu, (part) => {
    if (part === '%') return '*'
    if (part === '_') return '?'
    return literal(part.length > 1 && part.startsWith('\\') ? part.slice(1) : part)
  })
}

/** Decimals are kept as numbers, exact up to 15 digits, times as microseconds; everything else as it is. */
function toColumn(value: StoredValue, storage: Storage): StoredValue {
  if (value === null) return null
  switch (storage.kind) {
    case 'decimal':
      return Number(value)
    case 'time':
      return microsecondsOf(String(value))
    default:
      return value
  }
}

function keyPart(storage: Storage, extracted: string): string {
  switch (storage.kind) {
    case 'uuid':
    case 'bytes':
      return `unhex(${extracted})`
    case 'decimal':
    case 'float':
      return `CAST(${extracted} AS REAL)`
    default:
      return extracted
  }
}
