import type { Attribute, Default } from '../../attribute/attribute.ts'
import type { Storage } from '../../attribute/storage.ts'
import { formatColumnComment } from '../../definition/column-comment.ts'
import type { TableName } from '../../definition/table-declaration.ts'
import { writeLiteral } from '../literal.ts'
import { quote, quoteText } from './quote.ts'

/** One column in CREATE TABLE, with `collation` after its type. */
export function writeColumn(attribute: Attribute, table: TableName, collation: string): string {
  const comment = formatColumnComment(attribute, table)
  const parts = [
    quote(attribute.name),
    columnTypeOf(attribute.type.storage) + collation,
    ...defaultOf(attribute.default, attribute.nullable),
    ...(comment === '' ? [] : [`COMMENT ${quoteText(comment)}`]),
  ]
  return parts.join(' ')
}

export function columnTypeOf(storage: Storage): string {
  switch (storage.kind) {
    case 'integer':
      return { 8: 'tinyint', 16: 'smallint', 32: 'int', 64: 'bigint' }[storage.bits]
    case 'boolean':
      return 'tinyint'
    case 'float':
      return storage.bits === 32 ? 'float' : 'double'
    case 'decimal':
      return `decimal(${storage.precision},${storage.scale})`
    case 'text':
      return `${storage.fixed ? 'char' : 'varchar'}(${storage.length})`
    case 'enum':
      return `enum(${storage.values.map(quoteText).join(',')})`
    case 'date':
      return 'date'
    case 'datetime':
      return storage.fraction === 0 ? 'datetime' : `datetime(${storage.fraction})`
    case 'uuid':
      return 'binary(16)'
    case 'json':
      return 'json'
    case 'bytes':
      return 'longblob'
  }
}

export const hasCollation = ({ kind }: Storage): boolean => kind === 'text' || kind === 'enum'

function defaultOf(initial: Default, nullable: boolean): readonly string[] {
  switch (initial.kind) {
    case 'null':
      return ['DEFAULT NULL']
    case 'required':
      return [nullable ? 'DEFAULT NULL' : 'NOT NULL']
    case 'current-timestamp':
      return ['NOT NULL', `DEFAULT CURRENT_TIMESTAMP${initial.fraction === 0 ? '' : `(${initial.fraction})`}`]
    case 'literal':
      return initial.value === null
        ? ['DEFAULT NULL']
        : ['NOT NULL', `DEFAULT ${writeLiteral(initial.value, quoteText)}`]
  }
}
