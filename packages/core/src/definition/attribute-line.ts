import type { AttributeType, Default } from '../attribute/attribute.ts'
import { parseAttributeType } from '../attribute/attribute-type.ts'
import { AttributeTypeError, InvalidValueError } from '../attribute/errors.ts'
import type { Generation } from '../attribute/generation.ts'
import { readQuoted } from '../attribute/quoted-text.ts'
import { type DefaultText, readDefault } from './default.ts'
import { lineError, type SourceLine, trim } from './source-line.ts'
import type { AttributeLine } from './table-definition.ts'
import { longestName } from './table-name.ts'

/** Reads `name [= default] : type [# comment]`. */
export function parseAttributeLine(line: SourceLine, inKey: boolean, generation: Generation): AttributeLine {
  const { text } = line
  const start = /^([^\s:=#'"]+)\s*([:=])\s*/.exec(text)
  if (!start) throw unreadable(line)
  const [{ length: afterName }, name = '', separator] = start
  requireAttributeName(line, name)
  const given = separator === '=' ? readDefaultText(line, afterName) : null
  const typeStart = given?.end ?? afterName
  const typeEnd = findComment(text, typeStart)
  const comment = trim(text.slice(typeEnd + 1))
  if (comment.startsWith(':')) {
    throw lineError(
      line,
      'bad-comment',
      comment,
      'a comment begins with `:`',
      'Start it with another character.',
      typeEnd,
    )
  }
  requireType(line, { name, start: afterName, typeStart, typeEnd }, given)
  const type = readType(line, typeStart, typeEnd, generation)
  const value = given ? readValue(line, name, type, given, afterName) : required
  if (inKey) requireKeyAttribute(line, name, type, value)
  return { kind: 'attribute', name, type, default: value, comment, inKey, at: line.at }
}

/** Where in its line an attribute has what. */
interface Places {
  readonly name: string
  readonly start: number
  readonly typeStart: number
  readonly typeEnd: number
}

/** Refuses what has no type at all, and a default whose own colon was taken for the one before the type. */
function requireType(line: SourceLine, { name, start, typeStart, typeEnd }: Places, given: DefaultText | null): void {
  const text = trim(line.text.slice(typeStart, typeEnd))
  if (text === '') {
    const advice = `Write \`${name} : type\`, such as int32, float64, varchar(32) or <blob>.`
    throw lineError(line, 'unknown-type', text, `\`${name}\` has no type`, advice, typeStart)
  }
  const colon = /^([\d:.]+)\s*:\s*([a-z].*)$/i.exec(text)
  if (!given || given.quoted || !colon) return
  const meant = `${given.text}:${colon[1]}`
  const advice = `Write \`${name} = '${meant}' : ${colon[2]}\`: a default with a colon in it stands in quotes.`
  throw lineError(line, 'bad-default', meant, `cannot read the default \`${meant}\``, advice, start)
}

const required: Default = { kind: 'required' }

/** Makes the error for a line that is nothing a definition may hold. */
export function unreadable(line: SourceLine): Error {
  return lineError(
    line,
    'unreadable-line',
    line.text,
    `cannot read the line \`${line.text}\``,
    // MATLAB's way to rename, `(dam) -> Subject(subject)`
    /^\([\w\s,]+\)\s*->/.test(line.text)
      ? "Write `-> Table.proj(new_name='name')`."
      : 'Write `name : type`, `name = default : type`, `-> Table`, `index (name, name)`, `---` or `# comment`.',
  )
}

/** Refuses a name that cannot be an attribute's. */
export function requireAttributeName(line: SourceLine, name: string): void {
  if (name.startsWith('_')) {
    const problem = `\`${name}\` begins with _, as only hidden columns do`
    throw lineError(line, 'bad-name', name, problem, 'Start it with a small letter.')
  }
  if (name.length > longestName) {
    const problem = `the name \`${name}\` has ${name.length} characters, and databases take ${longestName}`
    throw lineError(line, 'bad-name', name, problem, 'Shorten it.')
  }
  if (/^[a-z][a-z0-9_]*$/.test(name)) return
  const advice = 'Start with a small letter; small letters, digits and _ may follow.'
  throw lineError(line, 'bad-name', name, `\`${name}\` is no name for an attribute`, advice)
}

/** The default's text, from `start` to the colon that ends it. */
function readDefaultText(line: SourceLine, start: number): DefaultText & { readonly end: number } {
  const { text } = line
  const quoted = readQuoted(text, start)
  const end = quoted ? quoted.end : start + (/^[^:'"]*/.exec(text.slice(start))?.[0].length ?? 0)
  const colon = /^\s*:\s*/.exec(text.slice(end))
  const value = quoted ? quoted.value : trim(text.slice(start, end))
  if (!colon || (!quoted && value === '')) {
    const advice = 'Write `name = default : type`; a default with quotes or a colon in it stands in quotes.'
    throw lineError(line, 'bad-default', text.slice(start), 'cannot read the default', advice, start)
  }
  return { text: value, quoted: quoted !== null, end: end + colon[0].length }
}

/** Where the first `#` outside quotes stands, or the end of the line. */
function findComment(text: string, start: number): number {
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === '#') return at
    const quoted = readQuoted(text, at)
    if (quoted) at = quoted.end - 1
  }
  return text.length
}

function readType(line: SourceLine, start: number, end: number, generation: Generation): AttributeType {
  const text = trim(line.text.slice(start, end))
  try {
    return parseAttributeType(text, generation)
  } catch (error) {
    if (error instanceof AttributeTypeError) {
      throw lineError(line, error.code, text, error.problem, error.advice, start)
    }
    throw error
  }
}

function readValue(line: SourceLine, name: string, type: AttributeType, given: DefaultText, start: number): Default {
  const fail = (problem: string, advice: string) => lineError(line, 'bad-default', given.text, problem, advice, start)
  const { storage } = type
  const problem = `${type.text} cannot have the default \`${given.text}\``
  const isNull = !given.quoted && /^null$/i.test(given.text)
  if (!isNull && (type.codec !== null || storage.kind === 'json' || storage.kind === 'bytes')) {
    throw fail(problem, 'Only null can be its default.')
  }
  const isTime = /^(date|datetime|time|year)$/.test(storage.kind)
  if (
    isTime &&
    !given.quoted &&
    /^(now|sysdate|localtime(stamp)?|current_time|current_date|curdate)\b/i.test(given.text)
  ) {
    throw fail(problem, storage.kind === 'datetime' ? `Write ${currentTimestamp(storage)}.` : timeAdvice)
  }
  const value = readDefaultOf(name, type, given, fail)
  if (value.kind !== 'current-timestamp') return value
  if (storage.kind !== 'datetime') throw fail(problem, timeAdvice)
  if (value.fraction !== storage.fraction) {
    const other = `CURRENT_TIMESTAMP has other digits of a second than ${type.text}`
    throw fail(other, `Write ${currentTimestamp(storage)}.`)
  }
  return value
}

const timeAdvice = 'Make it a datetime, with the default CURRENT_TIMESTAMP.'

const currentTimestamp = ({ fraction }: { readonly fraction: number }): string =>
  `CURRENT_TIMESTAMP${fraction === 0 ? '' : `(${fraction})`}`

function readDefaultOf(
  name: string,
  type: AttributeType,
  given: DefaultText,
  fail: (problem: string, advice: string) => Error,
): Default {
  try {
    return readDefault(name, type, given)
  } catch (error) {
    if (!(error instanceof InvalidValueError)) throw error
    throw fail(`${type.text} cannot have the default \`${given.text}\``, `Write ${error.expected}.`)
  }
}

/** Whether a type can be in a key or an index: servers take only short values. */
export const isIndexable = ({ storage, codec }: AttributeType): boolean =>
  codec === null &&
  storage.kind !== 'json' &&
  storage.kind !== 'bytes' &&
  !(storage.kind === 'text' && storage.form === 'text')

function requireKeyAttribute(line: SourceLine, name: string, type: AttributeType, value: Default): void {
  if (value.kind === 'null') {
    const advice = 'Put it below `---`, or leave out `= null`.'
    throw lineError(line, 'null-in-key', name, `\`${name}\` is in the primary key and cannot be null`, advice)
  }
  if (!isIndexable(type)) {
    const advice = 'Put it below `---`; a uuid, a number or a varchar(n) can identify the row.'
    const problem = `\`${name}\` of type ${type.text} cannot be in the primary key`
    throw lineError(line, 'unindexable-type', name, problem, advice)
  }
}
