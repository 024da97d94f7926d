import type { ConnectionSecurity, TlsSettings } from '../driver/tls.ts'
import type { RawRow, Reads, Statement } from '../driver/driver.ts'
import type { Dialect } from '../compile/dialect.ts'

/** Where a database is, and how it is opened. */
export type DatabaseSettings =
  | FileSettings
  | ServerSettings<'mariadb'>
  | ServerSettings<'mysql'>
  /** A MariaDB or a MySQL, whichever it is found to be. */
  | ServerSettings<'server'>

interface OpeningSettings {
  /**
   * The most connections with the database at once, 3 at least: 10 with a server, 5 with a file where this is left out.
   * Who holds one for long (a transaction, a stream) leaves some to single statements. A stream that is read inside a
   * transaction or an insert, but not through it, may be one more.
   */
  readonly connections?: number
  /** Opens it without the right to write; writes are refused as `read-only`. */
  readonly readOnly?: boolean
}

/** A SQLite file. */
export interface FileSettings extends OpeningSettings {
  readonly kind: 'sqlite'
  readonly path: string
  /**
   * Opens a file on a network file system, which is refused otherwise: several computers would destroy it. It is a promise
   * that only this one ever has the file open.
   */
  readonly allowNetworkFileSystem?: boolean
}

/** A server. */
export interface ServerSettings<Kind extends string> extends OpeningSettings {
  readonly kind: Kind
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  /**
   * How long a server that was there before is waited for when it is away, as while it is started again; 30 where this is
   * left out. So long is also waited for one that has as many connections as it may. 0: not at all.
   */
  readonly reconnectSeconds?: number
  /**
   * How the connection is protected. `verify`: encrypted, and the server's certificate is made sure of by those that Node
   * knows, or, with an object, by one's own. `require`, where this is left out: encrypted, without making sure of who it is.
   * `prefer`: in clear text where the server says that it has no TLS, which `db.connectionSecurity` tells. `off`, where this
   * is left out and the host is this computer: in clear text.
   */
  readonly tls?: TlsSettings
}

/** A database that statements run on: outside a transaction on any of its sessions, inside one on that transaction's. */
export interface Connection {
  readonly dialect: Dialect
  readonly readOnly: boolean
  readonly inTransaction: boolean
  /** `null` where nothing goes over a network. */
  readonly security: ConnectionSecurity | null
  /** Reads. Outside a transaction it is asked once more where the connection broke. */
  query(statement: Statement, signal?: AbortSignal): Promise<readonly RawRow[]>
  /**
   * Writes; outside a transaction it is `commit-outcome-unknown` where the connection broke before the answer came.
   * Returns how many rows it changed. Where a dialect has no `concurrentWrites`, all that is executed outside of transactions
   * runs on one session: a temporary table is there for what is executed later, and filling it locks nobody out.
   */
  execute(statement: Statement, signal?: AbortSignal): Promise<number>
  /**
   * The rows of one SELECT in batches of at most `batch`, as the reader takes them. Inside a transaction, other statements
   * are refused as `stream-open` until it has ended.
   */
  stream(statement: Statement, signal?: AbortSignal, batch?: number): AsyncIterable<readonly RawRow[]>
  /**
   * Runs `work` in one transaction, committed when it returns and rolled back when it throws. Inside a transaction,
   * `work` runs in that one behind a savepoint: where it throws, what it did is undone, and the rest stands. Where the
   * database undoes the whole (a deadlock, a lost connection), everything after is refused as `transaction-undone`, and the
   * outermost one rejects with what the database said, also if that was caught. A connection that breaks before COMMIT is
   * sent is `connection-lost`, and nothing is kept; one that breaks after it is `commit-outcome-unknown`.
   */
  transaction<T>(work: (transaction: Connection) => Promise<T>, signal?: AbortSignal, reads?: Reads): Promise<T>
  /**
   * Runs what prepares a transaction by statements of its own, as if it had begun: close() waits for the whole, and what
   * runs in it writes through the connection that it is handed, and not around it.
   */
  prepare<T>(work: (connection: Connection) => Promise<T>): Promise<T>
  close(): Promise<void>
}
