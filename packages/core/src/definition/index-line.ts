import { readQuoted } from '../attribute/quoted-text.ts'
import { parseIndexItem } from './index-item.ts'
import { lineError, type SourceLine, trim } from './source-line.ts'
import type { IndexLine } from './table-definition.ts'

/** Whether a line is an index: an attribute may begin with the same word. */
export const isIndexLine = (text: string): boolean => /^(unique\s+)?index\s*\(/i.test(text)

/** Reads `[unique] index (name, json.path:type, (expression)) # text`. */
export function parseIndexLine(line: SourceLine): IndexLine {
  const start = /^(unique\s+)?index\s*\(/i.exec(line.text)
  const items = start ? readItems(line.text, start[0].length) : null
  if (!start || items === null) throw unreadableIndex(line, line.text)
  for (const item of items) if (!parseIndexItem(item)) throw unreadableIndex(line, item)
  return { kind: 'index', unique: start[1] !== undefined, attributes: items, at: line.at }
}

function unreadableIndex(line: SourceLine, text: string): Error {
  const advice =
    'Write `index (name, name)` or `unique index (name)`; an item may also be a member of a json attribute, ' +
    '`name.path:type`, or an expression in parentheses, without comments, `;` and backslashes.'
  return lineError(line, 'unsupported-index', text, `cannot read the index \`${text}\``, advice)
}

/** The items between an opening parenthesis, which stands before `start`, and its closing one. */
function readItems(text: string, start: number): readonly string[] | null {
  const items: string[] = []
  let depth = 1
  let from = start
  for (let at = start; at < text.length; at += 1) {
    const quoted = readQuoted(text, at)
    if (quoted) {
      at = quoted.end - 1
      continue
    }
    const character = text[at]
    if (character === '(') depth += 1
    if (character === ')') depth -= 1
    if (depth === 0 || (depth === 1 && character === ',')) {
      items.push(trim(text.slice(from, at)))
      from = at + 1
    }
    if (depth === 0) return /^\s*(#|$)/.test(text.slice(at + 1)) ? items : null
  }
  return null
}
