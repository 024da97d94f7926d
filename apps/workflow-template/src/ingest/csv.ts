import { readFile } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'

export class CsvError extends Error {
  override readonly name = 'CsvError'
  readonly code = 'invalid-csv'
  readonly path: string
  constructor(path: string, problem: string, cause?: unknown) {
    super(`${path}: ${problem}`, { cause })
    this.path = path
  }
}

/** The rows of a CSV file, and where they stand in it. */
export interface CsvTable<Name extends string = string> {
  readonly path: string
  readonly rows: readonly { readonly [N in Name]: string }[]
  /** The line on which each row ends, counted from 1. */
  readonly lines: readonly number[]
}

/** Reads a CSV file in UTF-8 with a header line, which must have the named columns. Values are text. Throws `invalid-csv`. */
export async function readCsv<const Name extends string>(
  path: string,
  columns: readonly Name[],
): Promise<CsvTable<Name>> {
  const { header, records, lines } = parseCsv(await readText(path), path)
  const missing = columns.filter((column) => !header.includes(column))
  if (missing.length > 0) {
    const found = header.length === 0 ? 'There is no header line' : `It has: ${header.join(', ')}`
    throw new CsvError(path, `the first line has no ${missing.map((name) => `\`${name}\``).join(', ')}. ${found}.`)
  }
  const rows = records.map((values) => {
    const picked = columns.map((column) => [column, values[header.indexOf(column)] ?? ''] as const)
    // One entry per name was made just now; Object.fromEntries forgets which.
    return Object.fromEntries(picked) as { [N in Name]: string }
  })
  return { path, rows, lines }
}

/** Waits for an insert of the rows; what is wrong with one of them is said with its line. */
export async function atLine<T>({ path, lines }: CsvTable, insert: Promise<T>): Promise<T> {
  try {
    return await insert
  } catch (error) {
    const line = error instanceof Error && 'row' in error ? lines[Number(error.row)] : undefined
    if (line === undefined || !(error instanceof Error)) throw error
    throw new CsvError(path, `line ${line}: ${error.message}`, error)
  }
}

async function readText(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new CsvError(path, 'this file cannot be read. The lists in user_data show what is expected.', error)
  })
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replaceAll('\r\n', '\n')
  } catch (error) {
    throw new CsvError(path, 'it is not in UTF-8. Save it as "CSV UTF-8".', error)
  }
}

function parseCsv(text: string, path: string) {
  const lines: number[] = []
  try {
    const [header = [], ...records] = parse(text, {
      skip_empty_lines: true,
      trim: true,
      on_record: (record: string[], context) => {
        lines.push(context.lines)
        return record
      },
    })
    return { header, records, lines: lines.slice(1) }
  } catch (error) {
    throw new CsvError(path, error instanceof Error ? error.message : String(error), error)
  }
}
