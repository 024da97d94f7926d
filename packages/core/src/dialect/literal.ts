import type { Storage, StoredValue } from '../attribute/storage.ts'
import { readQuoted } from '../attribute/quoted-text.ts'

/**
 * Reads the literal that a database shows as a column's default, `'text'`, `-1` or `X'00'`, in the canonical form of the
 * column's storage; `null` where it is none, an expression for instance.
 */
export function readLiteral(text: string, storage: Storage): StoredValue {
  const quoted = readQuoted(text, 0)
  const value = quoted ? (quoted.end === text.length ? quoted.value : null) : text
  if (value === null) return null
  switch (storage.kind) {
    case 'integer':
    case 'boolean':
    case 'year':
      return /^-?\d+$/.test(value) ? BigInt(value) : null
    case 'float': {
      const number = Number(value)
      if (value.trim() === '' || Number.isNaN(number)) return null
      return storage.bits === 32 ? Math.fround(number) : number
    }
    case 'decimal':
      return readDecimal(value, storage.scale)
    case 'uuid':
    case 'bytes': {
      const hex = /^X'([0-9A-F]*)'$/i.exec(text)?.[1]
      return hex === undefined ? null : new Uint8Array(Buffer.from(hex, 'hex'))
    }
    default:
      return quoted ? value : null
  }
}

function readDecimal(text: string, scale: number): string | null {
  const [, whole = '', fraction = ''] = /^(-?\d+)(?:\.(\d*))?$/.exec(text) ?? []
  if (whole === '') return null
  return scale === 0 ? whole : `${whole}.${fraction.padEnd(scale, '0')}`
}

/** The SQL that stands for a value where none can be bound, in a column's default. */
export function writeLiteral(value: Exclude<StoredValue, null>, quoteText: (text: string) => string): string {
  if (value instanceof Uint8Array) return `X'${Buffer.from(value).toString('hex')}'`
  return typeof value === 'string' ? quoteText(value) : String(value)
}
