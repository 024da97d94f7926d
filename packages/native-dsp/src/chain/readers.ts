import { InvalidParameterError } from '../errors.ts'

/** Turns a value of unknown origin into what it should be; throws `invalid-parameter` with its path. */
export type Reader<Value> = (path: string, value: unknown) => Value

/** What is not said has a default. */
export const withDefault =
  <Value>(fallback: Value, read: Reader<Value>): Reader<Value> =>
  (path, value) =>
    value === undefined ? fallback : read(path, value)

export const orNull =
  <Value>(read: Reader<Value>): Reader<Value | null> =>
  (path, value) =>
    value === null ? null : read(path, value)

export const flag: Reader<boolean> = (path, value) => {
  if (typeof value === 'boolean') return value
  throw new InvalidParameterError(path, value, 'true or false')
}

export const oneOf =
  <const Value extends string | number>(...known: readonly Value[]): Reader<Value> =>
  (path, value) => {
    const found = known.find((candidate) => candidate === value)
    if (found !== undefined) return found
    throw new InvalidParameterError(path, value, `one of ${known.join(', ')}`)
  }

interface Bounds {
  readonly least?: number
  /** Exclusive. */
  readonly above?: number
  readonly most?: number
  readonly whole?: boolean
}

export const numberIn =
  ({ least = -Infinity, above = -Infinity, most = Infinity, whole = false }: Bounds): Reader<number> =>
  (path, value) => {
    const fits =
      typeof value === 'number' &&
      (whole ? Number.isInteger(value) : Number.isFinite(value)) &&
      value >= least &&
      value > above &&
      value <= most
    if (fits) return value
    const bounds = [
      ...(above === -Infinity ? [] : [`above ${above}`]),
      ...(least === -Infinity ? [] : [`of ${least} or more`]),
      ...(most === Infinity ? [] : [`up to ${most}`]),
    ]
    throw new InvalidParameterError(path, value, [whole ? 'a whole number' : 'a number', ...bounds].join(' '))
  }

export const positive = numberIn({ above: 0 })
export const notNegative = numberIn({ least: 0 })
export const share = numberIn({ least: 0, most: 1 })
export const filterOrder = numberIn({ least: 1, most: 8, whole: true })

export const listOf =
  <Value>(read: Reader<Value>): Reader<readonly Value[]> =>
  (path, value) => {
    if (!Array.isArray(value)) throw new InvalidParameterError(path, value, 'a list')
    return value.map((item: unknown, index) => read(`${path}[${index}]`, item))
  }

/** An object with these entries and no others; `step` says which one it is and is read by the caller. */
export const record =
  <Value extends object>(fields: { readonly [Field in keyof Value]: Reader<Value[Field]> }): Reader<Value> =>
  (path, value) => {
    const entries = entriesOf(path, value)
    const known = Object.keys(fields)
    const stray = Object.keys(entries).find((name) => !known.includes(name))
    if (stray !== undefined)
      throw new InvalidParameterError(joined(path, stray), entries[stray], `no such entry, but ${known.join(', ')}`)
    const complete = known.map((name) => [name, readerOf(fields, name)(joined(path, name), entries[name])])
    return Object.fromEntries(complete) as Value // each field was read by the reader of its type
  }

export function entriesOf(path: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InvalidParameterError(path === '' ? 'chain' : path, value, 'an object')
  return { ...value }
}

const joined = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)

function readerOf(fields: object, name: string): Reader<unknown> {
  const readers: Readonly<Record<string, Reader<unknown>>> = { ...fields }
  return readers[name] ?? ((_, value) => value)
}
