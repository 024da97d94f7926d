import type { TableName } from '../definition/table-declaration.ts'
import type { Connection } from '../connection/connection.ts'
import type { ConnectionSecurity } from '../driver/tls.ts'
import { checkOptions, show } from './call.ts'
import type { Context } from './context.ts'
import { ownTransaction } from './deadlock.ts'
import { InvalidCallError } from './errors.ts'
import { inDatabase } from './in-database.ts'
import { TableRelation } from './table-relation.ts'
import { type AnyTable, isTable } from './table.ts'

/** Reads and writes tables: `db(Table)` is that table's relation. */
export interface Tables {
  <T extends AnyTable>(table: T): TableRelation<T>
}

/** How a transaction is run. */
export interface TransactionOptions {
  /**
   * How many times the work is done again from its beginning where the transaction lost to another (`deadlock`,
   * `database-busy`) or its connection broke before it was committed (`connection-lost`): never where this is left out, for
   * what it does beside the database happens again. Inside another transaction that one's number counts.
   */
  readonly retries?: number
  /** Undoes the transaction when it aborts. */
  readonly signal?: AbortSignal
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
  /** It was opened without the right to write. */
  readonly readOnly: boolean
  /** How what goes to and from a server is protected; `null` where nothing goes over a network. */
  readonly connectionSecurity: ConnectionSecurity | null
  /** Tables of the pipeline that the database did not have when it was opened: `declare` creates them. */
  readonly undeclared: readonly TableName[]
  /**
   * Runs `work` in one transaction: committed when it returns, rolled back when it throws. A transaction inside a
   * transaction is a part that may fail alone: what it did is undone, and where its error is caught, the rest stands.
   *
   * @throws TransactionUndoneError `transaction-undone` for what follows an error by which the database undid the whole
   * @throws CommitOutcomeUnknownError `commit-outcome-unknown` where the connection broke during the commit; it is never done
   *   again
   */
  transaction<R>(work: (db: Database) => Promise<R>, options?: TransactionOptions): Promise<R>
  /** Waits for what runs, also for an insert whose rows still come, ends streams, and closes the connections. */
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
    if (!isTable(table)) throw new InvalidCallError(`db(...) was given no table but ${show(table)}.`)
    return new TableRelation(context, inDatabase(context, table))
  }
  const db: Database = Object.assign(relation, {
    readOnly: connection.readOnly,
    connectionSecurity: connection.security,
    undeclared: context.undeclared,
    async transaction<R>(work: (db: Database) => Promise<R>, options: TransactionOptions = {}) {
      if (typeof work !== 'function') {
        throw new InvalidCallError(`transaction() takes a function, async (db) => { … }, and was given ${show(work)}.`)
      }
      checkOptions('transaction()', options, ['retries', 'signal'])
      const { retries = 0, signal } = options
      if (!Number.isInteger(retries) || retries < 0) {
        throw new InvalidCallError(`transaction() was given retries: ${show(retries)}. Give an integer of 0 or more.`)
      }
      const run = (transaction: Connection): Promise<R> => work(databaseOn({ ...context, connection: transaction }))
      return ownTransaction(connection, run, { retries, signal })
    },
    close: () => connection.close(),
    [Symbol.asyncDispose]: () => connection.close(),
  })
  contexts.set(db, context)
  return db
}
