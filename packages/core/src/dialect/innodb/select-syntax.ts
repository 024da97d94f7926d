import type { Storage } from '../../attribute/storage.ts'
import type { SelectSyntax } from '../../compile/write-select.ts'
import { columnTypeOf } from './column.ts'
import { quote, quoteTable } from './quote.ts'

/** `collation` is that of new schemas. */
export const selectSyntax = (collation: string): SelectSyntax => ({
  quote,
  table: quoteTable,
  placeholder: () => '?',
  bound: (value) => value,
  noLimit: '18446744073709551615',
  // an enum is ordered by the place of its values in the type, elsewhere by their text
  ordered: (column, { kind }) => (kind === 'enum' ? `CONCAT(${column})` : column),
  notIn: (_columns, isIn) => `NOT (${isIn})`,
  keys(columns, placeholder) {
    const parts = columns.map(({ storage }, index) => `${keyPart(storage, `k.k${index}`, collation)} AS k${index}`)
    const paths = columns.map(({ storage }, index) => `k${index} ${keyType(storage)} PATH '$[${index}]'`)
    return `SELECT ${parts.join(', ')} FROM JSON_TABLE(${placeholder}, '$[*]' COLUMNS (${paths.join(', ')})) AS k`
  },
})

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
