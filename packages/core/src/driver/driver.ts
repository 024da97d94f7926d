import type { StoredValue } from '../attribute/storage.ts'
import type { ConnectionSecurity } from './tls.ts'

/** Text for one database, and the values bound to it in the order in which the text reads them. */
export interface Statement {
  readonly sql: string
  readonly parameters: readonly StoredValue[]
}

/**
 * A value as a driver hands it over. Times, decimals and JSON are text as the database writes it; binary columns are
 * bytes; integers are `number` where that is exact, else `bigint` or text.
 */
export type RawValue = null | bigint | number | string | Uint8Array
export type RawRow = readonly RawValue[]

/**
 * What a transaction reads: what was there when it first read (`snapshot`), or what is there whenever it reads (`latest`),
 * by which it keeps fewer rows from others.
 */
export type Reads = 'snapshot' | 'latest'

/** One session with a database. Statements of one session run one after another. */
export interface Session {
  query(statement: Statement, signal?: AbortSignal): Promise<readonly RawRow[]>
  /** Returns how many rows it changed. */
  execute(statement: Statement, signal?: AbortSignal): Promise<number>
  /**
   * The rows of one SELECT in batches of at most `batch`, as the reader takes them: no more than a few batches are held at
   * once. Ending the loop early, or aborting, stops the query on the server. Other statements wait until it has ended.
   */
  stream(statement: Statement, signal?: AbortSignal, batch?: number): AsyncIterable<readonly RawRow[]>
  begin(signal?: AbortSignal, reads?: Reads): Promise<void>
  /**
   * Fails as `commit-outcome-unknown` where it was sent and nobody knows what became of it; after any other error nothing
   * of the transaction is kept.
   */
  commit(): Promise<void>
  rollback(): Promise<void>
  /** A place in the transaction to which it can go back. */
  savepoint(name: string): Promise<void>
  rollbackTo(name: string): Promise<void>
  /** Forgets a savepoint; what was done since stands. */
  releaseSavepoint(name: string): Promise<void>
  /** Whether the database has undone the transaction that was begun here, as it does for a deadlock. */
  readonly undone: boolean
  /** Gives the session back, once what it still runs has ended. */
  release(): Promise<void>
}

/**
 * What a session is for. `read`: one statement that does not write, and may run beside one that does. `write`: one
 * statement outside of a transaction. Streams and transactions hold a session for long: some are left for the others. An
 * `inner-stream` is read by a transaction, beside it, which ends only after it: it waits for no other to end.
 */
export type Purpose = 'read' | 'write' | 'transaction' | 'stream' | 'inner-stream'

/** A database that sessions are opened on. */
export interface Driver {
  session(purpose: Purpose, signal?: AbortSignal): Promise<Session>
  /** `null` where nothing goes over a network. */
  readonly security: ConnectionSecurity | null
  /** Waits no more for a database that is away: what does fails. */
  giveUp(): void
  close(): Promise<void>
}

/** How many rows of a stream come at once where nobody says. */
export const BATCH = 1000

/** How many bytes of values end a batch early: rows may be large. */
export const BATCH_BYTES = 2 ** 20

/** About how many bytes a row takes. */
export function rowBytes(row: readonly unknown[]): number {
  let bytes = 0
  for (const value of row) {
    bytes += typeof value === 'string' ? value.length : value instanceof Uint8Array ? value.byteLength : 8
  }
  return bytes
}
