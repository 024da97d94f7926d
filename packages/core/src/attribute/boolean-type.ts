import type { AttributeType } from './attribute.ts'
import type { Refuse } from './refuse.ts'

export interface BooleanValues {
  bool: boolean
  boolean: boolean
}

/** `bool`, also as `boolean`. */
export function readBooleanType(text: string): AttributeType | null {
  return /^bool(ean)?$/i.test(text) ? { text: 'bool', storage: { kind: 'boolean' }, codec: null } : null
}

export function booleanToStored(value: unknown, refuse: Refuse): bigint {
  if (value === true || value === 1 || value === 1n) return 1n
  if (value === false || value === 0 || value === 0n) return 0n
  throw refuse('true or false')
}

/** Any number but zero is true: the column is a `tinyint`, and other clients write more than 0 and 1. */
export function booleanFromStored(stored: bigint): boolean {
  return stored !== 0n
}
