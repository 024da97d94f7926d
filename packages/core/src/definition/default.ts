import type { Attribute, AttributeType, Default } from '../attribute/attribute.ts'
import { quoteText } from '../attribute/quoted-text.ts'
import type { StoredValue } from '../attribute/storage.ts'
import { toStored } from '../attribute/to-stored.ts'

/** A default as it was written before the colon. */
export interface DefaultText {
  readonly text: string
  readonly quoted: boolean
}

/**
 * Gives a default its meaning in the type of its attribute.
 *
 * @throws InvalidValueError where the type has no such value
 */
export function readDefault(name: string, type: AttributeType, { text, quoted }: DefaultText): Default {
  if (!quoted) {
    if (/^null$/i.test(text)) return { kind: 'null' }
    const now = /^current_timestamp(?:\(\s*(\d?)\s*\))?$/i.exec(text)
    if (now) return { kind: 'current-timestamp', fraction: Number(now[1] ?? 0) }
  }
  return { kind: 'literal', value: toStored({ name, type, nullable: false }, valueOf(text, type)) }
}

/** The value that a definition's text means; text that means none stays text, which `toStored` refuses. */
function valueOf(text: string, { storage }: AttributeType): unknown {
  switch (storage.kind) {
    case 'integer':
      return /^[+-]?\d+$/.test(text) ? BigInt(text.replace(/^\+/, '')) : text
    case 'float':
      return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : text
    case 'year':
      return /^\d+$/.test(text) ? Number(text) : text
    case 'boolean':
      return booleans.get(text.toLowerCase()) ?? text
    default:
      return text
  }
}

const numbers: ReadonlySet<string> = new Set(['integer', 'float', 'decimal', 'year'])

const booleans: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
])

/** Writes a default as a definition has it, without the `=`; `null` where there is none. */
export function formatDefault({ default: value, type }: Pick<Attribute, 'default' | 'type'>): string | null {
  switch (value.kind) {
    case 'required':
    case 'numbered':
      return null
    case 'null':
      return 'null'
    case 'current-timestamp':
      return value.fraction === 0 ? 'CURRENT_TIMESTAMP' : `CURRENT_TIMESTAMP(${value.fraction})`
    case 'literal':
      return formatLiteral(value.value, type)
  }
}

function formatLiteral(value: StoredValue, { storage }: AttributeType): string {
  // an expression, which no definition has
  if (value === null) return 'null'
  if (storage.kind === 'boolean') return value === 0n ? 'false' : 'true'
  if (value instanceof Uint8Array) return quoteText(Buffer.from(value).toString('hex'))
  return numbers.has(storage.kind) ? String(value) : quoteText(String(value))
}
