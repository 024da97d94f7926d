import type { Attribute } from '../../attribute/attribute.ts'
import { InvalidValueError } from '../../attribute/errors.ts'

/**
 * The value that a text means in the type of an attribute, for text that comes from a file. Text that means none stays
 * text, which the type then refuses.
 */
export function textValue({ name, type }: Attribute, text: unknown): unknown {
  if (typeof text !== 'string') return text
  switch (type.storage.kind) {
    case 'integer':
      return /^[+-]?\d+$/.test(text) ? BigInt(text.replace(/^\+/, '')) : text
    case 'float':
      return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : text
    case 'boolean':
      return booleans.get(text.toLowerCase()) ?? text
    case 'json':
      return parseJson(name, type.text, text)
    case 'bytes':
      throw new InvalidValueError(name, type.text, text, 'bytes, which a text file does not have')
    default:
      return text
  }
}

const booleans: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
])

function parseJson(name: string, type: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new InvalidValueError(name, type, text, 'JSON text')
  }
}
