import type { StoredValue } from '../../attribute/storage.ts'
import type { PackedRows } from './packed-rows.ts'

/** Handed to the worker when it starts. */
export interface SqliteWorkerData {
  readonly path: string
  /** `read`: beside one that writes. `read-only`: the file is never written, by nobody here. */
  readonly purpose: 'read' | 'write' | 'read-only'
}

export interface SqliteRequest {
  readonly id: number
  /** `begin-stream` prepares a SELECT, `next` steps it, `end-stream` gives it up; a connection has one at a time. */
  readonly kind: 'open' | 'query' | 'execute' | 'begin-stream' | 'next' | 'end-stream' | 'close'
  readonly sql: string
  readonly parameters: readonly StoredValue[]
  /** The most rows that `next` gives. */
  readonly batch: number
}

/** `inTransaction`: whether the connection is in one after the request; some failures undo it. */
export type SqliteReply = { readonly id: number; readonly inTransaction: boolean } & (
  | { readonly kind: 'rows'; readonly rows: PackedRows }
  | { readonly kind: 'changes'; readonly changes: number }
  /** An error loses its class and its code between threads, so both are sent as data. */
  | { readonly kind: 'failure'; readonly code: string; readonly message: string }
)
