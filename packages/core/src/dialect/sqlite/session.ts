import { setTimeout as delay } from 'node:timers/promises'
import { untilAborted } from '../../driver/abort.ts'
import { CommitOutcomeUnknownError } from '../../driver/connection-errors.ts'
import { BATCH, type RawRow, type Session, type Statement } from '../../driver/driver.ts'
import { patiently } from './patience.ts'
import type { SqliteThread } from './thread.ts'

/** How long a read that nobody waits for any more may still take before its thread is given up. */
const GRACE_MILLISECONDS = 50

const text = (sql: string): Statement => ({ sql, parameters: [] })

/** How a session's thread is had and given back. */
export interface Loan {
  /** IMMEDIATE takes the write lock now: one taken later, on an old snapshot, fails without a remedy. */
  readonly begin: 'BEGIN IMMEDIATE' | 'BEGIN DEFERRED'
  /** Whether a statement that runs on may be left behind with its thread: one that writes may not. */
  readonly canAbandon: boolean
  readonly giveBack: () => void
  readonly abandon: () => void
}

/** One thread, lent to one user at a time. */
export class SqliteSession implements Session {
  readonly #thread: SqliteThread
  readonly #loan: Loan
  #last: Promise<unknown> = Promise.resolve()
  #begun = false

  constructor(thread: SqliteThread, loan: Loan) {
    this.#thread = thread
    this.#loan = loan
  }

  get undone(): boolean {
    return this.#begun && (this.#thread.ended || !this.#thread.inTransaction)
  }

  query(statement: Statement, signal?: AbortSignal): Promise<readonly RawRow[]> {
    return this.#run(() => this.#thread.query(statement), signal)
  }

  execute(statement: Statement, signal?: AbortSignal): Promise<number> {
    return this.#run(() => this.#thread.execute(statement), signal)
  }

  async *stream(statement: Statement, signal?: AbortSignal, batch = BATCH): AsyncGenerator<readonly RawRow[]> {
    signal?.throwIfAborted()
    const before = this.#last
    const { promise: over, resolve: end } = Promise.withResolvers<void>()
    this.#last = before.then(() => over)
    let running: Promise<unknown> = before
    const run = <T>(work: () => Promise<T>): Promise<T> => {
      const started = patiently(work, signal)
      running = started.catch(() => {})
      return untilAborted(started, signal)
    }
    let finished = false
    // not waited for: the reader goes on at once, the session when the last batch has come
    const finish = (): void => {
      if (finished) return
      finished = true
      void running
        .then(() => this.#thread.endStream())
        .catch(() => {})
        .finally(end)
    }
    // also where the reader never comes back
    signal?.addEventListener('abort', finish, { once: true })
    try {
      await untilAborted(before, signal)
      await run(() => this.#thread.beginStream(statement))
      // one batch is read while the reader is busy with the one before
      let ahead = run(() => this.#thread.nextRows(batch))
      for (;;) {
        const rows = await ahead
        if (rows.length === 0) return
        ahead = run(() => this.#thread.nextRows(batch))
        ahead.catch(() => {})
        yield rows
        signal?.throwIfAborted()
      }
    } finally {
      signal?.removeEventListener('abort', finish)
      finish()
    }
  }

  async begin(signal?: AbortSignal): Promise<void> {
    await this.#run(() => this.#thread.execute(text(this.#loan.begin)), signal)
    this.#begun = true
  }

  async commit(): Promise<void> {
    const { ended } = this.#thread
    try {
      await this.execute(text('COMMIT'))
    } catch (error) {
      // one that SQLite itself refuses (no room, a disk that fails) is undone; of a thread that ended nobody knows
      throw this.#thread.ended && !ended ? new CommitOutcomeUnknownError('transaction', error) : error
    }
    this.#begun = false
  }

  async rollback(): Promise<void> {
    await this.execute(text('ROLLBACK'))
    this.#begun = false
  }

  async savepoint(name: string): Promise<void> {
    await this.execute(text(`SAVEPOINT ${name}`))
  }

  async rollbackTo(name: string): Promise<void> {
    await this.execute(text(`ROLLBACK TO ${name}`))
  }

  async releaseSavepoint(name: string): Promise<void> {
    await this.execute(text(`RELEASE ${name}`))
  }

  async release(): Promise<void> {
    if (!this.#loan.canAbandon) {
      await this.#last
      this.#loan.giveBack()
      return
    }
    const ended = this.#last.then(() => true)
    const abort = new AbortController()
    const late = delay(GRACE_MILLISECONDS, false, { signal: abort.signal }).catch(() => false)
    const inTime = await Promise.race([ended, late])
    abort.abort()
    if (inTime && !this.#thread.ended) this.#loan.giveBack()
    else this.#loan.abandon()
  }

  #run<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const running = this.#last.then(() => patiently(work, signal))
    this.#last = running.catch(() => {})
    return untilAborted(running, signal)
  }
}
