import { pause, untilAborted } from '../../driver/abort.ts'
import type { Driver, RawRow, Session, Statement } from '../../driver/driver.ts'
import { DatabaseBusyError, DatabaseUnavailableError } from '../../driver/errors.ts'
import { Turns } from '../../driver/turns.ts'
import { isBusy } from './errors.ts'
import { SqliteThread } from './thread.ts'

export interface SqliteSettings {
  readonly kind: 'sqlite'
  readonly path: string
}

/** How long to wait, in all, while another process holds the file's lock. */
const patienceSeconds = 60
const readers = 2

/** Opens, or makes, the file: one thread that writes, and as many as `readers` that read beside it. */
export async function openSqlite({ path }: SqliteSettings): Promise<Driver> {
  const writer = new SqliteThread({ path, purpose: 'write' })
  try {
    await patiently(() => writer.open(), undefined)
  } catch (error) {
    await writer.close().catch(() => {})
    if (error instanceof DatabaseBusyError) throw error
    throw new DatabaseUnavailableError(path, error)
  }
  return new SqliteDriver(path, writer)
}

class SqliteDriver implements Driver {
  readonly #path: string
  readonly #writer: SqliteThread
  readonly #readers: SqliteThread[] = []
  readonly #turns = new Turns()

  constructor(path: string, writer: SqliteThread) {
    this.#path = path
    this.#writer = writer
  }

  async session(purpose: 'read' | 'write', signal?: AbortSignal): Promise<Session> {
    if (purpose === 'read') return new SqliteSession(this.#reader(), () => {})
    return new SqliteSession(this.#writer, await this.#turns.take(signal))
  }

  async close(): Promise<void> {
    await this.#turns.take()
    await Promise.all([this.#writer, ...this.#readers].map((thread) => thread.close()))
  }

  /** The thread with the least to do, or another where all are at work. */
  #reader(): SqliteThread {
    const [idlest] = this.#readers.toSorted((a, b) => a.load - b.load)
    if (idlest && (idlest.load === 0 || this.#readers.length === readers)) return idlest
    const thread = new SqliteThread({ path: this.#path, purpose: 'read' })
    this.#readers.push(thread)
    return thread
  }
}

class SqliteSession implements Session {
  readonly #thread: SqliteThread
  readonly #endTurn: () => void
  #last: Promise<unknown> = Promise.resolve()

  constructor(thread: SqliteThread, endTurn: () => void) {
    this.#thread = thread
    this.#endTurn = endTurn
  }

  query(statement: Statement, signal?: AbortSignal): Promise<readonly RawRow[]> {
    return this.#run(() => this.#thread.query(statement), signal)
  }

  execute(statement: Statement, signal?: AbortSignal): Promise<number> {
    return this.#run(() => this.#thread.execute(statement), signal)
  }

  async begin(signal?: AbortSignal): Promise<void> {
    // IMMEDIATE takes the write lock now: one taken later, on an old snapshot, fails without a remedy
    await this.#run(() => this.#thread.execute({ sql: 'BEGIN IMMEDIATE', parameters: [] }), signal)
  }

  async commit(): Promise<void> {
    await this.#run(() => this.#thread.execute({ sql: 'COMMIT', parameters: [] }), undefined)
  }

  async rollback(): Promise<void> {
    await this.#run(() => this.#thread.execute({ sql: 'ROLLBACK', parameters: [] }), undefined)
  }

  async release(): Promise<void> {
    // a statement that nobody waits for any more may still be running
    await this.#last
    this.#endTurn()
  }

  #run<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const running = patiently(work, signal)
    this.#last = running.catch(() => {})
    return untilAborted(running, signal)
  }
}

/** Repeats what failed because another process holds the file's lock, at growing and uneven intervals. */
async function patiently<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  signal?.throwIfAborted()
  const start = performance.now()
  for (let attempt = 0; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!isBusy(error)) throw error
      const waitedSeconds = (performance.now() - start) / 1000
      if (waitedSeconds > patienceSeconds) throw new DatabaseBusyError(Math.round(waitedSeconds), error)
      await pause(Math.min(100, 2 ** attempt) * (0.5 + Math.random()), signal)
    }
  }
}
