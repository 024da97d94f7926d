import type { AttributeType } from '../../attribute/attribute.ts'
import { parseAttributeType } from '../../attribute/attribute-type.ts'
import { AttributeTypeError } from '../../attribute/errors.ts'
import type { Generation } from '../../attribute/generation.ts'
import { readLegacyType } from '../../attribute/legacy-type.ts'
import type { Storage } from '../../attribute/storage.ts'
import { unescapeText } from './unescape.ts'

/**
 * The type of a column that has no marker, under its own name: `int unsigned`, `timestamp`, `mediumtext`. A blob holds
 * serialized objects in a table of 0.14, and raw bytes in one of 2.x.
 */
export function nativeTypeOf(columnType: string, generation: Generation = '2.x'): AttributeType {
  // the values of an enum are shown with a backslash before what needs one
  const text = /^(enum|set)\(/.test(columnType)
    ? unescapeText(columnType)
    : // of times that an old MariaDB wrote, or a view computes, it says so in a comment
      columnType.replace(/ zerofill$| \/\*.*\*\/$/, '')
  const foreign = foreignStorageOf(text)
  if (foreign) return { text, storage: foreign, codec: null }
  const blob = readLegacyType(text)
  if (blob) return generation === '0.14' ? blob : { ...blob, codec: null }
  try {
    return parseAttributeType(text)
  } catch (error) {
    if (error instanceof AttributeTypeError) return { text, storage: { kind: 'bytes' }, codec: null }
    throw error
  }
}

/** What definitions do not have, but the tables of others do. */
function foreignStorageOf(text: string): Storage | null {
  const [, name = '', inside = ''] = /^(\w+)(?:\((.*)\))?/s.exec(text) ?? []
  switch (name) {
    case 'set':
      return { kind: 'text', length: 65_535, form: 'varchar' }
    case 'char':
    case 'varchar':
      // longer than utf8mb4 allows, in another character set
      return { kind: 'text', length: Number(inside), form: name }
    // MariaDB's own, which it shows as text
    case 'uuid':
      return { kind: 'text', length: 36, form: 'varchar' }
    case 'inet4':
    case 'inet6':
      return { kind: 'text', length: 45, form: 'varchar' }
    case 'binary':
    case 'varbinary':
      return { kind: 'bytes', length: Number(inside) }
    default:
      return null
  }
}
