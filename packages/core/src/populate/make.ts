import { lower } from '../compile/lower.ts'
import type { Connection } from '../connection/connection.ts'
import type { Context } from '../query/context.ts'
import { contextOf, type Database, databaseOn } from '../query/database.ts'
import { retryDeadlock } from '../query/deadlock.ts'
import { insertPrepared, prepareRows, type PreparedRows } from '../query/insert.ts'
import { keyCondition } from '../query/key.ts'
import type { AnyMake } from '../query/make.ts'
import { ReadLog } from '../query/read-log.ts'
import type { AnyTable } from '../query/table.ts'
import { project } from '../relation/project.ts'
import { restrict } from '../relation/restrict.ts'
import { tableNode } from '../relation/table.ts'
import { InputsChangedError } from './errors.ts'
import { lookupsOf, rowsOf, type TableRows } from './made-rows.ts'

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
  const insert = () =>
    context.connection.transaction(async (transaction) => {
      if (await isMade(transaction, table, key)) return false
      if (!(await reads.unchanged(transaction))) throw new InputsChangedError(table.typeName, key)
      for (const rows of lookups) await insertPrepared(transaction, rows, 'skip')
      for (const rows of prepared) await insertPrepared(transaction, rows, 'fail')
      return true
    }, signal)
  try {
    return await retryDeadlock(insert)
  } catch (error) {
    // a transaction does not see what another one has not committed yet, but its insert waits for it
    if (isDuplicate(error) && (await isMade(context.connection, table, key))) return false
    throw error
  }
}

const isDuplicate = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'duplicate-row'

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
