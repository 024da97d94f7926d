import { pause, untilAborted } from '../../driver/abort.ts'
import { BATCH, type RawRow, type Reads, type Session, type Statement } from '../../driver/driver.ts'
import { CommitOutcomeUnknownError, ConnectionLostError } from '../../driver/connection-errors.ts'
import { explainInnodb, leavesOpen } from './errors.ts'
import type { Link } from './link.ts'
import type { RowStream } from './row-stream.ts'

/** What a session needs of those who lend it a connection. */
export interface Lender {
  /** Stops what a connection runs, or ends it. */
  readonly kill: (what: 'QUERY' | 'CONNECTION', id: number) => Promise<void>
  readonly giveBack: (link: Link) => Promise<void>
  /** Told that the connection is lost, before those who used it are. */
  readonly lost: () => void
}

/** After these the transaction is undone, by the server or by us: none of it can be kept. */
const ends: readonly string[] = ['deadlock', 'database-busy', 'connection-lost']

/** How long a statement may take to end that was stopped; its connection is given up then, which may be dead. */
const STOPPING_MILLISECONDS = 10_000

const text = (sql: string): Statement => ({ sql, parameters: [] })

export class InnodbSession implements Session {
  readonly #link: Link
  readonly #lender: Lender
  /** Settles when nothing runs here, and no KILL is on its way. */
  #last: Promise<unknown> = Promise.resolve()
  #begun = false
  #undone = false

  constructor(link: Link, lender: Lender) {
    this.#link = link
    this.#lender = lender
  }

  get undone(): boolean {
    return this.#undone
  }

  query(statement: Statement, signal?: AbortSignal): Promise<readonly RawRow[]> {
    return this.#run(() => this.#link.query(statement), signal)
  }

  execute(statement: Statement, signal?: AbortSignal): Promise<number> {
    return this.#run(() => this.#link.execute(statement), signal)
  }

  async *stream(statement: Statement, signal?: AbortSignal, batch = BATCH): AsyncGenerator<readonly RawRow[]> {
    signal?.throwIfAborted()
    const before = this.#last
    const { promise: over, resolve: end } = Promise.withResolvers<void>()
    this.#last = before.then(() => over)
    let finish = async (): Promise<void> => end()
    // also while the reader is busy with what it has, or where it never comes back
    const stop = (): void => void finish()
    signal?.addEventListener('abort', stop, { once: true })
    try {
      await untilAborted(before, signal)
      const rows = this.#link.stream(statement, batch)
      let ending: Promise<void> | null = null
      finish = () => {
        rows.discard()
        ending ??= this.#endRows(rows).then(end)
        // of the rows that are on their way a transaction must be rid first; otherwise nobody has to wait
        return this.#begun ? ending : Promise.resolve()
      }
      for (;;) {
        const next = await untilAborted(rows.next(), signal)
        if (next === null) return
        yield next
        signal?.throwIfAborted()
      }
    } catch (error) {
      this.#note(error)
      throw error
    } finally {
      signal?.removeEventListener('abort', stop)
      await finish()
    }
  }

  async begin(signal?: AbortSignal, reads: Reads = 'snapshot'): Promise<void> {
    this.#begun = true
    this.#undone = false
    // it counts for the next transaction alone
    if (reads === 'latest') await this.execute(text('SET TRANSACTION ISOLATION LEVEL READ COMMITTED'), signal)
    const link = this.#link
    const again = link.usedFor === 'transaction' && link.justUsed
    link.usedFor = 'transaction'
    if (!again) return void (await this.execute(text('START TRANSACTION'), signal))
    // one transaction after another: from the second on, nothing has to be sent for it to begin
    if (link.autocommit === false) return
    link.autocommit = null
    await this.execute(text('SET autocommit = 0'), signal)
    link.autocommit = false
  }

  async commit(): Promise<void> {
    try {
      await this.execute(text('COMMIT'))
    } catch (error) {
      if (error instanceof ConnectionLostError || !leavesOpen(error)) throw error
      this.#break()
      throw new CommitOutcomeUnknownError('transaction', error)
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
    await this.execute(text(`ROLLBACK TO SAVEPOINT ${name}`))
  }

  async releaseSavepoint(name: string): Promise<void> {
    await this.execute(text(`RELEASE SAVEPOINT ${name}`))
  }

  async release(): Promise<void> {
    await this.#last
    // one that could not end its transaction must not get another statement
    if (this.#begun) this.#link.destroy()
    await this.#lender.giveBack(this.#link)
  }

  async #run<T>(send: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    signal?.throwIfAborted()
    let sent = false
    const running = this.#last.then(() => {
      signal?.throwIfAborted()
      if (this.#link.lost) throw new ConnectionLostError(new Error('it broke while nothing ran on it'), false)
      sent = true
      return this.#unlessStopped(send, signal)
    })
    const ended = settled(running)
    let stopped: Promise<void> | null = null
    const stop = (): void => {
      if (sent) stopped = this.#interrupt(ended)
    }
    this.#last = ended.then(() => stopped)
    signal?.addEventListener('abort', stop, { once: true })
    try {
      return await untilAborted(running, signal)
    } catch (error) {
      this.#note(error)
      throw error
    } finally {
      signal?.removeEventListener('abort', stop)
    }
  }

  /** A server that shuts down interrupts what runs, before it ends the connection. */
  async #unlessStopped<T>(send: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    try {
      return await send()
    } catch (error) {
      if (isInterrupted(error) && !signal?.aborted && !(await this.#link.answers()))
        throw new ConnectionLostError(error)
      throw error
    }
  }

  /** Stops a stream that has not ended. Outside a transaction the connection goes with it: that is quickest. */
  async #endRows(rows: RowStream): Promise<void> {
    if (rows.ended) return
    if (this.#begun) {
      await this.#interrupt(rows.over, () => rows.drain())
      return
    }
    const { id } = this.#link
    this.#link.destroy()
    // without it the server would notice when it has rows to send
    await this.#lender.kill('CONNECTION', id).catch(() => {})
  }

  /**
   * Stops what runs on the server. A KILL that comes too late hits the next statement: one that does nothing is sent after
   * it. A server that cannot be reached for it is left: its side ends with the connection.
   */
  async #interrupt(ended: Promise<void>, drain: () => void = () => {}): Promise<void> {
    const start = performance.now()
    try {
      // one that comes before the statement has begun there is forgotten
      do {
        if (performance.now() - start > STOPPING_MILLISECONDS) return this.#link.destroy()
        await this.#lender.kill('QUERY', this.#link.id)
        drain()
      } while (!(await endsWithin(ended, 200)))
      await this.#link.execute(text('DO 0')).catch((error: unknown) => {
        if (!isInterrupted(error)) throw error
      })
    } catch {
      this.#link.destroy()
    }
  }

  #break(): void {
    this.#link.destroy()
    this.#lender.lost()
  }

  #note(error: unknown): void {
    const code = error instanceof ConnectionLostError ? error.code : explainInnodb(error)?.code
    if (code === 'connection-lost') this.#break()
    if (this.#begun && code !== undefined && ends.includes(code)) this.#undone = true
  }
}

/** Whether something ends before that time has passed. */
const endsWithin = (ended: Promise<void>, milliseconds: number): Promise<boolean> =>
  Promise.race([ended.then(() => true), pause(milliseconds, undefined).then(() => false)])

/** When something has come to its end, whichever. */
async function settled(work: Promise<unknown>): Promise<void> {
  await work.catch(() => {})
}

/** ER_QUERY_INTERRUPTED */
const isInterrupted = (error: unknown): boolean => error instanceof Error && 'errno' in error && error.errno === 1317
