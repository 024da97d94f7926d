import type { Storage, StoredValue } from '../../attribute/storage.ts'
import type { Aggregation, JsonPath } from '../../relation/expression.ts'

export type NaiveRow = Readonly<Record<string, StoredValue>>

/** NULL first, and otherwise by value: text by its letters' numbers, decimals as numbers. */
export function order(a: StoredValue, b: StoredValue, storage: Storage): number {
  if (a === null || b === null) return Number(b === null) - Number(a === null)
  const [left, right] = [rank(a, storage), rank(b, storage)]
  return left === right ? 0 : left < right ? -1 : 1
}

/** What a value is ordered by: an enum's by its place in the type. */
export const placeOf = (value: StoredValue, storage: Storage): StoredValue =>
  storage.kind === 'enum' && value !== null ? BigInt(storage.values.indexOf(String(value))) : value

const rank = (value: Exclude<StoredValue, null>, storage: Storage): bigint | number | string =>
  value instanceof Uint8Array ? hexOf(value) : storage.kind === 'decimal' ? Number(value) : value

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Whether two values are one, NULL included. */
export const same = (a: StoredValue = null, b: StoredValue = null): boolean =>
  a instanceof Uint8Array && b instanceof Uint8Array ? hexOf(a) === hexOf(b) : a === b

/** What some values that are not NULL amount to. */
export function aggregateOf(
  aggregation: Aggregation,
  values: readonly Exclude<StoredValue, null>[],
  storage: Storage,
): StoredValue {
  switch (aggregation) {
    case 'count':
      return BigInt(values.length)
    case 'count-distinct':
      return BigInt(values.filter((value, index) => values.findIndex((other) => same(value, other)) === index).length)
    case 'min':
      return values.toSorted((a, b) => order(a, b, storage))[0] ?? null
    case 'max':
      return values.toSorted((a, b) => order(b, a, storage))[0] ?? null
    case 'sum': {
      if (values.length === 0) return null
      if (storage.kind === 'decimal') return total(values).toFixed(storage.scale)
      return storage.kind === 'float' ? total(values) : BigInt(total(values))
    }
    case 'average':
      return values.length === 0 ? null : total(values) / values.length
  }
}

const total = (values: readonly StoredValue[]): number => values.reduce<number>((sum, value) => sum + Number(value), 0)

/** A member of JSON text as a value of one kind; `json` for whatever is there. */
export function readMember(text: StoredValue, path: JsonPath, storage: Storage): StoredValue {
  if (text === null) return null
  const member = path.reduce<unknown>(
    (value, part) => {
      if (typeof part === 'number') return Array.isArray(value) ? value[part] : undefined
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
      return Object.entries(value).find(([name]) => name === part)?.[1]
    },
    JSON.parse(String(text)),
  )
  switch (storage.kind) {
    case 'integer':
      return Number.isSafeInteger(member) ? BigInt(Number(member)) : null
    case 'float':
      return typeof member === 'number' ? member : null
    case 'boolean':
      return typeof member === 'boolean' ? BigInt(member) : null
    case 'json':
      return JSON.stringify(member ?? null) === 'null' ? null : JSON.stringify(member)
    default:
      return typeof member === 'string' ? member : null
  }
}
