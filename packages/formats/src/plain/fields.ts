import { InvalidValueError, MissingKeyError } from '../errors.ts'

/** The entries of an object of JSON, read strictly; names in errors are paths, such as `channels[3].gain`. */
export interface Fields {
  name(key: string): string
  has(key: string): boolean
  text(key: string): string
  number(key: string): number
  positive(key: string): number
  /** A whole number. */
  count(key: string, least?: number): number
  /** From `least` up to, not including, `beyond`. */
  within(key: string, least: number, beyond: number): number
  flag(key: string, fallback: boolean): boolean
  list(key: string): readonly Fields[]
  /** Empty where there is none. */
  optionalList(key: string): readonly Fields[]
  /** Null where there is none. */
  optional(key: string): Fields | null
  texts(key: string): readonly string[]
}

/** Throws `invalid-value` where it is no object; its methods throw that and `missing-key`. */
export function fieldsOf(value: unknown, path: string, prefix = ''): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InvalidValueError(path, prefix === '' ? 'JSON' : prefix, shown(value), 'an object')
  const entries: Readonly<Record<string, unknown>> = { ...value }
  const name = (key: string): string => (prefix === '' ? key : `${prefix}.${key}`)
  const has = (key: string): boolean => Object.hasOwn(entries, key) && entries[key] !== null
  const take = (key: string): unknown => {
    if (has(key)) return entries[key]
    throw new MissingKeyError(path, name(key), 'Restore the file, or add what is missing.')
  }
  const number = (key: string, expected: string, fits: (found: number) => boolean): number => {
    const found = take(key)
    if (typeof found === 'number' && Number.isFinite(found) && fits(found)) return found
    throw new InvalidValueError(path, name(key), shown(found), expected)
  }
  const array = (key: string): readonly unknown[] => {
    const found = take(key)
    if (!Array.isArray(found)) throw new InvalidValueError(path, name(key), shown(found), 'a list')
    return found
  }
  const list = (key: string): readonly Fields[] =>
    array(key).map((item, index) => fieldsOf(item, path, `${name(key)}[${index}]`))
  const text = (found: unknown, key: string): string => {
    if (typeof found === 'string') return found
    throw new InvalidValueError(path, key, shown(found), 'a text')
  }
  return {
    name,
    has,
    list,
    text: (key) => text(take(key), name(key)),
    number: (key) => number(key, 'a number', () => true),
    positive: (key) => number(key, 'a number above zero', (found) => found > 0),
    count: (key, least = 0) =>
      number(key, `a whole number of ${least} or more`, (found) => Number.isInteger(found) && found >= least),
    within: (key, least, beyond) =>
      number(key, `a number from ${least} to below ${beyond}`, (found) => found >= least && found < beyond),
    flag(key, fallback) {
      const found = has(key) ? entries[key] : fallback
      if (typeof found === 'boolean') return found
      throw new InvalidValueError(path, name(key), shown(found), 'true or false')
    },
    optionalList: (key) => (has(key) ? list(key) : []),
    optional: (key) => (has(key) ? fieldsOf(entries[key], path, name(key)) : null),
    texts: (key) => array(key).map((item, index) => text(item, `${name(key)}[${index}]`)),
  }
}

const shown = (value: unknown): string => JSON.stringify(value) ?? String(value)
