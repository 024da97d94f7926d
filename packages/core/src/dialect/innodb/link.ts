import { connect, type Socket } from 'node:net'
import { type Connection, type ConnectionOptions, createConnection } from 'mysql2'
import type { StoredValue } from '../../attribute/storage.ts'
import type { Purpose, RawRow, Statement } from '../../driver/driver.ts'
import type { Account } from './missing-privilege.ts'
import { RowStream } from './row-stream.ts'

/** A connection with the server that has lain idle for longer is asked whether it is still there. */
const IDLE_MILLISECONDS = 2000
/** One that was used so long ago is taken to be there still. */
const JUST_MILLISECONDS = 50

/** One that does not answer to that in this time is given up. */
const PING_MILLISECONDS = 5000

/** After so long in which nothing comes the system begins to look whether the other side is still there. */
const KEEP_ALIVE_MILLISECONDS = 30_000

/** Where a server listens, and what the driver is to do. */
export interface LinkOptions extends Omit<ConnectionOptions, 'host' | 'port'> {
  readonly host: string
  readonly port: number
  /** The name that the server's certificate is to have, where that is another. */
  readonly serverName?: string
}

/** One connection with a server, as promises; it knows when it broke. */
export class Link {
  readonly #connection: Connection
  readonly #socket: Socket
  readonly #subqueriesOnce: boolean
  readonly #running = new Set<(error: Error) => void>()
  /** Whom the server takes us for, once that is known: told with its errors. */
  account: Account | null = null
  #lost = false
  /**
   * Whether each statement is a transaction of its own; else the next statement begins one. `null` from when that is to be
   * changed until it is known to have been.
   */
  autocommit: boolean | null = true
  /** What it was used for before. */
  usedFor: Purpose | null = null
  #usedAt = performance.now()

  private constructor(connection: Connection, socket: Socket, subqueriesOnce: boolean) {
    this.#connection = connection
    this.#socket = socket
    this.#subqueriesOnce = subqueriesOnce
    // also of one that breaks while nothing runs on it
    connection.on('error', () => (this.#lost = true))
    connection.on('end', () => (this.#lost = true))
  }

  /** Connects, and runs some statements before all others. `subqueriesOnce` as in a variant. */
  static async open(
    { serverName, ...options }: LinkOptions,
    setUp: readonly string[],
    subqueriesOnce = false,
  ): Promise<Link> {
    // the driver would end its own only when all has been read that the server sends
    const socket = connect(options.port, options.host)
    socket.setNoDelay(true)
    socket.setKeepAlive(true, KEEP_ALIVE_MILLISECONDS)
    const connection = createConnection({ ...options, host: serverName ?? options.host, stream: socket })
    const link = new Link(connection, socket, subqueriesOnce)
    try {
      await link.#settled<void>((done) => connection.connect((error) => done(error)))
      for (const sql of setUp) await link.execute({ sql, parameters: [] })
      return link
    } catch (error) {
      link.destroy()
      throw error
    }
  }

  get id(): number {
    return this.#connection.threadId
  }

  /** Whether it was there a moment ago. */
  get justUsed(): boolean {
    return !this.#lost && performance.now() - this.#usedAt < JUST_MILLISECONDS
  }

  get lost(): boolean {
    return this.#lost
  }

  /**
   * Whether it can be used after it lay idle: a server that was started again has forgotten it. It is asked if it has lain
   * for long, or was used last before `doubtedSince`.
   */
  async usable(doubtedSince: number): Promise<boolean> {
    if (!this.#lost && (this.#usedAt <= doubtedSince || performance.now() - this.#usedAt > IDLE_MILLISECONDS)) {
      await this.answers()
    }
    return !this.#lost
  }

  /** Whether the server still answers on it; else it is broken off. */
  async answers(): Promise<boolean> {
    if (this.#lost) return false
    const late = setTimeout(() => this.destroy(), PING_MILLISECONDS)
    await this.#settled<void>((done) => this.#connection.ping((error) => done(error))).catch(() => this.destroy())
    clearTimeout(late)
    return !this.#lost
  }

  async query({ sql, parameters }: Statement): Promise<readonly RawRow[]> {
    this.#usedAt = performance.now()
    // by the binary protocol, also without parameters: the text of a float is cut to six digits
    const rows = await this.#prepared({ sql, parameters })
    // rows are arrays by the connection's options, which the driver's types do not follow
    return Array.isArray(rows) ? (rows as RawRow[]) : []
  }

  async execute({ sql, parameters }: Statement): Promise<number> {
    this.#usedAt = performance.now()
    const result =
      parameters.length === 0
        ? await this.#settled<unknown>((done) => this.#connection.query(sql, done))
        : await this.#prepared({ sql, parameters })
    const changed = typeof result === 'object' && result !== null && 'affectedRows' in result
    return changed ? Number(result.affectedRows) : 0
  }

  stream({ sql, parameters }: Statement, batch: number): RowStream {
    this.#usedAt = performance.now()
    this.#forget(sql)
    const rows = new RowStream(this.#connection, { sql, parameters: parameters.map(toDriver) }, batch)
    const fail = (error: Error): void => rows.fail(error)
    this.#running.add(fail)
    void rows.over.then(() => this.#running.delete(fail))
    return rows
  }

  /** Breaks the connection off; what runs on it fails, of which the driver says nothing. */
  destroy(): void {
    this.#lost = true
    this.#connection.destroy()
    this.#socket.destroy()
    const broken = Object.assign(new Error('the connection was broken off'), { code: 'PROTOCOL_CONNECTION_LOST' })
    for (const fail of this.#running) fail(broken)
    this.#running.clear()
  }

  async end(): Promise<void> {
    if (!this.#lost) await this.#settled<void>((done) => this.#connection.end(done)).catch(() => {})
    this.destroy()
  }

  #prepared({ sql, parameters }: Statement): Promise<unknown> {
    this.#forget(sql)
    return this.#settled<unknown>((done) => this.#connection.execute(sql, parameters.map(toDriver), done))
  }

  /** So that the driver prepares it anew. */
  #forget(sql: string): void {
    if (this.#subqueriesOnce && sql.includes('(SELECT ')) this.#connection.unprepare(sql)
  }

  #settled<T>(start: (done: (error: Error | null | undefined, result?: T) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#running.add(reject)
      start((error, result) => {
        this.#running.delete(reject)
        if (error) reject(this.account === null ? error : Object.assign(error, { account: this.account }))
        // a result is missing only where T is void
        else resolve(result as T)
      })
    })
  }
}

const toDriver = (value: StoredValue): null | bigint | number | string | Buffer =>
  value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value
