import { inspect } from 'node:util'
import type { Connection } from '../connection/connection.ts'
import type { Context } from './context.ts'
import { InvalidCallError } from './errors.ts'
import { markHalfDone, refuseHalfDone } from './half-done.ts'
import { TableRelation } from './table-relation.ts'
import { type AnyTable, isTable } from './table.ts'

/** Reads and writes tables: `db(Table)` is that table's relation. */
export interface Tables {
  <T extends AnyTable>(table: T): TableRelation<T>
}

/**
 * An open database.
 *
 * ```ts
 * const rows = await db(Session).restrict({ subject: 'm1' }).fetch()
 * await db.transaction(async (db) => { ... })
 * ```
 */
export interface Database extends Tables {
  /**
   * Runs `work` in one transaction: committed when it returns, rolled back when it throws. Where something failed half-way
   * inside, the whole is rolled back and rejects, also if the error was caught; a single statement that failed has done
   * nothing, and its error may be caught. A transaction inside a transaction is part of it.
   */
  transaction<R>(work: (db: Database) => Promise<R>, options?: { readonly signal?: AbortSignal }): Promise<R>
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const contexts = new WeakMap<Tables, Context>()

/** What a database runs on, for the parts of the engine that go beyond relations. */
export function contextOf(db: Tables): Context {
  const context = contexts.get(db)
  if (!context) throw new InvalidCallError('This is not a database that pipeline.open() or transaction() gave.')
  return context
}

/** The database on a connection. */
export function databaseOn(context: Context): Database {
  const { connection } = context
  const relation = <T extends AnyTable>(table: T): TableRelation<T> => {
    // a misspelt name of a table is undefined in JavaScript
    if (!isTable(table)) throw new InvalidCallError(`db(...) was given no table but ${inspect(table, { depth: 0 })}.`)
    return new TableRelation(context, table)
  }
  const db: Database = Object.assign(relation, {
    transaction: <R>(work: (db: Database) => Promise<R>, options: { readonly signal?: AbortSignal } = {}) =>
      connection.transaction(async (transaction: Connection) => {
        try {
          const result = await work(databaseOn({ ...context, connection: transaction }))
          refuseHalfDone(transaction)
          return result
        } catch (error) {
          if (connection.inTransaction) markHalfDone(transaction, error)
          throw error
        }
      }, options.signal),
    close: () => connection.close(),
    [Symbol.asyncDispose]: () => connection.close(),
  })
  contexts.set(db, context)
  return db
}
