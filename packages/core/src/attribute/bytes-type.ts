import type { AttributeType } from './attribute.ts'
import type { Refuse } from './refuse.ts'

export interface BytesValues {
  bytes: Uint8Array
}

/** `bytes`: raw bytes, without serialization. */
export function readBytesType(text: string): AttributeType | null {
  return text.toLowerCase() === 'bytes' ? { text: 'bytes', storage: { kind: 'bytes' }, codec: null } : null
}

export function bytesToStored(value: unknown, length: number | undefined, refuse: Refuse): Uint8Array {
  if (!(value instanceof Uint8Array)) throw refuse('a Uint8Array')
  if (length !== undefined && value.length > length) throw refuse(`at most ${length} bytes`)
  return value
}
