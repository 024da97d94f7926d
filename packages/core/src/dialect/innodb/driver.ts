import { createConnection, createPool, type Pool, type PoolConnection, type PoolOptions } from 'mysql2/promise'
import type { StoredValue } from '../../attribute/storage.ts'
import { untilAborted } from '../../driver/abort.ts'
import type { Driver, RawRow, Session, Statement } from '../../driver/driver.ts'
import { DatabaseUnavailableError } from '../../driver/errors.ts'
import { explainInnodb } from './errors.ts'
import type { Variant } from './variant.ts'

/** Where a server is. */
export interface ServerSettings {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
}

/** Opens a pool of sessions, and one of them at once, so that what is wrong is told here. */
export async function openInnodb(settings: ServerSettings, variant: Variant): Promise<Driver> {
  const { host, port, user, password } = settings
  const options: PoolOptions = {
    host,
    port,
    user,
    password,
    connectionLimit: 10,
    charset: 'utf8mb4',
    dateStrings: true,
    decimalNumbers: false,
    supportBigNumbers: true,
    bigNumberStrings: true,
    jsonStrings: true,
    rowsAsArray: true,
    multipleStatements: false,
    // a server has 16,382 prepared statements for all its clients together
    maxPreparedStatements: 200,
    // affected rows are to mean changed rows
    flags: ['-FOUND_ROWS'],
  }
  const pool = createPool(options)
  const driver = new InnodbDriver(pool, options, variant)
  try {
    await (await driver.session('read')).release()
    return driver
  } catch (error) {
    await pool.end()
    const explained = explainInnodb(error)
    throw explained?.code === 'access-denied' ? explained : new DatabaseUnavailableError(`${host}:${port}`, error)
  }
}

class InnodbDriver implements Driver {
  readonly #pool: Pool
  readonly #options: PoolOptions
  readonly #variant: Variant
  readonly #set = new WeakSet<object>()

  constructor(pool: Pool, options: PoolOptions, variant: Variant) {
    this.#pool = pool
    this.#options = options
    this.#variant = variant
  }

  async session(_purpose: 'read' | 'write', signal?: AbortSignal): Promise<Session> {
    const waiting = this.#pool.getConnection()
    const connection = await untilAborted(waiting, signal).catch((error: unknown) => {
      void waiting.then((late) => late.release()).catch(() => {})
      throw error
    })
    // the pool hands out a new wrapper each time around the connection that stays
    if (!this.#set.has(connection.connection)) {
      try {
        await connection.query(`SET ${this.#variant.sessionSettings.join(', ')}`)
      } catch (error) {
        connection.destroy()
        throw error
      }
      this.#set.add(connection.connection)
    }
    return new InnodbSession(connection, (threadId) => this.#kill(threadId))
  }

  async close(): Promise<void> {
    await this.#pool.end()
  }

  /** On a connection of its own: the pool may be used up by what is to be stopped. */
  async #kill(threadId: number): Promise<void> {
    const { connectionLimit: _, ...options } = this.#options
    const connection = await createConnection(options)
    try {
      await connection.query(`KILL QUERY ${threadId}`)
    } finally {
      await connection.end()
    }
  }
}

class InnodbSession implements Session {
  readonly #connection: PoolConnection
  readonly #kill: (threadId: number) => Promise<void>
  #last: Promise<unknown> = Promise.resolve()
  #broken = false

  constructor(connection: PoolConnection, kill: (threadId: number) => Promise<void>) {
    this.#connection = connection
    this.#kill = kill
  }

  query({ sql, parameters }: Statement, signal?: AbortSignal): Promise<readonly RawRow[]> {
    // by the binary protocol, also without parameters: the text of a float is cut to six digits
    return this.#run(async () => {
      const [rows] = await this.#connection.execute(sql, parameters.map(toDriver))
      // rows are arrays by the pool's options, which the driver's types do not follow
      return Array.isArray(rows) ? (rows as unknown as RawRow[]) : []
    }, signal)
  }

  execute({ sql, parameters }: Statement, signal?: AbortSignal): Promise<number> {
    return this.#run(async () => {
      const [result] =
        parameters.length === 0
          ? await this.#connection.query(sql)
          : await this.#connection.execute(sql, parameters.map(toDriver))
      return 'affectedRows' in result ? result.affectedRows : 0
    }, signal)
  }

  async begin(signal?: AbortSignal): Promise<void> {
    await this.execute({ sql: 'START TRANSACTION', parameters: [] }, signal)
  }

  async commit(): Promise<void> {
    await this.execute({ sql: 'COMMIT', parameters: [] })
  }

  async rollback(): Promise<void> {
    await this.execute({ sql: 'ROLLBACK', parameters: [] })
  }

  async release(): Promise<void> {
    await this.#last
    // one that a KILL is on its way to must not get another statement
    if (this.#broken) this.#connection.destroy()
    else this.#connection.release()
  }

  async #run<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    signal?.throwIfAborted()
    const running = work()
    this.#last = running.catch(() => {})
    const stop = () => {
      this.#broken = true
      // a server that cannot be reached for the KILL is left: its side ends with the connection
      this.#kill(this.#connection.threadId).catch(() => this.#connection.destroy())
    }
    signal?.addEventListener('abort', stop, { once: true })
    try {
      return await untilAborted(running, signal)
    } catch (error) {
      if (explainInnodb(error)?.code === 'connection-lost') this.#broken = true
      throw error
    } finally {
      signal?.removeEventListener('abort', stop)
    }
  }
}

const toDriver = (value: StoredValue): null | bigint | number | string | Buffer =>
  value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value
