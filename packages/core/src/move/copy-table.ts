import type { StoredValue } from '../attribute/storage.ts'
import { lower } from '../compile/lower.ts'
import type { Dialect } from '../compile/dialect.ts'
import type { Connection } from '../connection/connection.ts'
import type { TableDeclaration } from '../definition/table-declaration.ts'
import { rowBytes } from '../driver/driver.ts'
import { retryDeadlock } from '../query/deadlock.ts'
import { identifyTable } from '../query/dependencies.ts'
import { RowsDigest } from '../query/rows-digest.ts'
import { tableNode } from '../relation/table.ts'
import { canonicalRows, storedReader } from './canonical-row.ts'
import { MoveDiffersError } from './errors.ts'
import { countRows } from './plan.ts'

export interface CopyOptions {
  readonly signal?: AbortSignal | undefined
  /** Brings what rows refer to, before they are there themselves. */
  readonly before: (rows: Rows) => Promise<void>
  /** Is told how many rows were read. */
  readonly onRows: (rows: number) => void
}

export type Rows = readonly (readonly StoredValue[])[]

/**
 * Copies the rows of a table that the other database does not have, and makes sure that both have the same then: `source`
 * is a transaction, whose rows do not change.
 */
export async function copyTable(
  source: Connection,
  target: Connection,
  table: TableDeclaration,
  { signal, before, onRows }: CopyOptions,
): Promise<void> {
  const isWhole = (await countRows(source, table, signal)) === (await countRows(target, table, signal))
  let read = 0
  const wanted = await digestOf(source, table, signal, async (rows) => {
    await before(rows)
    if (!isWhole) await insertRows(target, table, rows, signal)
    onRows((read += rows.length))
  })
  const found = await digestOf(target, table, signal)
  if (wanted.toString() !== found.toString()) {
    throw new MoveDiffersError(identifyTable(table.name), wanted.rows, found.rows)
  }
}

async function digestOf(
  connection: Connection,
  table: TableDeclaration,
  signal: AbortSignal | undefined,
  take?: (rows: Rows) => Promise<void>,
): Promise<RowsDigest> {
  const digest = new RowsDigest()
  const read = storedReader(table.heading, connection.dialect)
  const statement = connection.dialect.select(lower(tableNode(table)))
  for await (const raw of connection.stream(statement, signal)) {
    const rows = read(raw)
    digest.add(canonicalRows(table.heading, rows))
    await take?.(rows)
  }
  return digest
}

async function insertRows(
  target: Connection,
  { name, heading }: TableDeclaration,
  rows: Rows,
  signal: AbortSignal | undefined,
): Promise<void> {
  const statements = batchesOf(rows, heading.length, target.dialect.supports).map((batch) =>
    target.dialect.insert(name, heading, batch, 'skip'),
  )
  await retryDeadlock(
    () =>
      target.transaction(async (transaction) => {
        for (const statement of statements) await transaction.execute(statement, signal)
      }, signal),
    { signal },
  )
}

/** Rows in batches of what one statement takes; a larger row is on its own. */
function batchesOf(
  rows: Rows,
  attributes: number,
  { parameters, statementBytes }: Dialect['supports'],
): readonly Rows[] {
  const most = Math.max(1, Math.floor(parameters / Math.max(1, attributes)))
  const batches: (readonly StoredValue[])[][] = []
  let bytes = Infinity
  for (const row of rows) {
    const size = rowBytes(row)
    const last = batches.at(-1)
    if (last === undefined || bytes + size > statementBytes || last.length >= most) {
      batches.push([row])
      bytes = size
    } else {
      last.push(row)
      bytes += size
    }
  }
  return batches
}
