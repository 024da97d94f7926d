import { AsyncLocalStorage } from 'node:async_hooks'
import type { Dialect } from '../compile/dialect.ts'
import { eitherSignal } from '../driver/abort.ts'
import type { Driver, Purpose, RawRow, Reads, Session, Statement } from '../driver/driver.ts'
import { CommitOutcomeUnknownError, ConnectionClosedError, ConnectionLostError } from '../driver/connection-errors.ts'
import { OutsideTransactionError, ReadOnlyDatabaseError } from '../driver/errors.ts'
import type { ConnectionSecurity } from '../driver/tls.ts'
import type { Connection } from './connection.ts'
import { type Scope, TransactionConnection } from './transaction-connection.ts'

/** Runs each statement on a session that is free, and a transaction on one of its own. */
export class DatabaseConnection implements Connection {
  readonly dialect: Dialect
  readonly readOnly: boolean
  readonly inTransaction = false
  readonly #driver: Driver
  readonly #scope = new AsyncLocalStorage<Scope>()
  readonly #running = new Set<Promise<void>>()
  readonly #ending = new AbortController()
  #closing: Promise<void> | null = null

  constructor(dialect: Dialect, driver: Driver, readOnly: boolean) {
    this.dialect = dialect
    this.#driver = driver
    this.readOnly = readOnly
  }

  get security(): ConnectionSecurity | null {
    return this.#driver.security
  }

  async query(statement: Statement, signal?: AbortSignal): Promise<readonly RawRow[]> {
    const read = (): Promise<readonly RawRow[]> =>
      this.#with('read', signal, (session) => session.query(statement, signal))
    // a server that was started again has ended its sessions: a read does no harm twice
    return onceMoreWhenLost(read, () => !(this.#closing || signal?.aborted))
  }

  async execute(statement: Statement, signal?: AbortSignal): Promise<number> {
    if (this.readOnly) throw new ReadOnlyDatabaseError()
    const write = (): Promise<number> =>
      this.#with('write', signal, async (session) => {
        try {
          return await session.execute(statement, signal)
        } catch (error) {
          throw this.#wasLost(error)?.sent ? new CommitOutcomeUnknownError('statement', error) : error
        }
      })
    // one that never reached the database
    return onceMoreWhenLost(write, () => !(this.#closing || signal?.aborted))
  }

  async *stream(statement: Statement, signal?: AbortSignal, batch?: number): AsyncGenerator<readonly RawRow[]> {
    const stop = eitherSignal(signal, this.#ending.signal)
    let begun = false
    try {
      for await (const rows of this.#streamOnce(statement, stop, batch)) {
        begun = true
        yield rows
      }
    } catch (error) {
      if (begun || stop.aborted || !this.#wasLost(error)) throw error
      yield* this.#streamOnce(statement, stop, batch)
    }
  }

  async *#streamOnce(statement: Statement, stop: AbortSignal, batch?: number): AsyncGenerator<readonly RawRow[]> {
    const { session, release } = await this.#borrow(this.#isInside() ? 'inner-stream' : 'stream', stop)
    // also where the reader never comes back to it
    stop.addEventListener('abort', release, { once: true })
    try {
      yield* session.stream(statement, stop, batch)
    } catch (error) {
      throw this.dialect.explain(error) ?? error
    } finally {
      stop.removeEventListener('abort', release)
      release()
    }
  }

  async transaction<T>(work: (transaction: Connection) => Promise<T>, signal?: AbortSignal, reads?: Reads): Promise<T> {
    let begun = false
    const run = (): Promise<T> =>
      this.#with('transaction', signal, async (session) => {
        const { dialect, readOnly } = this
        const { security } = this
        const parts = { dialect, readOnly, security, session, signal, scope: this.#scope }
        const transaction = new TransactionConnection(parts)
        try {
          await session.begin(signal, reads)
          begun = true
          const result = await this.#scope.run(transaction, () => work(transaction))
          signal?.throwIfAborted()
          transaction.throwIfUndone()
          transaction.end()
          await session.commit()
          return result
        } catch (error) {
          transaction.end()
          // what made the transaction fail is told, not that a broken session could not undo it as well
          await session.rollback().catch(() => {})
          throw error
        }
      })
    return onceMoreWhenLost(run, () => !(begun || this.#closing || signal?.aborted))
  }

  async prepare<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    if (this.#closing) throw new ConnectionClosedError()
    this.#refuseAround()
    const end = this.#begin()
    const scope = { over: false }
    // on the same driver, and not told that this one closes
    const inside = new DatabaseConnection(this.dialect, this.#driver, this.readOnly)
    try {
      return await this.#scope.run(scope, () => work(inside))
    } finally {
      scope.over = true
      end()
    }
  }

  /** Waits for what runs, and ends streams; nothing more is taken on. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#ending.abort(new ConnectionClosedError())
    this.#driver.giveUp()
    await Promise.all(this.#running)
    await this.#driver.close()
  }

  #wasLost(error: unknown): ConnectionLostError | null {
    const explained = this.dialect.explain(error) ?? error
    return explained instanceof ConnectionLostError ? explained : null
  }

  async #with<T>(
    purpose: Purpose,
    signal: AbortSignal | undefined,
    work: (session: Session) => Promise<T>,
  ): Promise<T> {
    const { session, release } = await this.#borrow(purpose, signal)
    try {
      return await work(session)
    } catch (error) {
      throw this.dialect.explain(error) ?? error
    } finally {
      release()
    }
  }

  /** A write that bypasses a transaction in which it runs might wait for it for ever. */
  #refuseAround(): void {
    if (this.#isInside()) throw new OutsideTransactionError()
  }

  /** Whether code that runs now is inside a transaction of this connection. */
  #isInside(): boolean {
    return this.#scope.getStore()?.over === false
  }

  /** Something runs, for which close() waits, until what this gives is called. */
  #begin(): () => void {
    const { promise: over, resolve: end } = Promise.withResolvers<void>()
    this.#running.add(over)
    return () => {
      this.#running.delete(over)
      end()
    }
  }

  /** A session, and what gives it back: nobody but close() waits until what was given up on it has ended. */
  async #borrow(purpose: Purpose, signal: AbortSignal | undefined) {
    if (this.#closing) throw new ConnectionClosedError()
    signal?.throwIfAborted()
    if (purpose === 'write' || purpose === 'transaction') this.#refuseAround()
    const ended = this.#begin()
    try {
      const session = await this.#driver.session(purpose, signal)
      let released = false
      const release = (): void => {
        if (released) return
        released = true
        void session.release().then(ended, ended)
      }
      return { session, release }
    } catch (error) {
      ended()
      throw this.dialect.explain(error) ?? error
    }
  }
}

/** Runs `work` again on another session where the connection turned out to be lost. */
async function onceMoreWhenLost<T>(work: () => Promise<T>, allowed: () => boolean): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ConnectionLostError && allowed()) return work()
    throw error
  }
}
