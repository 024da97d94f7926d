import { Worker } from 'node:worker_threads'
import Database from 'better-sqlite3'
import { BATCH, type RawRow, type Statement } from '../../driver/driver.ts'
import { threadOptions, workerEntry } from '../../driver/worker-entry.ts'
import { SqliteFailure } from './errors.ts'
import { unpackRows } from './packed-rows.ts'
import type { SqliteReply, SqliteRequest, SqliteWorkerData } from './protocol.ts'

interface Pending {
  readonly sql: string
  resolve(reply: SqliteReply): void
  reject(error: unknown): void
}

let isKept = false

/**
 * Loads SQLite's library here too. Node unloads what only threads have loaded with the last of them, and loads it again for the
 * next, which is not safe while other threads come and go.
 */
function keepLibrary(): void {
  if (isKept) return
  isKept = true
  try {
    new Database(':memory:').close()
  } catch {
    // the thread meets it too, and tells it
  }
}

/** One connection with the file, in a thread of its own, which answers one request after another. */
export class SqliteThread {
  readonly #worker: Worker
  readonly #pending = new Map<number, Pending>()
  #requests = 0
  #inTransaction = false
  #terminated: Promise<unknown> | null = null
  #ended: unknown = null

  constructor(data: SqliteWorkerData) {
    keepLibrary()
    this.#worker = new Worker(workerEntry('dialect/sqlite/worker'), {
      workerData: data,
      name: `sqlite ${data.purpose}`,
      ...threadOptions(process.execArgv),
    })
    this.#worker.on('message', (reply: SqliteReply) => this.#settle(reply))
    this.#worker.on('error', (error) => this.#fail(error))
    this.#worker.on('exit', () =>
      this.#fail(new SqliteFailure('SQLITE_THREAD', 'the thread of the database has ended', '')),
    )
    this.#worker.unref()
  }

  async open(): Promise<void> {
    await this.#request('open')
  }

  async query(statement: Statement): Promise<readonly RawRow[]> {
    return rowsOf(await this.#request('query', statement))
  }

  async execute(statement: Statement): Promise<number> {
    const reply = await this.#request('execute', statement)
    return reply.kind === 'changes' ? reply.changes : 0
  }

  async beginStream(statement: Statement): Promise<void> {
    await this.#request('begin-stream', statement)
  }

  /** The next rows of the stream; none after the last. */
  async nextRows(batch: number): Promise<readonly RawRow[]> {
    return rowsOf(await this.#request('next', undefined, batch))
  }

  async endStream(): Promise<void> {
    await this.#request('end-stream')
  }

  async close(): Promise<void> {
    if (this.#ended === null) await this.#request('close')
    this.#terminated ??= this.#worker.terminate()
    await this.#terminated
  }

  /**
   * Has no more to do with what it runs. SQLite cannot be interrupted from another thread: this one ends by itself when the
   * statement has.
   */
  async abandon(): Promise<void> {
    this.#fail(new SqliteFailure('SQLITE_THREAD', 'the thread of the database was given up', ''))
    this.#worker.unref()
    this.#terminated ??= this.#worker.terminate()
    await this.#terminated
  }

  /** Whether it was in a transaction when it last answered. */
  get inTransaction(): boolean {
    return this.#inTransaction
  }

  get ended(): boolean {
    return this.#ended !== null
  }

  #request(
    kind: SqliteRequest['kind'],
    { sql, parameters }: Statement = { sql: '', parameters: [] },
    batch = BATCH,
  ): Promise<SqliteReply> {
    return new Promise((resolve, reject) => {
      if (this.#ended) throw this.#ended
      const id = this.#requests++
      this.#pending.set(id, { sql, resolve, reject })
      // an idle thread does not keep the process alive, one at work does
      this.#worker.ref()
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      this.#worker.postMessage({ id, kind, sql, parameters, batch } satisfies SqliteRequest)
    })
  }

  #settle(reply: SqliteReply): void {
    this.#inTransaction = reply.inTransaction
    const pending = this.#pending.get(reply.id)
    this.#pending.delete(reply.id)
    if (this.#pending.size === 0) this.#worker.unref()
    if (!pending) return
    if (reply.kind === 'failure') pending.reject(new SqliteFailure(reply.code, reply.message, pending.sql))
    else pending.resolve(reply)
  }

  #fail(error: unknown): void {
    this.#ended ??= error
    for (const { reject } of this.#pending.values()) reject(error)
    this.#pending.clear()
  }
}

const rowsOf = (reply: SqliteReply): readonly RawRow[] => (reply.kind === 'rows' ? unpackRows(reply.rows) : [])
