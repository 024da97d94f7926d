import { show } from '../call.ts'
import { type CsvRows, isCsv, readCsv } from './csv.ts'
import { InvalidCallError } from '../errors.ts'
import type { GivenRow, RequireNames } from './row-encoder.ts'

/** What rows may come from: a list, whatever gives one after another, also by and by, or a CSV text. */
export type RowSource<Row> = readonly Row[] | Iterable<Row> | AsyncIterable<Row> | CsvRows

export interface GivenRows {
  readonly rows: Iterable<GivenRow> | AsyncIterable<GivenRow>
  /** All rows are in memory already, and can be looked at again. */
  readonly inMemory: boolean
}

/** Numbers the rows of a source; refuses what is none, and names in a header that do not fit the table. */
export function givenRows(source: unknown, requireNames: RequireNames): GivenRows {
  if (isCsv(source)) return { rows: readCsv(source, requireNames), inMemory: false }
  if (Array.isArray(source)) return { rows: { [Symbol.iterator]: () => numbered(source) }, inMemory: true }
  if (isIterable(source)) return { rows: numbered(source), inMemory: false }
  if (isAsyncIterable(source)) return { rows: numberedAsync(source), inMemory: false }
  // from JavaScript, it may be one row, or nothing at all
  throw new InvalidCallError(
    `insert() takes a list of rows, an iterable, a relation or csv(), not ${show(source)}; insert1() takes one row.`,
  )
}

function* numbered(values: Iterable<unknown>): Generator<GivenRow> {
  let row = 0
  for (const value of values) yield { value, row: row++, line: null, text: false }
}

async function* numberedAsync(values: AsyncIterable<unknown>): AsyncGenerator<GivenRow> {
  let row = 0
  for await (const value of values) yield { value, row: row++, line: null, text: false }
}

const isIterable = (value: unknown): value is Iterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.iterator in value

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value
