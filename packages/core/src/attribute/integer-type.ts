import type { AttributeType } from './attribute.ts'
import type { Givable } from './givable.ts'
import type { Refuse } from './refuse.ts'
import type { Storage } from './storage.ts'

type Integer = Extract<Storage, { kind: 'integer' }>
type Bits = Integer['bits']

const core: ReadonlyMap<string, Bits> = new Map([
  ['int8', 8],
  ['int16', 16],
  ['int32', 32],
  ['int64', 64],
])
const native: ReadonlyMap<string, Bits> = new Map([
  ['tinyint', 8],
  ['smallint', 16],
  ['mediumint', 24],
  ['int', 32],
  ['bigint', 64],
])

export interface IntegerValues {
  int8: number
  int16: number
  int32: number
  int64: LargeInteger
  tinyint: number
  smallint: number
  mediumint: number
  int: number
  integer: number
  bigint: LargeInteger
}

/** 64 bits are fetched as `bigint` whatever the value. */
type LargeInteger = Givable<bigint, bigint | number>

/** What counts and sums are: integers that a `number` holds exactly. */
export const safeIntegerType: AttributeType = {
  text: 'safe integer',
  storage: { kind: 'integer', bits: 53 },
  codec: null,
}

/**
 * `int8` to `int64`, always signed, and the server's own `tinyint` to `bigint`, which may be `unsigned`. A width says how
 * to print them, and nothing here; that of `tinyint(1)` says that it is a flag.
 */
export function readIntegerType(text: string): AttributeType | null {
  const name = text.toLowerCase()
  const bits = core.get(name)
  if (bits !== undefined) return { text: name, storage: { kind: 'integer', bits }, codec: null }
  const match = /^([a-z]+)(?:\s*\(\s*(\d+)\s*\))?(\s+unsigned)?$/.exec(name)
  const own = match?.[1] === 'integer' ? 'int' : (match?.[1] ?? '')
  const width = native.get(own)
  if (!match || width === undefined) return null
  if (own === 'tinyint' && match[2] === '1' && !match[3]) return flag
  return match[3]
    ? { text: `${own} unsigned`, storage: { kind: 'integer', bits: width, unsigned: true }, codec: null }
    : { text: own, storage: { kind: 'integer', bits: width }, codec: null }
}

const flag: AttributeType = { text: 'tinyint(1)', storage: { kind: 'boolean', width: 1 }, codec: null }

/** The smallest and the largest value. */
export function integerRange({ bits, unsigned }: Integer): readonly [least: bigint, most: bigint] {
  if (bits === 53) return [BigInt(Number.MIN_SAFE_INTEGER), BigInt(Number.MAX_SAFE_INTEGER)]
  const limit = 2n ** BigInt(unsigned ? bits : bits - 1)
  return [unsigned ? 0n : -limit, limit - 1n]
}

export function integerToStored(value: unknown, storage: Integer, refuse: Refuse): bigint {
  const [least, most] = integerRange(storage)
  const integer = typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value
  if (typeof integer !== 'bigint' || integer < least || integer > most) {
    throw refuse(`an integer from ${least} to ${most}${storage.bits === 64 ? ' (a bigint beyond 2^53)' : ''}`)
  }
  return integer
}

/** 64 bits give `bigint`, the others `number`: by the type, never by the value. `null` where a `number` is not exact. */
export function integerFromStored(stored: bigint, { bits }: Integer): bigint | number | null {
  if (bits === 64) return stored
  const number = Number(stored)
  return Number.isSafeInteger(number) ? number : null
}

export interface YearValues {
  year: number
}

/** `year`: 1901 to 2155, and 0. */
export function readYearType(text: string): AttributeType | null {
  return /^year(\s*\(\s*4\s*\))?$/i.test(text) ? { text: 'year', storage: { kind: 'year' }, codec: null } : null
}

export function yearToStored(value: unknown, refuse: Refuse): bigint {
  const year = Number(value)
  if ((typeof value === 'number' || typeof value === 'bigint') && Number.isInteger(year)) {
    if (year === 0 || (year >= 1901 && year <= 2155)) return BigInt(year)
  }
  throw refuse('a year from 1901 to 2155, or 0')
}
