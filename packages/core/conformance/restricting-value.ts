import type { Storage } from '../src/attribute/storage.ts'
import type { RecordedValue } from './recorded.ts'

type Given = string | number | boolean | null

/** A recorded value as a restriction of an attribute is given one: text beside a number counts as the number it begins with. */
export function convert(value: RecordedValue, storage: Storage | undefined): Given {
  const given = typeof value === 'object' && value !== null ? (Object.values(value).map(String)[0] ?? '') : value
  if (given === null) return null
  switch (storage?.kind) {
    case 'integer':
    case 'float':
      return numberIn(given)
    case 'decimal':
      return String(numberIn(given))
    case 'boolean':
      return numberIn(given) === 1 ? true : numberIn(given) === 0 ? false : numberIn(given)
    default:
      return given
  }
}

/** Some value of the attribute's type instead of one that it cannot hold; `null` where that is of another kind. */
export function heldInstead(given: Given, storage: Storage | undefined): Given {
  switch (storage?.kind) {
    case 'integer':
    case 'float':
      return 0
    case 'decimal':
      return '0'
    case 'boolean':
      return true
    case 'enum':
      return typeof given === 'string' ? (storage.values[0] ?? null) : null
    case 'text':
      return typeof given === 'string' ? 'x' : null
    case 'date':
      return typeof given === 'number' ? '2000-01-01' : null
    case 'datetime':
      return typeof given === 'number' ? '2000-01-01 00:00:00' : null
    default:
      return null
  }
}

/** As MySQL and MariaDB read a number out of text. */
function numberIn(given: Exclude<Given, null>): number {
  if (typeof given !== 'string') return Number(given)
  const digits = /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/i.exec(given)?.[0]
  return digits === undefined ? 0 : Number(digits)
}
