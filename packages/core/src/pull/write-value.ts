import { isPlain } from '../query/given-row.ts'
import { writeName, writeString } from './write-text.ts'

/** A JavaScript expression that gives a value of a row; `null` for one that has none, an array of a blob for instance. */
export function writeValue(value: unknown): string | null {
  switch (typeof value) {
    case 'string':
      return writeString(value)
    case 'bigint':
      return `${value}n`
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value)
    case 'boolean':
      return String(value)
    default:
      return value === null ? 'null' : typeof value === 'object' ? writeObject(value) : null
  }
}

function writeObject(value: object): string | null {
  if (value instanceof Uint8Array) return `Uint8Array.of(${value.join(', ')})`
  if (Array.isArray(value)) return list('[', value.map(writeValue), ']')
  if (!isPlain(value)) return null
  const members = Object.entries(value).map(([name, member]) => {
    const text = writeValue(member)
    return text === null ? null : `${writeName(name)}: ${text}`
  })
  return members.length === 0 ? '{}' : list('{ ', members, ' }')
}

const list = (open: string, items: readonly (string | null)[], close: string): string | null =>
  items.includes(null) ? null : `${open}${items.join(', ')}${close}`
