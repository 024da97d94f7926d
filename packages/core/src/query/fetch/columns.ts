import type { Attribute } from '../../attribute/attribute.ts'
import { MalformedStoredValueError } from '../../attribute/errors.ts'
import type { Storage } from '../../attribute/storage.ts'
import { lower } from '../../compile/lower.ts'
import type { Flatten } from '../../definition/types.ts'
import type { RawRow, RawValue } from '../../driver/driver.ts'
import { requireAttribute } from '../../relation/heading.ts'
import type { RelationNode } from '../../relation/node.ts'
import type { Context } from '../context.ts'
import { withOrder } from '../read-log.ts'
import { codecReader, valueReader } from './read-value.ts'

/**
 * The values of a numeric attribute: `int8` is an `Int8Array`, `int32` an `Int32Array`, an unsigned one a `Uint8Array` and
 * so on; `float32` is a `Float32Array`, `float64`, counts and sums a `Float64Array`.
 */
export type NumericColumn =
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Float32Array
  | Float64Array

/**
 * The values of one attribute whose values in a row are of type `Value`. Which of the numeric arrays it is follows from the
 * attribute's type in the definition, which the type of its values does not tell. Of a nullable float, NULL is NaN, which no
 * database keeps in a float; other nullable numbers are plain arrays, with `null`.
 */
export type ColumnOf<Value> = [Value] extends [number]
  ? NumericColumn
  : [Value] extends [bigint]
    ? BigInt64Array | BigUint64Array
    : [NonNullable<Value>] extends [number]
      ? Float32Array | Float64Array | Value[]
      : Value[]

/** The named attributes by column. */
export type ColumnsOf<Row, Names extends keyof Row> = Flatten<{ [N in Names]: ColumnOf<Row[N]> }>

/** Fetches some attributes by column; all where none is named. */
export async function fetchColumns(
  context: Context,
  node: RelationNode,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<Record<string, unknown>> {
  const { connection, reads } = context
  const heading = names.length === 0 ? node.heading : names.map((name) => requireAttribute(node.heading, name))
  const select = lower(node)
  const columns = Object.fromEntries(heading.map(({ name }) => [name, select.columns[name]] as const))
  // a relation has its key in every row; columns are read alone
  const wanted = { ...select, columns: present(columns) }
  const statement = connection.dialect.select(reads ? withOrder(wanted) : wanted)
  const rows = await connection.query(statement, signal)
  reads?.record(statement, rows)
  const found: Record<string, unknown> = {}
  for (const [index, attribute] of [...new Set(heading)].entries()) {
    found[attribute.name] = await readColumn(rows, index, attribute, context, signal)
  }
  return found
}

function present<T>(columns: Readonly<Record<string, T | undefined>>): Record<string, T> {
  const found: Record<string, T> = {}
  for (const [name, column] of Object.entries(columns)) if (column !== undefined) found[name] = column
  return found
}

async function readColumn(
  rows: readonly RawRow[],
  index: number,
  attribute: Attribute,
  context: Context,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const { type } = attribute
  if (type.codec !== null) {
    const decode = codecReader(attribute, context, signal)
    const values: unknown[] = rows.map(() => null)
    const column = rows.map((row) => row[index] ?? null)
    await decode(column, (row, value) => {
      values[row] = value
    })
    return values
  }
  const read = valueReader(attribute, context.connection.dialect)
  const target = arrayFor(attribute, rows.length)
  if (target === null) return rows.map((row) => read(row[index] ?? null))
  const refuse = (raw: RawValue): never => {
    throw new MalformedStoredValueError(type.text, raw, attribute.name)
  }
  if (target instanceof BigInt64Array || target instanceof BigUint64Array) {
    fillLarge(target, rows, index, read, refuse)
  } else {
    // NULL is NaN, where there may be any
    fill(target, rows, index, (raw) => (raw === null && attribute.nullable ? NaN : read(raw)), refuse)
  }
  return target
}

type LargeColumn = BigInt64Array | BigUint64Array
type TypedArray = NumericColumn | LargeColumn
type Read = (raw: RawValue) => unknown

function fill(target: NumericColumn, rows: readonly RawRow[], index: number, read: Read, refuse: Read): void {
  const integers = !(target instanceof Float32Array || target instanceof Float64Array)
  let place = 0
  for (const row of rows) {
    const raw = row[index] ?? null
    const value = typeof raw === 'number' ? raw : read(raw)
    if (typeof value !== 'number') refuse(raw)
    else {
      target[place] = value
      // an array of integers keeps what does not fit as another number
      if (integers && target[place] !== value) refuse(raw)
    }
    place += 1
  }
}

function fillLarge(target: LargeColumn, rows: readonly RawRow[], index: number, read: Read, refuse: Read): void {
  let place = 0
  for (const row of rows) {
    const raw = row[index] ?? null
    const value = read(raw)
    if (typeof value === 'bigint') target[place] = value
    if (target[place] !== value) refuse(raw)
    place += 1
  }
}

/** The typed array that holds all values of an attribute; `null` where there is none. */
function arrayFor({ type: { storage }, nullable }: Attribute, length: number): TypedArray | null {
  if (storage.kind === 'float') return storage.bits === 32 ? new Float32Array(length) : new Float64Array(length)
  if (nullable) return null
  if (storage.kind === 'year') return new Int16Array(length)
  return storage.kind === 'integer' ? integerArray(storage, length) : null
}

function integerArray(storage: Extract<Storage, { readonly kind: 'integer' }>, length: number): TypedArray {
  const { bits } = storage
  const unsigned = storage.unsigned === true
  switch (bits) {
    case 8:
      return unsigned ? new Uint8Array(length) : new Int8Array(length)
    case 16:
      return unsigned ? new Uint16Array(length) : new Int16Array(length)
    case 24:
    case 32:
      return unsigned ? new Uint32Array(length) : new Int32Array(length)
    case 53:
      return new Float64Array(length)
    case 64:
      return unsigned ? new BigUint64Array(length) : new BigInt64Array(length)
  }
}
