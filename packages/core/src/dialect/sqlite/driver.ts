import type { Driver, Purpose, Session } from '../../driver/driver.ts'
import { DatabaseBusyError } from '../../driver/errors.ts'
import { NetworkFileSystemError } from '../../driver/opening-errors.ts'
import { Pool } from '../../driver/pool.ts'
import { Turns } from '../../driver/turns.ts'
import { unavailable } from './errors.ts'
import { networkFileSystem } from './network-file-system.ts'
import { patiently } from './patience.ts'
import { openReadOnly } from './read-only.ts'
import { type Loan, SqliteSession } from './session.ts'
import { SqliteThread } from './thread.ts'

/** Where a file is, and how it is opened. */
export interface SqliteSettings {
  readonly kind: 'sqlite'
  readonly path: string
  /** The most threads at work at once, one of which writes, 3 at least; 5 where this is left out. */
  readonly connections?: number
  /** Opens the file without the right to write it, or to write into its folder. */
  readonly readOnly?: boolean
  /**
   * Opens a file on a network file system, which is refused otherwise: several computers would destroy it. It is a promise
   * that only this one ever has the file open.
   */
  readonly allowNetworkFileSystem?: boolean
}

/** How many of the threads that read who holds one for long leaves to the others. */
const reserves: Readonly<Record<Purpose, number>> = {
  read: 0,
  write: 0,
  transaction: 1,
  stream: 1,
  'inner-stream': -Infinity,
}

/** Opens, or makes, the file: one thread that writes, and others that read beside it. */
export async function openSqlite(settings: SqliteSettings): Promise<Driver> {
  const { path, connections = 5, readOnly = false, allowNetworkFileSystem = false } = settings
  const fileSystem = allowNetworkFileSystem ? null : await networkFileSystem(path)
  if (fileSystem !== null) throw new NetworkFileSystemError(path, fileSystem)
  if (readOnly) {
    const file = await openReadOnly(path)
    return new SqliteDriver({ path: file.path, writer: null, connections, close: file.close })
  }
  const writer = new SqliteThread({ path, purpose: 'write' })
  try {
    await patiently(() => writer.open(), undefined)
  } catch (error) {
    await writer.close().catch(() => {})
    if (error instanceof DatabaseBusyError) throw error
    throw unavailable(path, error)
  }
  return new SqliteDriver({ path, writer, connections, close: async () => {} })
}

interface Parts {
  readonly path: string
  /** `null` where nothing is written. */
  readonly writer: SqliteThread | null
  readonly connections: number
  /** Ends what belongs to the file, after its threads. */
  readonly close: () => Promise<void>
}

class SqliteDriver implements Driver {
  readonly security = null
  readonly #writer: SqliteThread | null
  readonly #readers: Pool<SqliteThread>
  readonly #turns = new Turns()
  readonly #abandoned = new Set<Promise<void>>()
  readonly #close: () => Promise<void>

  constructor({ path, writer, connections, close }: Parts) {
    this.#writer = writer
    this.#close = close
    this.#readers = new Pool({
      limit: Math.max(1, writer ? connections - 1 : connections),
      open: async () => new SqliteThread({ path, purpose: writer ? 'read' : 'read-only' }),
      close: (thread) => thread.close(),
      usable: (thread) => !thread.ended,
    })
  }

  async session(purpose: Purpose, signal?: AbortSignal): Promise<Session> {
    if (this.#writer && (purpose === 'write' || purpose === 'transaction')) {
      const endTurn = await this.#turns.take(signal)
      return new SqliteSession(this.#writer, {
        begin: 'BEGIN IMMEDIATE',
        canAbandon: false,
        giveBack: endTurn,
        abandon: endTurn,
      })
    }
    const thread = await this.#readers.take(reserves[purpose], signal)
    const loan: Loan = {
      begin: 'BEGIN DEFERRED',
      canAbandon: true,
      giveBack: () => this.#readers.give(thread),
      abandon: () => this.#abandon(thread),
    }
    return new SqliteSession(thread, loan)
  }

  giveUp(): void {}

  async close(): Promise<void> {
    await this.#turns.take()
    await Promise.all([this.#writer?.close(), this.#readers.close(), ...this.#abandoned])
    await this.#close()
  }

  #abandon(thread: SqliteThread): void {
    const ended = thread.abandon().finally(() => this.#abandoned.delete(ended))
    this.#abandoned.add(ended)
    void this.#readers.drop(thread)
  }
}
