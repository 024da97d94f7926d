import type { RecordedResult, RecordedValue } from './recorded.ts'

/** The types of the attributes that an expression may name, as definitions spell them. */
export type TypesOf = ReadonlyMap<string, string>

const text = 'varchar(1000)'
const number = 'float64'

/**
 * The result type of a recorded SQL expression, which the reference does not declare and ours has to: what the expression
 * says by its outermost function or operator, with the types of its attributes; where that tells nothing, what the recorded
 * rows show; text where there are none. Numbers are all `float64`: they are compared by value.
 */
export function typeOfExpression(name: string, expression: string, types: TypesOf, expected: RecordedResult): string {
  return saidType(expression, types) ?? shownType(name, expected) ?? text
}

const numeric =
  /^(?:count|sum|avg|std\w*|var\w*|(?:char_)?length|octet_length|day\w*|week\w*|month|quarter|year|hour|minute|second|abs|ceil(?:ing)?|floor|round|truncate|sign|mod|pow(?:er)?|sqrt|exp|ln|log\w*|greatest_?|isnull|field|find_in_set|locate|instr|position|ascii|datediff|timestampdiff|to_days|unix_timestamp|bit_\w+|crc32|strcmp|exists|interval)$/
const textual =
  /^(?:concat(?:_ws)?|group_concat|upper|lower|ucase|lcase|trim|ltrim|rtrim|left|right|substr(?:ing)?|substring_index|mid|replace|reverse|repeat|lpad|rpad|hex|date_format|dayname|monthname|elt|quote|space|insert|format)$/
const temporal = /^(?:date|last_day|curdate|current_date|makedate|from_days|str_to_date)$/
/** The type of their first argument whose type is known. */
const ofArguments = /^(?:min|max|any_value|ifnull|coalesce|nullif|nvl|greatest|least)$/

/** What an expression says of its type by itself. */
function saidType(expression: string, types: TypesOf): string | null {
  const sql = unwrap(expression.trim())
  const name = /^`?(\w+)`?$/.exec(sql)?.[1]
  if (name !== undefined && types.has(name)) return plain(types.get(name) ?? text)
  if (/^'(?:[^']|'')*'$/.test(sql)) return text
  if (/^[-+]?\d+(?:\.\d+)?$/.test(sql)) return number
  if (/^null$/i.test(sql)) return null
  const chosen = caseResults(sql)
  if (chosen.length > 0) return chosen.map((result) => saidType(result, types)).find((type) => type !== null) ?? null
  const call = /^(\w+)\s*\(/.exec(sql)
  if (call?.[1] !== undefined && closes(sql, call[0].length - 1) === sql.length - 1) {
    return callType(call[1].toLowerCase(), splitArguments(sql.slice(call[0].length, -1)), types)
  }
  // an operator: of numbers, or with a truth value
  return /[-+*/%<>=!&|]|\b(?:is|in|like|between|and|or|not|div|mod)\b/i.test(withoutQuoted(sql)) ? number : null
}

/** What a CASE that is the whole expression may give. */
function caseResults(sql: string): readonly string[] {
  if (!/^case\b.*\bend$/is.test(sql)) return []
  const results = /\b(?:then|else)\b(.*?)(?=\b(?:when|else|end)\b)/dgis
  return [...withoutQuoted(sql).matchAll(results)].map(({ indices }) => sql.slice(...(indices?.[1] ?? [0, 0])))
}

function callType(name: string, parts: readonly string[], types: TypesOf): string | null {
  if (numeric.test(name)) return number
  if (textual.test(name)) return text
  if (temporal.test(name)) return 'date'
  const values = ofArguments.test(name) ? parts : name === 'if' ? parts.slice(1) : []
  for (const part of values) {
    const type = saidType(part.replace(/^\s*distinct\s+/i, ''), types)
    if (type !== null) return type
  }
  return null
}

/** Numbers of all kinds are one; the values of an enum are text once they are computed with. */
function plain(type: string): string {
  if (/^(?:u?int|tinyint|smallint|mediumint|integer|bigint|float|double|real|decimal|numeric|bool)/i.test(type))
    return number
  return /^(?:enum|char|varchar)/i.test(type) ? text : type
}

function shownType(name: string, { heading = [], rows = [] }: RecordedResult): string | null {
  const position = heading.indexOf(name)
  const value = position < 0 ? null : rows.map((row) => row[position] ?? null).find((one) => one !== null)
  return value === null || value === undefined ? null : typeOfValue(value)
}

function typeOfValue(value: Exclude<RecordedValue, null>): string {
  if (typeof value !== 'object') return typeof value === 'string' ? text : number
  if ('decimal' in value) return number
  if ('date' in value) return 'date'
  if ('datetime' in value) return 'datetime(6)'
  return 'hex' in value ? 'bytes' : text
}

/** Without parentheses around the whole. */
function unwrap(sql: string): string {
  return sql.startsWith('(') && closes(sql, 0) === sql.length - 1 ? unwrap(sql.slice(1, -1).trim()) : sql
}

/** Where the parenthesis that opens at `start` closes. */
function closes(sql: string, start: number): number {
  let depth = 0
  const masked = withoutQuoted(sql)
  for (let at = start; at < masked.length; at += 1) {
    if (masked[at] === '(') depth += 1
    else if (masked[at] === ')') depth -= 1
    if (depth === 0) return at
  }
  return -1
}

function splitArguments(list: string): readonly string[] {
  const parts: string[] = []
  const masked = withoutQuoted(list)
  let depth = 0
  let start = 0
  for (let at = 0; at <= masked.length; at += 1) {
    if (masked[at] === '(') depth += 1
    else if (masked[at] === ')') depth -= 1
    else if (at === masked.length || (masked[at] === ',' && depth === 0)) {
      parts.push(list.slice(start, at))
      start = at + 1
    }
  }
  return parts
}

/** The same with what stands in quotes blanked out. */
const withoutQuoted = (sql: string): string =>
  sql.replaceAll(/'(?:[^'\\]|\\[^]|'')*'/g, (quoted) => ' '.repeat(quoted.length))
