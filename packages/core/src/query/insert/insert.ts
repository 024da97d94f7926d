import { setImmediate } from 'node:timers/promises'
import type { OnDuplicate } from '../../compile/dialect.ts'
import type { Connection } from '../../connection/connection.ts'
import type { Statement } from '../../driver/driver.ts'
import type { Context } from '../context.ts'
import { ownTransaction } from '../deadlock.ts'
import { inDatabase } from '../in-database.ts'
import { writeExternals } from '../external-rows.ts'
import { explainRefused } from './insert-problem.ts'
import { insertStaged } from './insert-staged.ts'
import { type BatchOptions, isComputedByDatabase, type RowBatch, rowBatches } from './row-batches.ts'
import { type RowEncoder, rowEncoder } from './row-encoder.ts'
import { type GivenRows, givenRows } from './row-source.ts'
import type { AnyTable } from '../table.ts'

/** What an insert takes that it would refuse otherwise. */
export interface InsertRowsOptions {
  /** Leaves rows alone whose primary key is there already. Another unique index that is met is an error still. */
  readonly skipDuplicates?: boolean
  /**
   * Puts the given row in the place of the one that has its primary key: attributes that it does not give get their
   * defaults, and rows that refer to it go on doing so. Another unique index that is met is an error still; of two rows
   * of one call with one key the later counts.
   */
  readonly replace?: boolean
  /** Leaves out attributes that the table does not have. */
  readonly ignoreExtra?: boolean
  /** Is told after every batch how many rows have been sent; they count only when the insert is done. */
  readonly onProgress?: (rows: number) => void
  readonly signal?: AbortSignal
}

/** Rows in canonical form, which one transaction can insert without looking at anything else. */
export interface PreparedRows {
  readonly table: AnyTable
  readonly batches: readonly RowBatch[]
}

/** What one insert works with. */
export interface InsertTask {
  readonly table: AnyTable
  readonly encoder: RowEncoder
  readonly given: GivenRows
  readonly batch: BatchOptions
  readonly onDuplicate: OnDuplicate
  readonly onProgress: (rows: number) => void
  readonly signal?: AbortSignal
}

export const onDuplicateOf = ({ skipDuplicates, replace }: InsertRowsOptions): OnDuplicate =>
  replace === true ? 'replace' : skipDuplicates === true ? 'skip' : 'fail'

/**
 * Inserts all rows or none, holding no more than a few batches of them. Where a transaction keeps all others from
 * writing, what may be slow to come is collected first.
 */
export async function insertRows(
  context: Context,
  table: AnyTable,
  source: unknown,
  options: InsertRowsOptions = {},
): Promise<number> {
  const { connection } = context
  const task = taskOf(context, table, source, options)
  const { given, signal } = task
  const { supports } = connection.dialect
  // a stage could not tell a value that a row leaves to the database from NULL
  const canWait = !task.table.declaration.heading.some(isComputedByDatabase)
  if (!given.inMemory && !supports.concurrentWrites && !connection.inTransaction && canWait) {
    return connection.prepare((outside) => insertStaged(outside, task))
  }
  const convert = () => rowBatches(given.rows, task.encoder, task.table, task.batch)
  // objects get their final names before the transaction begins, which nobody has to wait for then
  const ready =
    given.inMemory && keepsObjects(task.table) && !connection.inTransaction ? await collect(convert()) : null
  return ownTransaction(
    connection,
    async (transaction) => insertBatches(transaction, task, ready ?? convert()),
    // what has been read of a stream does not come again
    { retries: given.inMemory ? undefined : 0, signal },
  )
}

function taskOf(context: Context, defined: AnyTable, source: unknown, options: InsertRowsOptions): InsertTask {
  const table = inDatabase(context, defined)
  const { supports } = context.connection.dialect
  const signal = options.signal && { signal: options.signal }
  const onDuplicate = onDuplicateOf(options)
  const encoder = rowEncoder(context, table, options)
  return {
    table,
    encoder,
    given: givenRows(source, encoder.requireNames),
    batch: { supports, whole: onDuplicate === 'replace', ...signal },
    onDuplicate,
    onProgress: options.onProgress ?? (() => {}),
    ...signal,
  }
}

const keepsObjects = ({ declaration: { heading } }: AnyTable): boolean =>
  heading.some(({ type }) => (type.codec?.store ?? null) !== null)

async function collect(batches: AsyncIterable<RowBatch>): Promise<readonly RowBatch[]> {
  const all: RowBatch[] = []
  for await (const batch of batches) all.push(batch)
  return all
}

/** Inserts batch after batch, and has the next one converted while the database is at one. */
async function insertBatches(
  transaction: Connection,
  task: InsertTask,
  batches: Iterable<RowBatch> | AsyncIterable<RowBatch>,
): Promise<number> {
  let inserted = 0
  let sent = 0
  let running: Promise<void> = Promise.resolve()
  const { name } = task.table.declaration
  const insert = async (batch: RowBatch, statement: Statement): Promise<void> => {
    inserted += await insertBatch(transaction, task.table, batch, task.onDuplicate, statement, task)
    sent += batch.rows.length
    task.onProgress(sent)
  }
  try {
    for await (const batch of batches) {
      const statement = transaction.dialect.insert(name, batch.attributes, batch.rows, task.onDuplicate)
      await running
      running = insert(batch, statement)
      // awaited before the next one is sent, and at the end
      running.catch(() => {})
      // it is sent before the next one is converted
      await setImmediate()
    }
  } catch (error) {
    // an earlier row's problem is told before a later one's
    await running
    throw error
  }
  await running
  return inserted
}

/** Converts rows by the types of their attributes and puts what belongs there into the stores. */
export async function prepareRows(
  context: Context,
  table: AnyTable,
  rows: Iterable<object>,
  options: InsertRowsOptions = {},
): Promise<PreparedRows> {
  const { given, encoder, batch } = taskOf(context, table, rows, options)
  const batches: RowBatch[] = []
  for await (const one of rowBatches(given.rows, encoder, table, batch)) {
    batches.push(one)
    options.signal?.throwIfAborted()
  }
  return { table, batches }
}

/** Inserts inside a transaction; when the database refuses, finds the row that it refused. */
export async function insertPrepared(
  transaction: Connection,
  { table, batches }: PreparedRows,
  onDuplicate: OnDuplicate,
): Promise<number> {
  let inserted = 0
  for (const batch of batches) {
    const statement = transaction.dialect.insert(table.declaration.name, batch.attributes, batch.rows, onDuplicate)
    inserted += await insertBatch(transaction, table, batch, onDuplicate, statement)
  }
  return inserted
}

/** Inserts one batch and tells how many rows that were; those that replace another count too. */
async function insertBatch(
  transaction: Connection,
  table: AnyTable,
  batch: RowBatch,
  onDuplicate: OnDuplicate,
  statement: Statement,
  task?: InsertTask,
): Promise<number> {
  if (batch.externals) await writeExternals(transaction, batch.externals, task?.signal)
  try {
    const changed = await transaction.execute(statement, task?.signal)
    // a server counts a row twice that it has changed, and not at all where it was equal
    return onDuplicate === 'replace' ? batch.rows.length : changed
  } catch (error) {
    throw await explainRefused(transaction, { table, batch, onDuplicate, ...(task && { task }) }, error)
  }
}
