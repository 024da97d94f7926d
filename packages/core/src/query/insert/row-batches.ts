import type { Attribute } from '../../attribute/attribute.ts'
import type { StoredValue } from '../../attribute/storage.ts'
import type { External } from '../../codec/external.ts'
import type { Dialect } from '../../compile/dialect.ts'
import { pulled } from '../../driver/abort.ts'
import { rowBytes } from '../../driver/driver.ts'
import { encodeAhead } from './encode-ahead.ts'
import type { EncodedRow, GivenRow, RowEncoder } from './row-encoder.ts'
import type { AnyTable } from '../table.ts'

/** Rows for one statement, in canonical form. */
export interface RowBatch {
  readonly attributes: readonly Attribute[]
  readonly rows: readonly (readonly StoredValue[])[]
  /** Where each row stood in what was given. */
  readonly places: readonly RowNumber[]
  /** The objects of DataJoint 0.14 to which they refer: listed before the rows are inserted. */
  readonly externals?: readonly External[]
}

type RowNumber = Pick<GivenRow, 'row' | 'line'>

export interface BatchOptions {
  readonly supports: Pick<Dialect['supports'], 'parameters' | 'statementBytes'>
  /** Every attribute is written, also those that no row gives: in place of what a row that is there has. */
  readonly whole: boolean
  readonly signal?: AbortSignal
}

const ROWS_AT_ONCE = 1000
const PARAMETERS_AT_ONCE = 16_000

/** Converts rows as they come, and gives them in batches of what one statement takes; a larger row is on its own. */
export async function* rowBatches(
  rows: Iterable<GivenRow> | AsyncIterable<GivenRow>,
  encoder: RowEncoder,
  { declaration: { heading } }: AnyTable,
  options: BatchOptions,
): AsyncGenerator<RowBatch, void, void> {
  const { supports, whole, signal } = options
  const parameters = Math.min(supports.parameters, PARAMETERS_AT_ONCE)
  const mostRows =
    heading.length === 0 ? 1 : Math.max(1, Math.min(ROWS_AT_ONCE, Math.floor(parameters / heading.length)))
  const computed = heading.flatMap((attribute, index) => (isComputedByDatabase(attribute) ? [index] : []))
  let encoded: EncodedRow[] = []
  let places: RowNumber[] = []
  let bytes = 0
  const flush = (): RowBatch => {
    const externals = encoded.flatMap((row) => encoder.externalsOf(row))
    const batch = { ...batchOf(heading, encoded, places, whole), ...(externals.length > 0 && { externals }) }
    encoded = []
    places = []
    bytes = 0
    return batch
  }
  /** Takes one row, and gives the batch that is full by it. */
  const take = (given: GivenRow, values: EncodedRow): RowBatch | null => {
    const size = rowBytes(values)
    // what the database computes no statement can leave to it for some of its rows alone
    const differs = computed.some((index) => (values[index] === undefined) !== (encoded[0]?.[index] === undefined))
    const full = encoded.length > 0 && (differs || bytes + size > supports.statementBytes) ? flush() : null
    encoded.push(values)
    places.push({ row: given.row, line: given.line })
    bytes += size
    return full ?? (encoded.length === mostRows ? flush() : null)
  }
  const { encode, finish } = encoder
  if (finish) {
    for await (const { given, values } of encodeAhead(rows, encode, finish, signal)) {
      const full = take(given, values)
      if (full) yield full
    }
  } else if (Symbol.iterator in rows) {
    for (const given of rows) {
      const full = take(given, encode(given))
      if (full) yield full
      if (full) signal?.throwIfAborted()
    }
  } else {
    for await (const given of pulled(rows, signal)) {
      const full = take(given, encode(given))
      if (full) yield full
    }
  }
  if (encoded.length > 0) yield flush()
}

/**
 * The attributes that some row of the batch gives, and those that need a value. A row that leaves out what another one
 * gives gets the default, written out; so does a key, by which rows are told apart.
 */
function batchOf(
  heading: readonly Attribute[],
  encoded: readonly EncodedRow[],
  places: readonly RowNumber[],
  whole: boolean,
): RowBatch {
  const given = heading.map(
    (attribute, index) =>
      ((whole || attribute.inKey) && !isComputedByDatabase(attribute)) ||
      encoded.some((row) => row[index] !== undefined),
  )
  const wanted = given.includes(true) ? given : given.map(() => true)
  const positions = wanted.flatMap((isWanted, index) => (isWanted ? [index] : []))
  const attributes = positions.flatMap((position) => heading[position] ?? [])
  const fill = attributes.map(({ default: fallback }) => defaultValue(fallback))
  const rows = encoded.map((row) => {
    if (positions.length === row.length && isWhole(row)) return row
    return positions.map((position, index) => {
      const value = row[position]
      return value === undefined ? (fill[index] ?? null) : value
    })
  })
  return { attributes, rows, places }
}

/** By an expression, for a row that leaves it out: of a table that another program made. */
export const isComputedByDatabase = ({ default: fallback }: Attribute): boolean =>
  fallback.kind === 'literal' && fallback.value === null

const isWhole = (row: EncodedRow): row is StoredValue[] => !row.includes(undefined)

/** What an attribute gets that a row leaves out; without any, the row has been refused already. */
function defaultValue(fallback: Attribute['default']): StoredValue {
  switch (fallback.kind) {
    case 'required':
    case 'null':
    case 'numbered':
      return null
    case 'literal':
      return fallback.value
    case 'current-timestamp':
      return new Date()
        .toISOString()
        .replace('T', ' ')
        .replace('Z', '000')
        .slice(0, fallback.fraction === 0 ? 19 : 20 + fallback.fraction)
  }
}
