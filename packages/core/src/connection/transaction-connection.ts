import type { AsyncLocalStorage } from 'node:async_hooks'
import type { Dialect } from '../compile/dialect.ts'
import { eitherSignal } from '../driver/abort.ts'
import type { RawRow, Session, Statement } from '../driver/driver.ts'
import {
  DefinitionInTransactionError,
  OutsideTransactionError,
  ReadOnlyDatabaseError,
  StreamOpenError,
  TransactionOverError,
  TransactionUndoneError,
} from '../driver/errors.ts'
import type { ConnectionSecurity } from '../driver/tls.ts'
import { Turns } from '../driver/turns.ts'
import type { Connection } from './connection.ts'

/** What code runs in: a transaction, or what prepares one. */
export interface Scope {
  readonly over: boolean
}

/** What a transaction and those nested in it share. */
export interface TransactionParts {
  readonly dialect: Dialect
  readonly readOnly: boolean
  readonly security: ConnectionSecurity | null
  readonly session: Session
  readonly signal: AbortSignal | undefined
  /** What code runs in, the innermost of them. */
  readonly scope: AsyncLocalStorage<Scope>
}

/** The one session of a running transaction. A transaction nested in it is a savepoint. */
export class TransactionConnection implements Connection {
  readonly dialect: Dialect
  readonly readOnly: boolean
  readonly security: ConnectionSecurity | null
  readonly inTransaction = true
  readonly #parts: TransactionParts
  readonly #parent: TransactionConnection | null
  readonly #root: TransactionConnection
  readonly #depth: number
  /** Writes and nested transactions take turns: what a nested one undoes is its own. */
  readonly #turns = new Turns()
  /** Ends streams; made by the first, for most transactions have none. */
  #ending: AbortController | null = null
  #over = false
  /** Of the outermost one: why the database has undone it. */
  #undoneBy: { readonly error: unknown } | null = null
  #streaming = false

  constructor(parts: TransactionParts, parent: TransactionConnection | null = null) {
    this.dialect = parts.dialect
    this.readOnly = parts.readOnly
    this.security = parts.security
    this.#parts = parts
    this.#parent = parent
    this.#root = parent ? parent.#root : this
    this.#depth = parent ? parent.#depth + 1 : 0
  }

  async query(statement: Statement, signal?: AbortSignal): Promise<readonly RawRow[]> {
    return this.#run(() => this.#parts.session.query(statement, this.#either(signal)))
  }

  async execute(statement: Statement, signal?: AbortSignal): Promise<number> {
    this.#refuse(statement)
    return this.#inTurn(() => this.#run(() => this.#parts.session.execute(statement, this.#either(signal))), signal)
  }

  async *stream(statement: Statement, signal?: AbortSignal, batch?: number): AsyncGenerator<readonly RawRow[]> {
    this.#check()
    const root = this.#root
    this.#ending ??= new AbortController()
    const stop = eitherSignal(this.#either(signal), this.#ending.signal)
    root.#streaming = true
    // also where the reader never comes back to it
    const done = (): void => {
      root.#streaming = false
    }
    stop.addEventListener('abort', done, { once: true })
    try {
      yield* this.#parts.session.stream(statement, stop, batch)
    } catch (error) {
      throw this.#explain(error)
    } finally {
      stop.removeEventListener('abort', done)
      if (!stop.aborted) done()
    }
  }

  async transaction<T>(work: (transaction: Connection) => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted()
    return this.#inTurn(async () => {
      const { session, scope } = this.#parts
      const nested = new TransactionConnection({ ...this.#parts, signal: this.#either(signal) }, this)
      const name = `nested_${nested.#depth}`
      await this.#run(() => session.savepoint(name))
      try {
        const result = await scope.run(nested, () => work(nested))
        signal?.throwIfAborted()
        nested.end()
        await this.#run(() => session.releaseSavepoint(name))
        return result
      } catch (error) {
        nested.end()
        await this.#goBack(name, error)
        throw error
      }
    }, signal)
  }

  /** It has begun. */
  async prepare<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return work(this)
  }

  /** The connection outside closes; a transaction ends by itself. */
  async close(): Promise<void> {}

  /** Its session serves others from now on. */
  end(): void {
    this.#over = true
    this.#ending?.abort(new TransactionOverError())
  }

  /** Whether the outermost transaction around it has ended. */
  get over(): boolean {
    return this.#root.#over
  }

  /** Throws why the database has undone the transaction, if it has: also where the error was caught. */
  throwIfUndone(): void {
    if (this.#root.#undoneBy) throw this.#root.#undoneBy.error
  }

  async #goBack(name: string, reason: unknown): Promise<void> {
    if (this.#root.#undoneBy) return
    const { session } = this.#parts
    try {
      await session.rollbackTo(name)
      await session.releaseSavepoint(name)
    } catch {
      // what could not be undone must not be committed
      this.#root.#undoneBy ??= { error: reason }
    }
  }

  /** Whether code that runs now is inside a transaction that is nested in this one. */
  #isAround(): boolean {
    const scope = this.#parts.scope.getStore()
    let inner = scope instanceof TransactionConnection ? scope : null
    if (inner === null || inner === this || inner.#over) return false
    while (inner !== null && inner !== this) inner = inner.#parent
    return inner === this
  }

  async #inTurn<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    this.#check()
    // it would wait for the nested one, which waits for it
    if (this.#isAround()) throw new OutsideTransactionError()
    const endTurn = await this.#turns.take(this.#either(signal))
    try {
      return await work()
    } finally {
      endTurn()
    }
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    this.#check()
    try {
      return await work()
    } catch (error) {
      throw this.#explain(error)
    }
  }

  #check(): void {
    if (this.#over) throw new TransactionOverError()
    if (this.#root.#undoneBy) throw new TransactionUndoneError(this.#root.#undoneBy.error)
    if (this.#root.#streaming) throw new StreamOpenError()
  }

  #refuse({ sql }: Statement): void {
    if (this.readOnly) throw new ReadOnlyDatabaseError()
    if (!this.dialect.supports.transactionalDdl && commits.test(sql)) throw new DefinitionInTransactionError()
  }

  #explain(error: unknown): unknown {
    const explained = this.dialect.explain(error) ?? error
    if (this.#parts.session.undone) this.#root.#undoneBy ??= { error: explained }
    return explained
  }

  #either(signal: AbortSignal | undefined): AbortSignal | undefined {
    return signal && this.#parts.signal ? eitherSignal(signal, this.#parts.signal) : (signal ?? this.#parts.signal)
  }
}

/** What a server without transactional definitions commits a running transaction for. */
const commits =
  /^\s*(?:(?:CREATE|DROP)(?!\s+TEMPORARY\b)|ALTER|RENAME|TRUNCATE|GRANT|REVOKE|LOCK|UNLOCK|ANALYZE|OPTIMIZE|REPAIR)\b/i
