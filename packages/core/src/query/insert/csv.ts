import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { TextDecoder } from 'node:util'
import { CsvError, type Info, parse } from 'csv-parse'
import { checkOptions, show } from '../call.ts'
import { InvalidCallError } from '../errors.ts'
import type { GivenRow, RequireNames } from './row-encoder.ts'
import { InvalidCsvError } from './write-errors.ts'

/** Where a CSV text is: in a file, or here. */
export type CsvSource = { readonly path: string | URL } | { readonly text: string }

/** How a CSV text is written. */
export interface CsvOptions {
  /** What stands between two values; a comma where this is left out. */
  readonly separator?: string
}

/** The rows of a CSV text, which insert() reads. */
export interface CsvRows {
  readonly kind: 'csv'
  readonly source: CsvSource
  readonly separator: string
}

/**
 * A CSV text (RFC 4180), in a file as UTF-8, whose first line names the attributes. Its values are read strictly by the
 * types of the table's attributes; an empty value is left out, which gives the default, and `""` is an empty text. Nothing
 * is read before the rows are inserted.
 *
 * ```ts
 * await db(Subject).insert(csv({ path: 'subjects.csv' }))
 * ```
 */
export function csv(source: CsvSource, options: CsvOptions = {}): CsvRows {
  const given: unknown = source
  const isGiven =
    typeof given === 'object' &&
    given !== null &&
    (('text' in given && typeof given.text === 'string') ||
      ('path' in given && (typeof given.path === 'string' || given.path instanceof URL)))
  if (!isGiven)
    throw new InvalidCallError(`csv() takes { path: 'rows.csv' } or { text }, and was given ${show(given)}.`)
  checkOptions('csv()', options, ['separator'])
  const { separator = ',' } = options
  if (typeof separator !== 'string' || separator === '' || /["\r\n]/.test(separator)) {
    throw new InvalidCallError(
      `csv() takes as separator one or more characters, no quote and no end of a line, and was given ${show(separator)}.`,
    )
  }
  return { kind: 'csv', source, separator }
}

export const isCsv = (value: unknown): value is CsvRows =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'csv' && 'source' in value

/** One line of the text, which may span several: its values, and the line where it ends. */
interface CsvRecord {
  readonly record: readonly (string | undefined)[]
  readonly info: Info
}

/** How many bytes one record may have: a quote that is never closed would take the rest of the text into memory. */
const RECORD_BYTES = 2 ** 26

export async function* readCsv({ source, separator }: CsvRows, requireNames: RequireNames): AsyncGenerator<GivenRow> {
  /** The line where the record ended that the parser, which is ahead, has read last. */
  let ended = 0
  const parser = parse({
    bom: true,
    // also where one file mixes them
    record_delimiter: ['\r\n', '\n', '\r'],
    info: true,
    delimiter: separator,
    relax_column_count: true,
    max_record_size: RECORD_BYTES,
    skip_empty_lines: true,
    on_record: (record, { lines }) => {
      ended = lines
      return record
    },
    cast: (value, { quoting }) => (value === '' && !quoting ? undefined : value),
  })
  if ('text' in source) parser.end(wellFormed(source.text))
  else {
    const text = Readable.from(decoded(createReadStream(source.path)))
    text.on('error', (error) => parser.destroy(error))
    text.pipe(parser)
    parser.on('close', () => text.destroy())
  }
  let names: readonly string[] | null = null
  let row = 0
  try {
    // with `info`, the parser gives this, which its types do not follow
    for await (const { record, info } of parser as AsyncIterable<CsvRecord>) {
      const line = info.lines - record.reduce((sum, value) => sum + (value?.match(/\r\n|\n|\r/g)?.length ?? 0), 0)
      if (names === null) {
        names = readHeader(record, line)
        requireNames(names, line)
        continue
      }
      if (record.length !== names.length) {
        throw new InvalidCsvError(line, `it has ${record.length} values, and the header names ${names.length}.`)
      }
      const value: Record<string, string | undefined> = Object.create(null)
      for (const [index, name] of names.entries()) value[name] = record[index]
      yield { value, row: row++, line, text: true }
    }
  } catch (error) {
    if (error instanceof InvalidCsvError || !(error instanceof Error)) throw error
    if (error instanceof CsvError) throw unreadable(error, ended + 1)
    throw 'syscall' in error ? new InvalidCsvError(null, `${error.message}.`, { cause: error }) : error
  }
  if (names === null) throw new InvalidCsvError(1, 'it has no header line with the names of the attributes.')
}

/** What the parser says; of a quote that is not closed it knows only where the text ended, not the record's first line. */
function unreadable(error: CsvError, first: number): InvalidCsvError {
  switch (error.code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return new InvalidCsvError(first, 'a quote begins there that is never closed.', { cause: error })
    case 'CSV_MAX_RECORD_SIZE':
      return new InvalidCsvError(first, `its record has more than ${RECORD_BYTES} bytes. Is a quote not closed?`, {
        cause: error,
      })
    default:
      return new InvalidCsvError(Number(error['lines'] ?? first), `${error.message}.`, { cause: error })
  }
}

/** Text that UTF-8 can write: of a lone surrogate it would make another character. */
function wellFormed(text: string): string {
  if (text.isWellFormed()) return text
  const lone = text.search(/\p{Surrogate}/u)
  const line = text.slice(0, lone).split(/\r\n|\n|\r/).length
  throw new InvalidCsvError(line, 'it has half a character, a lone surrogate, which UTF-8 cannot write.')
}

/** The text of a file in UTF-8, or in UTF-16 with its mark: any other would be other letters. */
async function* decoded(file: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let decoder: TextDecoder | null = null
  let lines = 1
  for await (const bytes of file) {
    decoder ??= new TextDecoder(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8', { fatal: true })
    let text: string
    try {
      text = decoder.decode(bytes, { stream: true })
    } catch (error) {
      const [whole = ''] = new TextDecoder(decoder.encoding).decode(bytes).split('\uFFFD')
      throw notUnicode(lines + whole.split('\n').length - 1, error)
    }
    lines += text.split('\n').length - 1
    yield text
  }
  try {
    yield decoder?.decode() ?? ''
  } catch (error) {
    throw notUnicode(lines, error)
  }
}

const notUnicode = (line: number, cause: unknown): InvalidCsvError =>
  new InvalidCsvError(line, 'it is not written in UTF-8. Save it as "CSV UTF-8", and see that it is no spreadsheet.', {
    cause,
  })

function readHeader(record: CsvRecord['record'], line: number): readonly string[] {
  const names = record.map((name) => name?.trim() ?? '')
  const unnamed = names.indexOf('')
  if (unnamed >= 0) throw new InvalidCsvError(line, `column ${unnamed + 1} of the header has no name.`)
  const repeated = names.find((name, index) => names.indexOf(name) !== index)
  if (repeated !== undefined) throw new InvalidCsvError(line, `the header names \`${repeated}\` twice.`)
  return names
}
