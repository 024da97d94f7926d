import type { Attribute } from './attribute.ts'
import { booleanToStored } from './boolean-type.ts'
import { bytesToStored } from './bytes-type.ts'
import { decimalToStored } from './decimal-type.ts'
import { enumToStored } from './enum-type.ts'
import { InvalidValueError } from './errors.ts'
import { floatToStored } from './float-type.ts'
import { integerToStored, yearToStored } from './integer-type.ts'
import { jsonToStored } from './json-type.ts'
import type { StoredValue } from './storage.ts'
import { dateToStored, datetimeToStored, timeToStored } from './temporal-type.ts'
import { textToStored } from './text-type.ts'
import { uuidToStored } from './uuid-type.ts'

/**
 * Converts a value of a row to the canonical form of its attribute's storage; that of a codec type comes encoded.
 *
 * @throws InvalidValueError where the value does not fit the type: nothing is rounded, cut or replaced
 */
export function toStored(attribute: Pick<Attribute, 'name' | 'type' | 'nullable'>, value: unknown): StoredValue {
  const { storage } = attribute.type
  const refuse = (expected: string) => new InvalidValueError(attribute.name, attribute.type.text, value, expected)
  if (value === undefined) throw refuse('a value')
  if (value === null) {
    if (attribute.nullable) return null
    throw refuse('a value (the attribute is not nullable)')
  }
  switch (storage.kind) {
    case 'integer':
      return integerToStored(value, storage, refuse)
    case 'boolean':
      return booleanToStored(value, refuse)
    case 'float':
      return floatToStored(value, storage, attribute.nullable, refuse)
    case 'decimal':
      return decimalToStored(value, storage, refuse)
    case 'text':
      return textToStored(value, storage, refuse)
    case 'enum':
      return enumToStored(value, storage.values, refuse)
    case 'date':
      return dateToStored(value, refuse)
    case 'datetime':
      return datetimeToStored(value, storage, refuse)
    case 'time':
      return timeToStored(value, storage.fraction, refuse)
    case 'year':
      return yearToStored(value, refuse)
    case 'uuid':
      return uuidToStored(value, refuse)
    case 'json':
      return jsonToStored(value, refuse)
    case 'bytes':
      return bytesToStored(value, storage.length, refuse)
  }
}
