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

/** Reads the rows of a CSV file with a header line, of which it must have the named columns. Values are text. */
export async function readCsv<const Name extends string>(
  path: string,
  columns: readonly Name[],
): Promise<readonly { readonly [N in Name]: string }[]> {
  const rows = parseRows(await readFile(path, 'utf8'), path)
  return rows.map((row, index) => {
    const picked = columns.map((column) => {
      const value = row[column]
      if (value === undefined)
        throw new CsvError(path, `line ${index + 2} has no \`${column}\`. It has: ${Object.keys(row).join(', ')}.`)
      return [column, value] as const
    })
    // One entry per name was made just now; Object.fromEntries forgets which.
    return Object.fromEntries(picked) as { [N in Name]: string }
  })
}

function parseRows(text: string, path: string): readonly Record<string, string | undefined>[] {
  try {
    return parse<Record<string, string | undefined>>(text, {
      columns: true,
      skip_empty_lines: true,
      trim: true,
      bom: true,
    })
  } catch (error) {
    throw new CsvError(path, error instanceof Error ? error.message : String(error), error)
  }
}
