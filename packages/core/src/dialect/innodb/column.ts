import type { Attribute } from '../../attribute/attribute.ts'
import { blobName } from '../../attribute/legacy-type.ts'
import type { Storage, StoredValue } from '../../attribute/storage.ts'
import { textName } from '../../attribute/text-type.ts'
import { formatColumnComment } from '../../definition/column-comment.ts'
import type { TableDeclaration } from '../../definition/table-declaration.ts'
import { writeLiteral } from '../literal.ts'
import { quote, quoteText } from './quote.ts'

/** One column in CREATE TABLE, with `collation` after its type. */
export function writeColumn(
  attribute: Attribute,
  table: Pick<TableDeclaration, 'name' | 'generation'>,
  collation: string,
): string {
  const comment = formatColumnComment(attribute, table)
  const parts = [
    quote(attribute.name),
    columnTypeOf(attribute.type.storage) + collation,
    ...defaultOf(attribute),
    ...(comment === '' ? [] : [`COMMENT ${quoteText(comment)}`]),
  ]
  return parts.join(' ')
}

export function columnTypeOf(storage: Storage): string {
  switch (storage.kind) {
    case 'integer':
      return integers[storage.bits] + signOf(storage)
    case 'boolean':
      return storage.width === undefined ? 'tinyint' : 'tinyint(1)'
    case 'float':
      return (
        (storage.bits === 32 ? 'float' : 'double') +
        (storage.scale === undefined ? '' : `(${storage.precision},${storage.scale})`) +
        signOf(storage)
      )
    case 'decimal':
      return `decimal(${storage.precision},${storage.scale})${signOf(storage)}`
    case 'text':
      return storage.form === 'text' ? textName(storage.length) : `${storage.form}(${storage.length})`
    case 'enum':
      return `enum(${storage.values.map(quoteText).join(',')})`
    case 'date':
      return 'date'
    case 'datetime':
      return (storage.timestamp ? 'timestamp' : 'datetime') + digitsOf(storage)
    case 'time':
      return `time${digitsOf(storage)}`
    case 'year':
      return 'year'
    case 'uuid':
      return 'binary(16)'
    case 'json':
      return 'json'
    case 'bytes':
      return storage.length === undefined ? 'longblob' : blobName(storage.length)
  }
}

/**
 * Bytes as what makes them: the catalogue cuts a literal of bytes at its first zero, or shows other characters for them.
 * Text without a length as an expression, which is the only default that MySQL lets it have.
 */
function literalOf(value: Exclude<StoredValue, null>, storage: Storage): string {
  if (value instanceof Uint8Array) return `(UNHEX('${Buffer.from(value).toString('hex')}'))`
  const literal = writeLiteral(value, quoteText)
  return storage.kind === 'text' && storage.form === 'text' ? `(${literal})` : literal
}

const integers = { 8: 'tinyint', 16: 'smallint', 24: 'mediumint', 32: 'int', 53: 'bigint', 64: 'bigint' }

const signOf = ({ unsigned }: { readonly unsigned?: true }): string => (unsigned ? ' unsigned' : '')

const digitsOf = ({ fraction }: { readonly fraction: number }): string => (fraction === 0 ? '' : `(${fraction})`)

export const hasCollation = ({ kind }: Storage): boolean => kind === 'text' || kind === 'enum'

function defaultOf({ default: initial, nullable, type: { storage } }: Attribute): readonly string[] {
  switch (initial.kind) {
    case 'null':
      return ['DEFAULT NULL']
    case 'required':
    case 'numbered':
      return [nullable ? 'DEFAULT NULL' : 'NOT NULL']
    case 'current-timestamp':
      return ['NOT NULL', `DEFAULT CURRENT_TIMESTAMP${initial.fraction === 0 ? '' : `(${initial.fraction})`}`]
    case 'literal':
      return initial.value === null ? ['DEFAULT NULL'] : ['NOT NULL', `DEFAULT ${literalOf(initial.value, storage)}`]
  }
}
