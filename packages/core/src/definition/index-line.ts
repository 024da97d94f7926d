import { lineError, type SourceLine, trim } from './source-line.ts'
import type { IndexLine } from './table-definition.ts'

/** Whether a line is an index: an attribute may begin with the same word. */
export const isIndexLine = (text: string): boolean => /^(unique\s+)?index\s*\(/i.test(text)

/** Reads `[unique] index (name, name) # text`. */
export function parseIndexLine(line: SourceLine): IndexLine {
  const match = /^(unique\s+)?index\s*\(([^()]*)\)\s*(?:#.*)?$/i.exec(line.text)
  const attributes = match?.[2]?.split(',').map(trim) ?? []
  if (!match || !attributes.every((name) => /^[a-z][a-z0-9_]*$/.test(name))) {
    const advice = 'Write `index (name, name)` or `unique index (name)`: expressions and JSON paths have none here.'
    throw lineError(line, 'unsupported-index', line.text, `cannot read the index \`${line.text}\``, advice)
  }
  return { kind: 'index', unique: match[1] !== undefined, attributes, at: line.at }
}
