import type { StoredValue } from '../../attribute/storage.ts'
import type { RawRow } from '../../driver/driver.ts'

/** Handed to the worker when it starts. */
export interface SqliteWorkerData {
  readonly path: string
  readonly purpose: 'read' | 'write'
}

export interface SqliteRequest {
  readonly id: number
  readonly kind: 'open' | 'query' | 'execute' | 'close'
  readonly sql: string
  readonly parameters: readonly StoredValue[]
}

export type SqliteReply =
  | { readonly id: number; readonly kind: 'rows'; readonly rows: readonly RawRow[] }
  | { readonly id: number; readonly kind: 'changes'; readonly changes: number }
  /** An error loses its class and its code between threads, so both are sent as data. */
  | { readonly id: number; readonly kind: 'failure'; readonly code: string; readonly message: string }
