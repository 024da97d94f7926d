import { AsyncLocalStorage } from 'node:async_hooks'
import type { Dialect } from '../compile/dialect.ts'
import type { Driver, RawRow, Session, Statement } from '../driver/driver.ts'
import {
  CommitOutcomeUnknownError,
  ConnectionClosedError,
  OutsideTransactionError,
  TransactionOverError,
} from '../driver/errors.ts'
import type { Connection } from './connection.ts'

/** Runs each statement on a session that is free, and a transaction on one of its own. */
export class DatabaseConnection implements Connection {
  readonly dialect: Dialect
  readonly inTransaction = false
  readonly #driver: Driver
  /** True for what runs inside a transaction of this connection. */
  readonly #inside = new AsyncLocalStorage<boolean>()
  readonly #running = new Set<Promise<void>>()
  #closing: Promise<void> | null = null

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
      const transaction = new TransactionConnection(this.dialect, session, signal)
      try {
        await session.begin(signal)
        const result = await this.#inside.run(true, () => work(transaction))
        signal?.throwIfAborted()
        transaction.end()
        await this.#commit(session)
        return result
      } catch (error) {
        transaction.end()
        // what made the transaction fail is told, not that a broken session could not undo it as well
        await session.rollback().catch(() => {})
        throw error
      }
    })
  }

  /** Waits for what runs; nothing more is taken on. */
  close(): Promise<void> {
    this.#closing ??= Promise.all(this.#running).then(() => this.#driver.close())
    return this.#closing
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
    if (this.#closing) throw new ConnectionClosedError()
    if (purpose === 'write' && this.#inside.getStore()) throw new OutsideTransactionError()
    const { promise: over, resolve: end } = Promise.withResolvers<void>()
    this.#running.add(over)
    let release = async (): Promise<void> => {}
    try {
      const session = await this.#driver.session(purpose, signal)
      release = () => session.release()
      return await work(session)
    } catch (error) {
      throw this.dialect.explain(error) ?? error
    } finally {
      // a statement that was given up may still be running: nobody but close() waits for its session
      void release().finally(() => {
        this.#running.delete(over)
        end()
      })
    }
  }
}

/** The one session of a running transaction. */
class TransactionConnection implements Connection {
  readonly dialect: Dialect
  readonly inTransaction = true
  readonly #session: Session
  readonly #signal: AbortSignal | undefined
  #over = false

  constructor(dialect: Dialect, session: Session, signal: AbortSignal | undefined) {
    this.dialect = dialect
    this.#session = session
    this.#signal = signal
  }

  query(statement: Statement, signal?: AbortSignal): Promise<readonly RawRow[]> {
    return this.#run(() => this.#session.query(statement, this.#either(signal)))
  }

  execute(statement: Statement, signal?: AbortSignal): Promise<number> {
    return this.#run(() => this.#session.execute(statement, this.#either(signal)))
  }

  async transaction<T>(work: (transaction: Connection) => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted()
    if (this.#over) throw new TransactionOverError()
    return work(this)
  }

  /** The connection outside closes; a transaction ends by itself. */
  async close(): Promise<void> {}

  /** Its session serves others from now on. */
  end(): void {
    this.#over = true
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#over) throw new TransactionOverError()
    try {
      return await work()
    } catch (error) {
      throw this.dialect.explain(error) ?? error
    }
  }

  #either(signal: AbortSignal | undefined): AbortSignal | undefined {
    return signal && this.#signal ? AbortSignal.any([signal, this.#signal]) : (signal ?? this.#signal)
  }
}
