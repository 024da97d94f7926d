import { inspect } from 'node:util'
import type { StoredValue } from '../attribute/storage.ts'

export { isPlain } from '../options.ts'

/** Whether a value can stand for a row: an object with names, and no list. */
export const isRow = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whether a row has a member of that name: its own, or one of its class, such as a getter. */
export const gives = (row: object, name: string): boolean =>
  Object.hasOwn(row, name) || (name in row && !(name in Object.prototype))

export const valueIn = (row: object, name: string): unknown => (gives(row, name) ? Reflect.get(row, name) : undefined)

/** A key as people read it: `{ subject: 'm1', session: 1n }`. */
export const formatKey = (key: object): string => inspect(key, { breakLength: Infinity, compact: true })

/** A value as an error says it. */
export const formatValue = (value: StoredValue): string =>
  value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value)
