import { Worker } from 'node:worker_threads'
import type { RawRow, Statement } from '../../driver/driver.ts'
import { workerEntry } from '../../driver/worker-entry.ts'
import { SqliteFailure } from './errors.ts'
import type { SqliteReply, SqliteRequest, SqliteWorkerData } from './protocol.ts'

interface Pending {
  readonly sql: string
  resolve(reply: SqliteReply): void
  reject(error: unknown): void
}

/** One connection with the file, in a thread of its own, which answers one request after another. */
export class SqliteThread {
  readonly #worker: Worker
  readonly #pending = new Map<number, Pending>()
  #requests = 0
  #ended: unknown = null

  constructor(data: SqliteWorkerData) {
    this.#worker = new Worker(workerEntry('dialect/sqlite/worker'), {
      workerData: data,
      name: `sqlite ${data.purpose}`,
      // what --eval runs has this option, and files refuse it
      execArgv: process.execArgv.filter((option) => !option.startsWith('--input-type')),
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
    const reply = await this.#request('query', statement)
    return reply.kind === 'rows' ? reply.rows : []
  }

  async execute(statement: Statement): Promise<number> {
    const reply = await this.#request('execute', statement)
    return reply.kind === 'changes' ? reply.changes : 0
  }

  async close(): Promise<void> {
    await this.#request('close')
    await this.#worker.terminate()
  }

  /** How many requests wait for an answer. */
  get load(): number {
    return this.#pending.size
  }

  #request(
    kind: SqliteRequest['kind'],
    { sql, parameters }: Statement = { sql: '', parameters: [] },
  ): Promise<SqliteReply> {
    return new Promise((resolve, reject) => {
      if (this.#ended) throw this.#ended
      const id = this.#requests++
      this.#pending.set(id, { sql, resolve, reject })
      // an idle thread does not keep the process alive, one at work does
      this.#worker.ref()
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      this.#worker.postMessage({ id, kind, sql, parameters } satisfies SqliteRequest)
    })
  }

  #settle(reply: SqliteReply): void {
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
