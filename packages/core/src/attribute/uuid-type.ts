import type { AttributeType } from './attribute.ts'
import type { Refuse } from './refuse.ts'

export interface UuidValues {
  uuid: string
}

/** `uuid`. */
export function readUuidType(text: string): AttributeType | null {
  return text.toLowerCase() === 'uuid' ? { text: 'uuid', storage: { kind: 'uuid' }, codec: null } : null
}

/** The 16 bytes in the order of the hexadecimal text (RFC 9562). */
export function uuidToStored(value: unknown, refuse: Refuse): Uint8Array {
  if (value instanceof Uint8Array && value.length === 16) return value
  if (typeof value === 'string') {
    if (/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$|^[\da-f]{32}$/i.test(value)) {
      return Uint8Array.from(Buffer.from(value.replaceAll('-', ''), 'hex'))
    }
  }
  throw refuse('a UUID as text (6f6d1a8e-…) or as 16 bytes')
}

export function uuidFromStored(stored: Uint8Array): string {
  const hex = Buffer.from(stored).toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
