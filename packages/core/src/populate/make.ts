import { lower } from '../compile/lower.ts'
import type { Connection } from '../connection/connection.ts'
import type { Context } from '../query/context.ts'
import { contextOf, type Database, databaseOn } from '../query/database.ts'
import { insertPrepared, prepareRows, type PreparedRows } from '../query/insert.ts'
import { keyCondition } from '../query/key.ts'
import type { AnyMake } from '../query/make.ts'
import { ReadLog } from '../query/read-log.ts'
import { type AnyTable, isTable } from '../query/table.ts'
import { project } from '../relation/project.ts'
import { restrict } from '../relation/restrict.ts'
import { tableNode } from '../relation/table.ts'
import { InputsChangedError, InvalidMakeError } from './errors.ts'
import { keyNames } from './key-source.ts'

export interface MakeOptions {
  readonly signal: AbortSignal
  readonly progress: (fraction: number, message?: string) => void
}

/**
 * Makes one key: fetches, computes, and inserts the row and the rows of its parts in one transaction, which first makes
 * sure that what was read is still so. Returns false where the key was made meanwhile.
 */
export async function makeKey(
  db: Database,
  table: AnyTable,
  make: AnyMake,
  key: object,
  options: MakeOptions,
): Promise<boolean> {
  const context = contextOf(db)
  const { signal } = options
  const reads = new ReadLog()
  const inputs = await make.fetch(key, databaseOn({ ...context, reads }))
  signal.throwIfAborted()
  const made = await make.compute(inputs, { key, signal, progress: options.progress })
  signal.throwIfAborted()
  // Objects get their final names here, before the transaction begins: a failure leaves garbage, never a row without its object.
  const lookups = await prepareAll(context, lookupsOf(table, key, made), signal)
  const prepared = await prepareAll(context, rowsOf(table, key, made), signal)
  signal.throwIfAborted()
  return context.connection.transaction(async (transaction) => {
    if (await isMade(transaction, table, key)) return false
    if (!(await reads.unchanged(transaction))) throw new InputsChangedError(table.typeName, key)
    for (const rows of lookups) await insertPrepared(transaction, rows, true)
    for (const rows of prepared) await insertPrepared(transaction, rows, false)
    return true
  })
}

type TableRows = readonly [AnyTable, readonly object[]]

async function prepareAll(context: Context, all: readonly TableRows[], signal: AbortSignal): Promise<PreparedRows[]> {
  const prepared: PreparedRows[] = []
  for (const [table, rows] of all) prepared.push(await prepareRows(context, table, rows, { signal }))
  return prepared
}

async function isMade(transaction: Connection, table: AnyTable, key: object): Promise<boolean> {
  const node = tableNode(table.declaration)
  const present = project(restrict(node, keyCondition(key, node, table.typeName)), {})
  const rows = await transaction.query(transaction.dialect.count(lower(present)))
  return Number(rows[0]?.[0] ?? 0) > 0
}

/** The rows for lookup tables, which alone may grow by what a make finds: other tables are somebody's decision. */
function lookupsOf(table: AnyTable, key: object, made: unknown): readonly TableRows[] {
  const lookups = isRecord(made) ? (made['lookups'] ?? []) : []
  const invalid = (problem: string) => new InvalidMakeError(table.typeName, key, problem)
  if (!isIterable(lookups)) throw invalid('`lookups` that are no list')
  return Array.from(lookups, (lookup): TableRows => {
    if (!isRecord(lookup) || !isTable(lookup['table']) || !isIterable(lookup['rows'])) {
      throw invalid('a member of `lookups` that is not { table, rows }')
    }
    const { declaration, master, typeName } = lookup['table']
    const { tier } = (master ?? lookup['table']).declaration
    if (tier !== 'lookup') throw invalid(`lookup rows for ${typeName}, a table of tier ${declaration.tier}`)
    return [lookup['table'], Array.from(lookup['rows'], (row) => (isRecord(row) ? row : {}))]
  })
}

/** The rows of the table and of its parts, with the key filled in; refused unless `made` has the form of a result. */
function rowsOf(table: AnyTable, key: object, made: unknown): readonly TableRows[] {
  const invalid = (problem: string) => new InvalidMakeError(table.typeName, key, problem)
  if (!isRecord(made) || !isRecord(made['row'])) throw invalid('no `row`')
  const given = made['parts'] ?? {}
  if (!isRecord(given)) throw invalid('`parts` that are not an object of lists')
  const unknown = Object.keys(given).filter((name) => !(name in table.parts))
  if (unknown.length > 0) throw invalid(`rows of ${unknown.join(', ')}, which ${table.typeName} does not have`)
  const master = { ...key, ...made['row'] }
  const masterKey = Object.fromEntries(Object.entries(master).filter(([name]) => keyNames(table).includes(name)))
  const parts = Object.entries(table.parts).map(([name, part]) => {
    const rows = given[name]
    if (!isIterable(rows)) throw invalid(`no list of rows for its part ${name}`)
    return [part, [...rows].map((row) => ({ ...masterKey, ...(isRecord(row) ? row : {}) }))] as const
  })
  return [[table, [master]], ...parts]
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const isIterable = (value: unknown): value is Iterable<unknown> => isRecord(value) && Symbol.iterator in value
