import type { AttributeType, Default } from '../../attribute/attribute.ts'
import { unescapeText } from '../innodb/unescape.ts'
import { readLiteral } from '../literal.ts'

/** Reads a default as `information_schema` shows it: an expression, text in quotes, or the word NULL. */
export function readDefault(text: string | null, nullable: boolean, { storage }: AttributeType): Default {
  if (text === null || text === 'NULL') return { kind: nullable ? 'null' : 'required' }
  const now = /^current_timestamp\((\d*)\)$/i.exec(text)
  if (now) return { kind: 'current-timestamp', fraction: Number(now[1] ?? 0) }
  const bytes = /^unhex\('([\da-f]*)'\)$/i.exec(text)
  if (bytes) return { kind: 'literal', value: readLiteral(`X'${bytes[1]}'`, storage) }
  return { kind: 'literal', value: readLiteral(unescapeText(text, "''"), storage) }
}
