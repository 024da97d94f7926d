import type { Attribute, AttributeType, Default } from '../../attribute/attribute.ts'
import { quoteText } from '../../attribute/quoted-text.ts'
import { integerRange } from '../../attribute/integer-type.ts'
import type { Storage } from '../../attribute/storage.ts'
import { UnsupportedTypeError } from '../../driver/errors.ts'
import { readLiteral, writeLiteral } from '../literal.ts'
import { quote } from './quote.ts'
import { microsecondsOf, timeOf } from './time.ts'

/** One column in CREATE TABLE; an inherited one is held to its type by its parent. */
export function writeColumn({ name, type, nullable, default: initial }: Attribute, inherited: boolean): string {
  const check = inherited ? null : checkOf(type, quote(name))
  const parts = [
    quote(name),
    columnTypeOf(type.storage),
    nullable ? 'NULL' : 'NOT NULL',
    ...defaultOf(initial, type),
    // the name is what SQLite tells when a value is refused
    ...(check === null ? [] : [`CONSTRAINT ${quote(name)} CHECK (${check})`]),
  ]
  return parts.join(' ')
}

function columnTypeOf(storage: Storage): string {
  switch (storage.kind) {
    case 'integer':
    case 'boolean':
    case 'year':
    case 'time':
      // not INTEGER: as a primary key that becomes the row number, which is made up where it is missing
      return 'INT'
    case 'float':
    case 'decimal':
      return 'REAL'
    case 'uuid':
    case 'bytes':
      return 'BLOB'
    default:
      return 'TEXT'
  }
}

function checkOf({ storage, text }: AttributeType, column: string): string | null {
  switch (storage.kind) {
    case 'integer': {
      if (storage.bits === 64 && storage.unsigned) {
        throw new UnsupportedTypeError(text, 'SQLite', 'Its integers end at 2^63: use bigint, or a server.')
      }
      const [least, most] = integerRange(storage)
      return storage.bits === 64 ? null : `${column} BETWEEN ${least} AND ${most}`
    }
    case 'year':
      return `${column} = 0 OR ${column} BETWEEN 1901 AND 2155`
    case 'time':
      return `abs(${column}) <= ${(838 * 3600 + 59 * 60 + 59) * 1e6}`
    case 'boolean':
      return `${column} IN (0, 1)`
    case 'decimal':
      if (storage.precision > 15) {
        throw new UnsupportedTypeError(
          text,
          'SQLite',
          'Its numbers are exact up to 15 digits: use decimal(15,s), or a server.',
        )
      }
      return `abs(${column}) < 1e${storage.precision - storage.scale}${storage.unsigned ? ` AND ${column} >= 0` : ''}`
    case 'float':
      return storage.unsigned ? `${column} >= 0` : null
    case 'text':
      return storage.form === 'text'
        ? `length(CAST(${column} AS BLOB)) <= ${storage.length}`
        : `length(${column}) <= ${storage.length}`
    case 'bytes':
      return storage.length === undefined ? null : `length(${column}) <= ${storage.length}`
    case 'enum':
      return `${column} IN (${storage.values.map(quoteText).join(', ')})`
    case 'date':
      return `${column} IS date(${column})`
    case 'datetime': {
      const fraction = storage.fraction === 0 ? '' : `.${'[0-9]'.repeat(storage.fraction)}`
      return `${column} GLOB '*:[0-9][0-9]${fraction}' AND substr(${column}, 1, 19) IS datetime(substr(${column}, 1, 19))`
    }
    case 'uuid':
      return `length(${column}) = 16`
    case 'json':
      return `json_valid(${column})`
  }
}

function defaultOf(initial: Default, { storage }: AttributeType): string[] {
  switch (initial.kind) {
    case 'required':
    case 'numbered':
      return []
    case 'null':
      return ['DEFAULT NULL']
    case 'current-timestamp':
      return [`DEFAULT (${now(initial.fraction)})`]
    case 'literal': {
      if (initial.value === null) return ['DEFAULT NULL']
      if (storage.kind === 'decimal') return [`DEFAULT ${String(initial.value)}`]
      if (storage.kind === 'time') return [`DEFAULT ${microsecondsOf(String(initial.value))}`]
      return [`DEFAULT ${writeLiteral(initial.value, quoteText)}`]
    }
  }
}

const now = (fraction: number): string =>
  fraction === 0 ? `datetime('now')` : `substr(strftime('%Y-%m-%d %H:%M:%f', 'now') || '000', 1, ${20 + fraction})`

/** Reads back what `writeColumn` wrote as a default; `text` is as SQLite shows it, without the parentheses. */
export function readDefault(text: string | null, nullable: boolean, { storage }: AttributeType): Default {
  if (text === null || text.toUpperCase() === 'NULL') return { kind: nullable ? 'null' : 'required' }
  const expression = /^\(?(datetime\('now'\)|substr\(strftime\(.*, (\d+)\))\)?$/.exec(text)
  if (expression) return { kind: 'current-timestamp', fraction: expression[2] ? Number(expression[2]) - 20 : 0 }
  if (/^CURRENT_TIMESTAMP$/i.test(text)) return { kind: 'current-timestamp', fraction: 0 }
  if (storage.kind === 'time') return { kind: 'literal', value: timeOf(BigInt(text), storage.fraction) }
  return { kind: 'literal', value: readLiteral(text, storage) }
}

/** The type of a column that no pipeline declared. */
export function nativeTypeOf(columnType: string): AttributeType {
  const text = columnType.toLowerCase()
  if (/int/.test(text)) return { text, storage: { kind: 'integer', bits: 64 }, codec: null }
  if (/real|floa|doub|num|dec/.test(text)) return { text, storage: { kind: 'float', bits: 64 }, codec: null }
  if (/char|clob|text/.test(text))
    return { text, storage: { kind: 'text', length: 1_000_000_000, form: 'text' }, codec: null }
  return { text: text === '' ? 'blob' : text, storage: { kind: 'bytes' }, codec: null }
}
