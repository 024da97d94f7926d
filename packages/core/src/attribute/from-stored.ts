import type { AttributeType } from './attribute.ts'
import { booleanFromStored } from './boolean-type.ts'
import { MalformedStoredValueError } from './errors.ts'
import { integerFromStored } from './integer-type.ts'
import type { StoredValue } from './storage.ts'
import { uuidFromStored } from './uuid-type.ts'

/** Converts a value of `attribute` in canonical form to that of a row; that of a codec type stays encoded. */
export function fromStored(type: AttributeType, stored: StoredValue, attribute: string | null = null): unknown {
  if (stored === null) return null
  const { storage } = type
  switch (storage.kind) {
    case 'integer':
      if (typeof stored === 'bigint') {
        const integer = integerFromStored(stored, storage)
        if (integer !== null) return integer
      }
      break
    case 'year':
      if (typeof stored === 'bigint') return Number(stored)
      break
    case 'boolean':
      if (typeof stored === 'bigint') return booleanFromStored(stored)
      break
    case 'float':
      if (typeof stored === 'number') return stored
      break
    case 'decimal':
      if (typeof stored === 'string' && /^-?\d+(?:\.\d+)?$/.test(stored)) return stored
      break
    case 'text':
    case 'enum':
    case 'date':
    case 'datetime':
    case 'time':
      if (typeof stored === 'string') return stored
      break
    case 'json':
      if (typeof stored === 'string') return JSON.parse(stored)
      break
    case 'uuid':
      if (stored instanceof Uint8Array && stored.length === 16) return uuidFromStored(stored)
      break
    case 'bytes':
      if (stored instanceof Uint8Array) return stored
      break
  }
  throw new MalformedStoredValueError(type.text, stored, attribute)
}
