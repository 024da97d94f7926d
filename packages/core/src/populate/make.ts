import { lower } from '../compile/lower.ts'
import type { Connection } from '../connection/connection.ts'
import type { Context } from '../query/context.ts'
import { contextOf, type Database, databaseOn } from '../query/database.ts'
import { insertPrepared, prepareRows, type PreparedRows } from '../query/insert/insert.ts'
import { codeOf } from '../errors.ts'
import { keyCondition } from '../query/expression/key.ts'
import type { AnyMake } from '../query/make.ts'
import { ReadLog } from '../query/read-log.ts'
import type { AnyTable } from '../query/table.ts'
import { project } from '../relation/project.ts'
import { restrict } from '../relation/restrict.ts'
import { tableNode } from '../relation/table.ts'
import { InputsChangedError, InvalidMakeError, NothingMadeError } from './errors.ts'
import { lookupsOf, rowsOf, type TableRows } from './made-rows.ts'
import { patiently } from './patience.ts'
import { withinBounds } from './time-limit.ts'

export interface MakeOptions {
  /** When one of them aborts, the make stops. */
  readonly signals: readonly AbortSignal[]
  readonly limitSeconds: number | null
  readonly progress: (fraction: number, message?: string) => void
  /** Is told when the rows are made, and only have to be inserted. */
  readonly computed: () => void
  /** What the transaction does first: it may refuse. */
  readonly complete: ((transaction: Connection, seconds: number) => Promise<void>) | null
}

/** Rows that wait for their transaction. */
interface Made {
  readonly lookups: readonly PreparedRows[]
  readonly rows: readonly PreparedRows[]
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
  { signals, limitSeconds, progress, computed, complete }: MakeOptions,
): Promise<boolean> {
  const context = contextOf(db)
  const started = performance.now()
  const reads = new ReadLog()
  const { lookups, rows } = await withinBounds(
    { table: table.typeName, key, signals, limitSeconds },
    async (signal): Promise<Made> => {
      const inputs = await make.fetch(key, databaseOn({ ...context, reads }))
      refuseGenerator(table, key, inputs, 'fetch')
      signal.throwIfAborted()
      const made = await make.compute(inputs, { key, signal, progress })
      refuseGenerator(table, key, made, 'compute')
      signal.throwIfAborted()
      // Objects get their final names here, before the transaction begins: a failure leaves garbage, never a row without its object.
      return {
        lookups: await prepareAll(context, lookupsOf(table, key, made), signal),
        rows: await prepareAll(context, rowsOf(table, key, made), signal),
      }
    },
  )
  const seconds = (performance.now() - started) / 1000
  computed()
  const insert = async (transaction: Connection): Promise<void> => {
    await complete?.(transaction, seconds)
    if (!(await reads.unchanged(transaction))) throw new InputsChangedError(table.typeName, key)
    for (const prepared of lookups) await insertPrepared(transaction, prepared, 'skip')
    for (const prepared of rows) {
      const inserted = await insertPrepared(transaction, prepared, 'fail')
      if (inserted === 0 && prepared.table === rows[0]?.table) throw new NothingMadeError(table.typeName, key)
    }
  }
  const [only, ...others] = signals
  const signal = only && others.length === 0 ? only : AbortSignal.any([...signals])
  try {
    await patiently(() => context.connection.transaction(insert, signal), signal)
    return true
  } catch (error) {
    // a key that was made meanwhile is met by its row, or by what was read for it and has changed since
    const code = codeOf(error)
    if ((code === 'duplicate-row' || code === 'inputs-changed') && (await isMade(context, table, key))) return false
    throw error
  }
}

/** A make in the manner of Python, whose `yield`s divide the phases, would compute nothing here. */
function refuseGenerator(table: AnyTable, key: object, given: unknown, phase: string): void {
  const kind = Object.prototype.toString.call(given)
  if (kind !== '[object Generator]' && kind !== '[object AsyncGenerator]') return
  throw new InvalidMakeError(
    table.typeName,
    key,
    `a generator from \`${phase}\`, which is not run: fetch and compute are the phases, and return what they give`,
  )
}

async function prepareAll(context: Context, all: readonly TableRows[], signal: AbortSignal): Promise<PreparedRows[]> {
  const prepared: PreparedRows[] = []
  for (const [table, rows] of all) prepared.push(await prepareRows(context, table, rows, { signal }))
  return prepared
}

async function isMade({ connection }: Context, table: AnyTable, key: object): Promise<boolean> {
  const node = tableNode(table.declaration)
  const present = project(restrict(node, keyCondition(key, node, table.typeName)), {})
  const rows = await connection.query(connection.dialect.count(lower(present)))
  return Number(rows[0]?.[0] ?? 0) > 0
}
