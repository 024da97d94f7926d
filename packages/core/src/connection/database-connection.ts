import type { Dialect } from '../compile/dialect.ts'
import type { Driver, RawRow, Session, Statement } from '../driver/driver.ts'
import { CommitOutcomeUnknownError } from '../driver/errors.ts'
import type { Connection } from './connection.ts'

/** Runs each statement on a session that is free, and a transaction on one of its own. */
export class DatabaseConnection implements Connection {
  readonly dialect: Dialect
  readonly inTransaction = false
  readonly #driver: Driver

  constructor(dialect: Dialect, driver: Driver) {
    this.dialect = dialect
    this.#driver = driver
  }

  query(statement: Statement, signal?: AbortSignal): Promise<readonly RawRow[]> {
    return this.#with('read', signal, (session) => session.query(statement, signal))
  }

  execute(statement: Statement, signal?: AbortSignal): Promise<number> {
    return this.#with('write', signal, (session) => session.execute(statement, signal))
  }

  transaction<T>(work: (transaction: Connection) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#with('write', signal, async (session) => {
      try {
        await session.begin(signal)
        const result = await work(new TransactionConnection(this.dialect, session, signal))
        signal?.throwIfAborted()
        await this.#commit(session)
        return result
      } catch (error) {
        // what made the transaction fail is told, not that a broken session could not undo it as well
        await session.rollback().catch(() => {})
        throw error
      }
    })
  }

  async close(): Promise<void> {
    await this.#driver.close()
  }

  async #commit(session: Session): Promise<void> {
    try {
      await session.commit()
    } catch (error) {
      const explained = this.dialect.explain(error)
      throw explained?.code === 'connection-lost' ? new CommitOutcomeUnknownError(error) : error
    }
  }

  async #with<T>(
    purpose: 'read' | 'write',
    signal: AbortSignal | undefined,
    work: (session: Session) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted()
    try {
      const session = await this.#driver.session(purpose, signal)
      try {
        return await work(session)
      } finally {
        // a statement that was given up may still be running: the session is free when that ends
        void session.release()
      }
    } catch (error) {
      throw this.dialect.explain(error) ?? error
    }
  }
}

/** The one session of a running transaction. */
class TransactionConnection implements Connection {
  readonly dialect: Dialect
  readonly inTransaction = true
  readonly #session: Session
  readonly #signal: AbortSignal | undefined

  constructor(dialect: Dialect, session: Session, signal: AbortSignal | undefined) {
    this.dialect = dialect
    this.#session = session
    this.#signal = signal
  }

  query(statement: Statement, signal?: AbortSignal): Promise<readonly RawRow[]> {
    return this.#explained(this.#session.query(statement, this.#either(signal)))
  }

  execute(statement: Statement, signal?: AbortSignal): Promise<number> {
    return this.#explained(this.#session.execute(statement, this.#either(signal)))
  }

  async transaction<T>(work: (transaction: Connection) => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted()
    return work(this)
  }

  /** The connection outside closes; a transaction ends by itself. */
  async close(): Promise<void> {}

  async #explained<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      throw this.dialect.explain(error) ?? error
    }
  }

  #either(signal: AbortSignal | undefined): AbortSignal | undefined {
    return signal && this.#signal ? AbortSignal.any([signal, this.#signal]) : (signal ?? this.#signal)
  }
}
