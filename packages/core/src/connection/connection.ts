import type { RawRow, Statement } from '../driver/driver.ts'
import type { Dialect } from '../compile/dialect.ts'

/** Where a database is. */
export type DatabaseSettings =
  | { readonly kind: 'sqlite'; readonly path: string }
  | {
      readonly kind: 'mariadb'
      readonly host: string
      readonly port: number
      readonly user: string
      readonly password: string
    }

/** A database that statements run on: outside a transaction on any of its sessions, inside one on that transaction's. */
export interface Connection {
  readonly dialect: Dialect
  readonly inTransaction: boolean
  query(statement: Statement, signal?: AbortSignal): Promise<readonly RawRow[]>
  execute(statement: Statement, signal?: AbortSignal): Promise<number>
  /**
   * Runs `work` in one transaction, committed when it returns and rolled back when it throws. Inside a transaction,
   * `work` runs in that one.
   */
  transaction<T>(work: (transaction: Connection) => Promise<T>, signal?: AbortSignal): Promise<T>
  close(): Promise<void>
}
