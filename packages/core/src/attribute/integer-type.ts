import type { AttributeType } from './attribute.ts'
import type { Refuse } from './refuse.ts'

type Bits = 8 | 16 | 32 | 64
const widths: ReadonlyMap<string, Bits> = new Map([
  ['int8', 8],
  ['int16', 16],
  ['int32', 32],
  ['int64', 64],
])

export interface IntegerValues {
  int8: number
  int16: number
  int32: number
  int64: bigint
}

/** `int8`, `int16`, `int32`, `int64`: always signed. */
export function readIntegerType(text: string): AttributeType | null {
  const name = text.toLowerCase()
  const bits = widths.get(name)
  return bits === undefined ? null : { text: name, storage: { kind: 'integer', bits }, codec: null }
}

export function integerToStored(value: unknown, bits: Bits, refuse: Refuse): bigint {
  const limit = 2n ** BigInt(bits - 1)
  const integer = typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value
  if (typeof integer !== 'bigint' || integer < -limit || integer >= limit) {
    throw refuse(`an integer from ${-limit} to ${limit - 1n}${bits === 64 ? ' (a bigint beyond 2^53)' : ''}`)
  }
  return integer
}

/** `int64` gives `bigint`, the others `number`: by the type, never by the value. */
export function integerFromStored(stored: bigint, bits: Bits): bigint | number {
  return bits === 64 ? stored : Number(stored)
}
