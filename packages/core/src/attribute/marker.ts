import type { AttributeType } from './attribute.ts'
import { parseAttributeType } from './attribute-type.ts'
import { AttributeTypeError } from './errors.ts'
import type { Generation } from './generation.ts'
import { readLegacyType } from './legacy-type.ts'
import type { Storage } from './storage.ts'

/** What the migration tool of DataJoint 2 writes for columns that its core types leave out. */
const migrated: ReadonlyMap<string, string> = new Map([
  ['int24', 'mediumint'],
  ['uint8', 'tinyint unsigned'],
  ['uint16', 'smallint unsigned'],
  ['uint24', 'mediumint unsigned'],
  ['uint32', 'int unsigned'],
  ['uint64', 'bigint unsigned'],
])

/**
 * The type that the marker of a column names, `column` being what the column itself tells; `null` where the marker names
 * none that this language has, so that the column's own type counts.
 */
export function readMarker(marker: string, column: AttributeType): AttributeType | null {
  const legacy = readLegacyType(marker)
  // the migration of 0.14's external columns to JSON forgets the brackets
  if (legacy?.storage.kind === 'uuid' && holds(column.storage, { kind: 'json' })) return parse(`<${marker}>`, '2.x')
  if (legacy) return legacy
  const type = parse(migrated.get(marker.toLowerCase()) ?? marker, '2.x')
  // one of a few bytes may be a codec's uuid; the others are what a codec of bytes has where it says nothing
  const own = type?.codec && (isShort(column) || !holds(column.storage, type.storage))
  return own ? { ...type, storage: column.storage, keptAs: column.text } : type
}

/** Whether a column is what a codec's type says; an adapter of 0.14 or a codec of a lab may keep its values in any. */
const holds = (column: Storage, { kind }: Storage): boolean =>
  // MariaDB and SQLite keep JSON in text
  column.kind === kind || (kind === 'json' && column.kind === 'text' && column.form === 'text')

const isShort = ({ storage, text }: AttributeType): boolean =>
  storage.kind === 'bytes' && storage.length !== undefined && text !== 'longblob'

function parse(text: string, generation: Generation): AttributeType | null {
  try {
    return parseAttributeType(text, generation)
  } catch (error) {
    if (error instanceof AttributeTypeError) return null
    throw error
  }
}
