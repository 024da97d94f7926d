import type { Storage } from '../../attribute/storage.ts'
import type { SelectSyntax } from '../../compile/write-select.ts'
import type { Aggregation } from '../../relation/expression.ts'
import { columnTypeOf } from './column.ts'
import { lacksMember, memberOf } from './json-member.ts'
import { quote, quoteTable, quoteText } from './quote.ts'
import type { Variant } from './variant.ts'

export const selectSyntax = (server: Pick<Variant, 'collation' | 'anyValue' | 'jsonHyphens'>): SelectSyntax => ({
  quote,
  table: quoteTable,
  placeholder: () => '?',
  // MySQL takes the text 0 for the year 2000
  bound: (value, { kind }) => (kind === 'year' && value !== null ? Number(value) : value),
  // the driver puts a date together from its parts, in three times the time that all else takes
  handed: (expression, { kind }) =>
    kind === 'date' || kind === 'datetime' ? `CAST(${expression} AS CHAR)` : expression,
  noLimit: '18446744073709551615',
  fence: '',
  ordered: byPlace,
  // to MySQL, IS NULL of a date that cannot be NULL means the date 0000-00-00, which it may then refuse
  isNull: (column, { kind }) => `${column} ${kind === 'date' || kind === 'datetime' ? '<=>' : 'IS'} NULL`,
  same: (left, right) => `${left} <=> ${right}`,
  // a column of a schema that was made elsewhere may take a for A; MySQL 8.0 takes a bound pattern for bytes there
  like: (column, pattern, bind) =>
    `${column} LIKE (CONVERT(${bind(pattern)} USING utf8mb4) COLLATE ${server.collation})`,
  member: (column, path, storage) => memberOf(column, path, storage, server),
  lacksMember: (column, path) => lacksMember(column, path, server),
  asText: (expression) => `CONVERT(${expression} USING utf8mb4) COLLATE ${server.collation}`,
  determined: (column) => (server.anyValue ? `ANY_VALUE(${column})` : null),
  aggregate: writeAggregate,
  sought: (column, { kind }) =>
    kind === 'text' || kind === 'enum' ? `CONVERT(${column} USING utf8mb4) COLLATE ${server.collation}` : column,
  notIn: (_columns, isIn) => `NOT (${isIn})`,
  keys(columns, placeholder) {
    const parts = columns.map(
      ({ storage }, index) => `${keyPart(storage, `k.k${index}`, server.collation)} AS k${index}`,
    )
    const paths = columns.map(({ storage }, index) => `k${index} ${keyType(storage)} PATH '$[${index}]'`)
    return `SELECT ${parts.join(', ')} FROM JSON_TABLE(${placeholder}, '$[*]' COLUMNS (${paths.join(', ')})) AS k`
  },
})

function writeAggregate(aggregation: Aggregation, column: string, storage: Storage): string {
  const value = storage.kind === 'boolean' ? `(${column} <> 0)` : column
  switch (aggregation) {
    case 'count':
      return `COUNT(${column})`
    case 'count-distinct':
      return `COUNT(DISTINCT ${column})`
    case 'sum':
      return `SUM(${value})`
    case 'average':
      // of integers and decimals it has four more digits only
      return `AVG(${value} + 0e0)`
    case 'min':
      return `MIN(${byText(column, storage)})`
    case 'max':
      return `MAX(${byText(column, storage)})`
  }
}

/** The order of an enum is that of its values in the type, also where it was computed and is text. */
const byPlace = (column: string, storage: Storage): string =>
  storage.kind === 'enum' ? `FIELD(${column}, ${storage.values.map(quoteText).join(', ')})` : column

/** An enum is compared as text, and its least value found so; this server takes the first in the type. */
const byText = (column: string, { kind }: Storage): string => (kind === 'enum' ? `CONCAT(${column})` : column)

/** As text where the column is text: with the collation of new schemas a list can be looked up instead of searched. */
function keyPart(storage: Storage, column: string, collation: string): string {
  switch (storage.kind) {
    case 'uuid':
    case 'bytes':
      return `UNHEX(${column})`
    case 'text':
    case 'enum':
    case 'json':
      return `${column} COLLATE ${collation}`
    default:
      return column
  }
}

function keyType(storage: Storage): string {
  switch (storage.kind) {
    case 'integer':
      return storage.unsigned ? 'BIGINT UNSIGNED' : 'BIGINT'
    case 'boolean':
    case 'year':
      return 'BIGINT'
    case 'float':
      return 'DOUBLE'
    case 'uuid':
      return 'CHAR(32)'
    case 'enum':
      return 'VARCHAR(255)'
    case 'json':
    case 'bytes':
      return 'LONGTEXT'
    case 'text':
      return storage.form === 'text' || storage.length > 16_383 ? 'LONGTEXT' : `VARCHAR(${storage.length})`
    default:
      return columnTypeOf(storage)
  }
}
