import { inspect } from 'node:util'
import type { Attribute } from '../attribute/attribute.ts'
import type { StoredValue } from '../attribute/storage.ts'
import { toStored } from '../attribute/to-stored.ts'
import type { Connection } from '../connection/connection.ts'
import type { Context } from './context.ts'
import { InvalidCallError, InvalidRowError } from './errors.ts'
import { isRow, valueIn } from './given-row.ts'
import { markHalfDone } from './half-done.ts'
import { explainInsert } from './insert-problem.ts'
import type { AnyTable } from './table.ts'

export interface InsertRowsOptions {
  readonly skipDuplicates?: boolean
  readonly ignoreExtra?: boolean
  readonly signal?: AbortSignal
}

/** Rows in canonical form, which one transaction can insert without looking at anything else. */
export interface PreparedRows {
  readonly table: AnyTable
  readonly attributes: readonly Attribute[]
  readonly rows: readonly (readonly StoredValue[])[]
}

const ROWS_AT_ONCE = 500
const PARAMETERS_AT_ONCE = 16_000

/** Inserts all rows or none. Objects are in their stores before the transaction begins. */
export async function insertRows(
  context: Context,
  table: AnyTable,
  rows: Iterable<object>,
  options: InsertRowsOptions = {},
): Promise<number> {
  const prepared = await prepareRows(context, table, rows, options)
  return context.connection.transaction(
    (transaction) => insertPrepared(transaction, prepared, options.skipDuplicates ?? false),
    options.signal,
  )
}

/** Converts rows by the types of their attributes and puts what belongs there into the stores. */
export async function prepareRows(
  context: Context,
  table: AnyTable,
  rows: Iterable<object>,
  options: InsertRowsOptions = {},
): Promise<PreparedRows> {
  const given = listRows(rows, table)
  const attributes = namesOf(given, table, options.ignoreExtra ?? false)
  const prepared: (readonly StoredValue[])[] = []
  for (const [index, row] of given.entries()) {
    options.signal?.throwIfAborted()
    prepared.push(await prepareRow(context, table, attributes, row, index, options.signal))
  }
  return { table, attributes, rows: prepared }
}

function listRows(rows: Iterable<object>, table: AnyTable): readonly object[] {
  // from JavaScript, it may be one row
  if (!(Symbol.iterator in rows)) throw new InvalidCallError('insert() takes a list of rows; insert1() takes one.')
  const given = [...rows]
  const wrong = given.findIndex((row) => !isRow(row))
  if (wrong < 0) return given
  const found = inspect(given[wrong], { depth: 0, breakLength: Infinity })
  throw new InvalidRowError(table.typeName, wrong, [], `it is ${found}; a row is an object, { attribute: value }.`)
}

/** The attributes that the rows give, in the order of the heading: all rows the same, and none unknown. */
function namesOf(rows: readonly object[], table: AnyTable, ignoreExtra: boolean): readonly Attribute[] {
  const { heading } = table.declaration
  const known = new Set(heading.map(({ name }) => name))
  const given = new Set<string>()
  for (const [index, row] of rows.entries()) {
    for (const name of known) if (!given.has(name) && valueIn(row, name) !== undefined) given.add(name)
    for (const name of Object.keys(row)) {
      if (!known.has(name) && !ignoreExtra) {
        throw new InvalidRowError(
          table.typeName,
          index,
          [name],
          `it has no attribute \`${name}\`; it has ${[...known].map((one) => `\`${one}\``).join(', ')}.`,
        )
      }
    }
  }
  // A row that leaves out what another gives gets the default, written out: see `missing`. So does a key, by which rows
  // are told apart.
  return heading.filter(
    ({ name, inKey, default: fallback }) => inKey || given.has(name) || fallback.kind === 'required',
  )
}

async function prepareRow(
  context: Context,
  table: AnyTable,
  attributes: readonly Attribute[],
  row: object,
  index: number,
  signal: AbortSignal | undefined,
): Promise<readonly StoredValue[]> {
  const stored: StoredValue[] = []
  for (const attribute of attributes) {
    const value = valueIn(row, attribute.name)
    try {
      stored.push(
        value === undefined ? missing(table, attribute, index) : await encode(context, table, attribute, value, signal),
      )
    } catch (error) {
      if (!isAboutValue(error)) throw error
      throw new InvalidRowError(table.typeName, index, [attribute.name], error.message, error)
    }
  }
  return stored
}

async function encode(
  { codecs, stores }: Context,
  table: AnyTable,
  attribute: Attribute,
  value: unknown,
  signal: AbortSignal | undefined,
): Promise<StoredValue> {
  if (attribute.type.codec === null || value === null) return toStored(attribute, value)
  const { schema } = table.declaration.name
  return codecs.get(attribute.type).encode(value, { schema, stores, ...(signal && { signal }) })
}

/** What an attribute gets that this row leaves out although another row gives it. */
function missing(table: AnyTable, attribute: Attribute, index: number): StoredValue {
  const fallback = attribute.default
  switch (fallback.kind) {
    case 'null':
      return null
    case 'literal':
      return fallback.value
    case 'required':
      throw new InvalidRowError(table.typeName, index, [attribute.name], `\`${attribute.name}\` is missing.`)
    case 'current-timestamp':
      return new Date()
        .toISOString()
        .replace('T', ' ')
        .replace('Z', '000')
        .slice(0, fallback.fraction === 0 ? 19 : 20 + fallback.fraction)
  }
}

/** Inserts inside a transaction; when the database refuses, finds the row that it refused. */
export async function insertPrepared(
  transaction: Connection,
  { table, attributes, rows }: PreparedRows,
  skipDuplicates: boolean,
): Promise<number> {
  const { dialect } = transaction
  const parameters = Math.min(dialect.supports.parameters, PARAMETERS_AT_ONCE)
  const size = Math.max(1, Math.min(ROWS_AT_ONCE, Math.floor(parameters / Math.max(1, attributes.length))))
  let inserted = 0
  for (const { start, chunk } of chunksOf(rows, size, dialect.supports.statementBytes)) {
    try {
      const statement = dialect.insert(table.declaration.name, attributes, chunk, skipDuplicates ? 'skip' : 'fail')
      inserted += await transaction.execute(statement)
    } catch (error) {
      const problem = await explainInsert(transaction, { table, attributes, rows: chunk, start, skipDuplicates }, error)
      if (start > 0) markHalfDone(transaction, problem)
      throw problem
    }
  }
  return inserted
}

/** Rows in turn, as many as one statement takes: a larger row is on its own. */
function* chunksOf(
  rows: PreparedRows['rows'],
  mostRows: number,
  mostBytes: number,
): Generator<{ start: number; chunk: PreparedRows['rows'] }> {
  let start = 0
  let bytes = 0
  for (const [index, row] of rows.entries()) {
    const size = row.reduce<number>((sum, value) => sum + sizeOf(value), 0)
    if (index > start && (index - start === mostRows || bytes + size > mostBytes)) {
      yield { start, chunk: rows.slice(start, index) }
      start = index
      bytes = 0
    }
    bytes += size
  }
  if (start < rows.length) yield { start, chunk: rows.slice(start) }
}

/** About how many bytes a value takes in a statement. */
const sizeOf = (value: StoredValue): number =>
  typeof value === 'string' ? value.length : value instanceof Uint8Array ? value.byteLength : 8

const valueProblems: readonly unknown[] = ['invalid-value', 'unpackable-value', 'codec-value']

/** Whether an error is the value's fault, rather than a store's or an abort. */
const isAboutValue = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && valueProblems.includes(error.code)
