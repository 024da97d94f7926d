import type { StoredValue } from '../attribute/storage.ts'

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

/** One session with a database. Statements of one session run one after another. */
export interface Session {
  query(statement: Statement, signal?: AbortSignal): Promise<readonly RawRow[]>
  /** Returns how many rows it changed. */
  execute(statement: Statement, signal?: AbortSignal): Promise<number>
  begin(signal?: AbortSignal): Promise<void>
  commit(): Promise<void>
  rollback(): Promise<void>
  /** Gives the session back, once what it still runs has ended. */
  release(): Promise<void>
}

/** A database that sessions are opened on. */
export interface Driver {
  /** `read`: a session for single statements that do not write, and may run beside one that does. */
  session(purpose: 'read' | 'write', signal?: AbortSignal): Promise<Session>
  close(): Promise<void>
}
