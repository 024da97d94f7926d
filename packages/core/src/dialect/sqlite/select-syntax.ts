import type { Storage, StoredValue } from '../../attribute/storage.ts'
import type { SelectSyntax } from '../../compile/write-select.ts'
import { quote, quoteTable } from './quote.ts'
import { microsecondsOf } from './time.ts'

export const selectSyntax: SelectSyntax = {
  quote,
  table: quoteTable,
  placeholder: () => '?',
  bound: toColumn,
  noLimit: '-1',
  ordered: (column) => column,
  // asked for NULL too, SQLite goes through the whole list for every row that is not in it
  notIn: (columns, isIn) =>
    `(${columns.map((column) => `${column} IS NOT NULL`).join(' AND ')} AND (${isIn}) IS NOT TRUE)`,
  keys(columns, placeholder) {
    const values = columns.map(({ storage }, index) => keyPart(storage, `json_extract(value, '$[${index}]')`))
    return `SELECT ${values.join(', ')} FROM json_each(${placeholder})`
  },
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
