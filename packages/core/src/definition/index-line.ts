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
  for (const text of items) {
    const item = parseIndexItem(text)
    if (!item) throw unreadableIndex(line, text)
    if (item.kind === 'member' && item.type !== null && !memberTypes.test(item.type)) throw memberType(line, item.type)
  }
  return { kind: 'index', unique: start[1] !== undefined, attributes: items, at: line.at }
}

/** What a server takes a member of a json value for. */
const memberTypes = /^((un)?signed|float|double|date|year|decimal(\(\d+(,\s*\d+)?\))?|(datetime|time|char)(\(\d+\))?)$/

function memberType(line: SourceLine, type: string): Error {
  const advice =
    'The types are signed, unsigned, decimal(p,s), float, double, char(n), date, datetime(n), time(n) and year.'
  const problem = `a member of a json attribute cannot be indexed as \`${type}\``
  return lineError(line, 'unsupported-index', type, problem, advice, line.text.indexOf(`:${type}`) + 1)
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
