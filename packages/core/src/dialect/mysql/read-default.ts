import type { AttributeType, Default } from '../../attribute/attribute.ts'
import type { Storage } from '../../attribute/storage.ts'
import { unescapeText } from '../innodb/unescape.ts'
import { readLiteral } from '../literal.ts'

/** Reads a default as `information_schema` shows it: bare text, bytes as hex digits, and what `extra` calls generated. */
export function readDefault(
  text: string | null,
  nullable: boolean,
  { storage }: AttributeType,
  extra: string,
): Default {
  if (text === null) return { kind: nullable ? 'null' : 'required' }
  const generated = /\bDEFAULT_GENERATED\b/.test(extra)
  const now = generated ? /^current_timestamp(?:\((\d*)\))?$/i.exec(text) : null
  if (now) return { kind: 'current-timestamp', fraction: Number(now[1] ?? 0) }
  return { kind: 'literal', value: readLiteral(generated ? literalIn(text) : literalOf(text, storage), storage) }
}

/** As a literal that stands in SQL. */
function literalOf(text: string, { kind }: Storage): string {
  switch (kind) {
    case 'uuid':
    case 'bytes':
      return `X'${text.replace(/^0x/i, '')}'`
    case 'integer':
    case 'boolean':
    case 'year':
    case 'float':
    case 'decimal':
      return text
    default:
      return `'${text.replaceAll("'", "''")}'`
  }
}

/** The literal that an expression is; one of text is shown with its character set, and escaped twice. */
function literalIn(expression: string): string {
  const text = unescapeText(expression)
  const hex = /^(?:0x([\da-f]*)|unhex\(_utf8mb[34]'([\da-f]*)'\))$/i.exec(text)
  if (hex) return `X'${hex[1] ?? hex[2]}'`
  const quoted = /^_utf8mb[34]'(.*)'$/s.exec(text)?.[1]
  return quoted === undefined ? expression : `'${unescapeText(quoted).replaceAll("'", "''")}'`
}
