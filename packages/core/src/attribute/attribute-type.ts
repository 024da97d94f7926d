import type { AttributeType } from './attribute.ts'
import { readBooleanType } from './boolean-type.ts'
import { readBytesType } from './bytes-type.ts'
import { readCodecType } from './codec-type.ts'
import { readDecimalType } from './decimal-type.ts'
import { readEnumType } from './enum-type.ts'
import { AttributeTypeError } from './errors.ts'
import { readFloatType } from './float-type.ts'
import { readIntegerType } from './integer-type.ts'
import { readJsonType } from './json-type.ts'
import { adviseOnType } from './native-type.ts'
import { readTemporalType } from './temporal-type.ts'
import { readTextType } from './text-type.ts'
import { readUuidType } from './uuid-type.ts'

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
]

/**
 * Reads a type of the definition language, such as `varchar(32)`, `enum('a','b')` or `<blob@local>`.
 *
 * @throws AttributeTypeError `unknown-type`, `bad-type` (a length or store that cannot be) or `bad-enum`
 */
export function parseAttributeType(text: string): AttributeType {
  const spelling = text.trim()
  for (const read of readers) {
    const type = read(spelling)
    if (type) return type
  }
  throw new AttributeTypeError('unknown-type', spelling, `unknown type \`${spelling}\``, adviseOnType(spelling))
}
