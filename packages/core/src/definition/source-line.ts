import { DefinitionError, type DefinitionErrorCode } from './errors.ts'
import type { Position } from './table-definition.ts'

/** One line of a definition, without the space around it. */
export interface SourceLine {
  readonly text: string
  readonly at: Position
  /** `schema.TypeName`, for messages; `null` where it is not known. */
  readonly table: string | null
}

/** The lines of a definition that are not blank. Ends of lines may be those of Windows. */
export function splitLines(text: string, table: string | null): readonly SourceLine[] {
  const lines = text.split('\n').flatMap((whole, index) => {
    requireReadable(whole, index + 1, table)
    const line = trim(whole)
    const column = whole.length - trimStart(whole).length + 1
    return line === '' ? [] : [{ text: line, at: { line: index + 1, column }, table }]
  })
  for (const line of lines) requireWritable(line)
  return lines
}

/** The longest enum has room; of much longer lines the patterns that read them would take seconds. */
const LONGEST_LINE = 16_384

function requireReadable(text: string, line: number, table: string | null): void {
  if (text.length <= LONGEST_LINE) return
  const problem = `the line has ${text.length} characters, and at most ${LONGEST_LINE} are read`
  const advice = 'Shorten it: values in such numbers belong into a lookup table.'
  throw lineError({ text, at: { line, column: 1 }, table }, 'line-too-long', `${text.slice(0, 40)}…`, problem, advice)
}

/** SQLite ends a statement at the character 0, and UTF-8 has no lone surrogates. */
function requireWritable(line: SourceLine): void {
  const at = line.text.isWellFormed() ? line.text.indexOf('\0') : line.text.search(/\p{Surrogate}/u)
  if (at === -1) return
  const found = `U+${line.text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0')}`
  const problem = `the character ${found} cannot be written into a database`
  throw lineError(line, 'bad-character', found, problem, 'Remove it.', at)
}

const trimStart = (text: string): string => text.replace(/^[ \t\r]+/, '')

/** Without the space around it that a definition knows: blanks, tabs, carriage returns. */
export const trim = (text: string): string => trimStart(text).replace(/[ \t\r]+$/, '')

/** Makes the error for a piece of a line, found `offset` characters after the line's beginning. */
export function lineError(
  line: SourceLine,
  code: DefinitionErrorCode,
  text: string,
  problem: string,
  advice: string,
  offset = 0,
): DefinitionError {
  const at = { line: line.at.line, column: line.at.column + offset }
  return new DefinitionError({ code, text, problem, advice, at }, line.table)
}
