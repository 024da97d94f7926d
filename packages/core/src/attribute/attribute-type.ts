import type { AttributeType } from './attribute.ts'
import { readBooleanType } from './boolean-type.ts'
import { readBytesType } from './bytes-type.ts'
import { readCodecType } from './codec-type.ts'
import { readDecimalType } from './decimal-type.ts'
import { readEnumType } from './enum-type.ts'
import { AttributeTypeError } from './errors.ts'
import { readFloatType } from './float-type.ts'
import type { Generation } from './generation.ts'
import { readIntegerType, readYearType } from './integer-type.ts'
import { readJsonType } from './json-type.ts'
import { readLegacyType } from './legacy-type.ts'
import { readTemporalType } from './temporal-type.ts'
import { readTextType } from './text-type.ts'
import { adviseOnType } from './type-advice.ts'
import { readUuidType } from './uuid-type.ts'
import { legacyName } from './vocabulary.ts'

const readers: readonly ((text: string) => AttributeType | null)[] = [
  readIntegerType,
  readFloatType,
  readTextType,
  readCodecType,
  readTemporalType,
  readEnumType,
  readBooleanType,
  readDecimalType,
  readUuidType,
  readJsonType,
  readBytesType,
  readYearType,
]

/**
 * Reads a type of the definition language, such as `varchar(32)`, `enum('a','b')` or `<blob@local>`: the names of both
 * generations mean the same in a table of either, and it is given as that table calls it (`int32` is `int` in one of 0.14).
 * What a generation cannot hold, and `longblob` in 2.x, which would be read in two ways, is refused.
 *
 * @throws AttributeTypeError `unknown-type`, `bad-type` (a length or store that cannot be), `bad-enum` or `other-generation`
 */
export function parseAttributeType(text: string, generation: Generation = '2.x'): AttributeType {
  const spelling = text.trim()
  const legacy = readLegacyType(spelling)
  if (legacy) return generation === '0.14' ? legacy : refuseLegacy(legacy)
  for (const read of readers) {
    const type = read(spelling)
    if (type) return typeIn(type, generation)
  }
  throw new AttributeTypeError('unknown-type', spelling, `unknown type \`${spelling}\``, adviseOnType(spelling))
}

/**
 * A type as a table of that generation calls and keeps it.
 *
 * @throws AttributeTypeError `other-generation` where it cannot
 */
export function typeIn(type: AttributeType, generation: Generation): AttributeType {
  const legacy = readLegacyType(type.text)
  if (generation === '2.x') return legacy ? refuseLegacy(legacy) : type
  const name = legacyName(type.text)
  if (name !== null) return parseAttributeType(name, '0.14')
  if (type.text !== 'bytes' && (type.codec?.store ?? null) === null) return type
  const [what, advice] =
    type.text === 'bytes'
      ? ['raw bytes', 'Write <blob>, which keeps a Uint8Array as an array']
      : ['such a codec', 'Write <blob@store>, <attach@store> or <filepath@store>']
  throw new AttributeTypeError(
    'other-generation',
    type.text,
    `tables of DataJoint 0.14 have no \`${type.text}\`: no column of theirs holds ${what}`,
    `${advice}, or declare the table in a schema of its own.`,
  )
}

/** In 2.x `longblob` keeps raw bytes, and Python's client stores the text of an array in it without a word. */
function refuseLegacy({ text, codec }: AttributeType): never {
  const own = codec?.name.replace('external-', '') ?? ''
  const modern = `<${own}${codec?.store === null ? '' : `@${codec?.store}`}>`
  const raw = text.endsWith('blob') ? ' for arrays and objects, or bytes for raw bytes' : ''
  throw new AttributeTypeError(
    'other-generation',
    text,
    `\`${text}\` is a type of DataJoint 0.14, and this table is of 2.x`,
    `Write ${modern}${raw}; in a schema with \`compat: 'python-0.14'\` it is what it was.`,
  )
}
