import { lower } from '../compile/lower.ts'
import type { Connection } from '../connection/connection.ts'
import { contextOf, type Database, databaseOn } from '../query/database.ts'
import { insertPrepared, prepareRows, type PreparedRows } from '../query/insert.ts'
import { keyCondition } from '../query/key.ts'
import type { AnyMake } from '../query/make.ts'
import { ReadLog } from '../query/read-log.ts'
import type { AnyTable } from '../query/table.ts'
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
export async function makeKey(db: Database, table: AnyTable, make: AnyMake, key: object, options: MakeOptions): Promise<boolean> {
  const context = contextOf(db)
  const { signal } = options
  const reads = new ReadLog()
  const inputs = await make.fetch(key, databaseOn({ ...context, reads }))
  signal.throwIfAborted()
  const made = await make.compute(inputs, { key, signal, progress: options.progress })
  signal.throwIfAborted()
  // Objects get their final names here, before the transaction begins: a failure leaves garbage, never a row without its object.
  const prepared: PreparedRows[] = []
  for (const [target, rows] of rowsOf(table, key, made)) prepared.push(await prepareRows(context, target, rows, { signal }))
  signal.throwIfAborted()
  return context.connection.transaction(async (transaction) => {
    if (await isMade(transaction, table, key)) return false
    if (!(await reads.unchanged(transaction))) throw new InputsChangedError(table.typeName, key)
    for (const rows of prepared) await insertPrepared(transaction, rows, false)
    return true
  })
}

async function isMade(transaction: Connection, table: AnyTable, key: object): Promise<boolean> {
  const node = tableNode(table.declaration)
  const present = project(restrict(node, keyCondition(key, node, table.typeName)), {})
  const rows = await transaction.query(transaction.dialect.count(lower(present)))
  return Number(rows[0]?.[0] ?? 0) > 0
}

/** The rows of the table and of its parts, with the key filled in; refused unless `made` has the form of a result. */
function rowsOf(table: AnyTable, key: object, made: unknown): readonly (readonly [AnyTable, readonly object[]])[] {
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
