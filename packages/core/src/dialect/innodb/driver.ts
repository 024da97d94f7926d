import type { Driver, Purpose, Session } from '../../driver/driver.ts'
import {
  DatabaseUnavailableError,
  OtherServerError,
  TlsFailedError,
  TlsUnavailableError,
} from '../../driver/opening-errors.ts'
import type { ConnectionSecurity, TlsSettings } from '../../driver/tls.ts'
import { Pool } from '../../driver/pool.ts'
import { PipelineError } from '../../errors.ts'
import { explainInnodb } from './errors.ts'
import { Link, type LinkOptions } from './link.ts'
import type { Account } from './missing-privilege.ts'
import { InnodbSession } from './session.ts'
import { planTls, type TlsPlan } from './tls.ts'
import type { Variant } from './variant.ts'

/** Where a server is. */
export interface ServerSettings {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  /** The most connections with the server at once, 3 at least; 10 where this is left out. */
  readonly connections?: number
  /** Opens sessions that cannot write. */
  readonly readOnly?: boolean
  /** How long a server that was there before, or is full, is waited for; 30 where this is left out. */
  readonly reconnectSeconds?: number
  /** How the connection is protected; `require` where this is left out, and `off` on this computer. */
  readonly tls?: TlsSettings
}

/** How many connections who holds one for long leaves to the others. */
const reserves: Readonly<Record<Purpose, number>> = {
  read: 0,
  write: 0,
  transaction: 1,
  stream: 2,
  'inner-stream': -Infinity,
}

/** Opens a pool of connections, and one of them at once, so that what is wrong is told here. */
export async function openInnodb(settings: ServerSettings, variant: Variant): Promise<Driver> {
  const tls = await planTls(settings.host, settings.tls)
  const driver = new InnodbDriver(settings, variant, tls)
  try {
    await (await driver.session('read')).release()
    return driver
  } catch (error) {
    await driver.close()
    throw error
  }
}

/** The servers understand enough of each other to fail only later, at something else. */
async function requireKind(link: Link, location: string, kind: string): Promise<void> {
  const [row] = await link.query({ sql: 'SELECT VERSION()', parameters: [] })
  const found = String(row?.[0]).includes('MariaDB') ? 'mariadb' : 'mysql'
  if (found !== kind) throw new OtherServerError(location, found, kind)
}

/** As the server tells it: what the settings wanted is not what counts. */
async function readSecurity(link: Link, { ssl }: TlsPlan): Promise<ConnectionSecurity> {
  const rows = await link.query({
    sql: "SHOW SESSION STATUS WHERE variable_name IN ('Ssl_version', 'Ssl_cipher')",
    parameters: [],
  })
  const status = new Map(rows.map(([name, value]) => [String(name), String(value)]))
  const protocol = status.get('Ssl_version') || null
  const encrypted = protocol !== null
  return {
    encrypted,
    verified: encrypted && ssl?.rejectUnauthorized === true,
    protocol,
    cipher: status.get('Ssl_cipher') || null,
  }
}

/** Of what is granted, only where: the rest may hold the hash of a password. */
async function readAccount(link: Link): Promise<Account> {
  const rows = await link.query({ sql: 'SELECT CURRENT_USER()', parameters: [] })
  const user = String(rows[0]?.[0])
  const at = user.lastIndexOf('@')
  const name = [user.slice(0, at), user.slice(at + 1)].map((part) => `'${part.replaceAll("'", "''")}'`).join('@')
  const granted = await link.query({ sql: 'SHOW GRANTS', parameters: [] })
  const patterns = granted.flatMap(([grant]) => / ON `((?:[^`]|``)+)`\.\* TO /.exec(String(grant))?.[1] ?? [])
  return { name, patterns }
}

class InnodbDriver implements Driver {
  readonly #pool: Pool<Link>
  readonly #options: LinkOptions
  readonly #location: string
  readonly #tls: TlsPlan
  #security: ConnectionSecurity | null = null
  /** Whether the server has been there. */
  #reached = false
  /** When a connection was seen to be lost: the others may be as well. */
  #lostAt = 0

  constructor(settings: ServerSettings, variant: Variant, tls: TlsPlan) {
    const { host, port, user, password, connections = 10, readOnly = false, reconnectSeconds = 30 } = settings
    this.#location = `${host}:${port}`
    this.#tls = tls
    this.#options = {
      host,
      port,
      user,
      password,
      charset: 'utf8mb4',
      dateStrings: true,
      decimalNumbers: false,
      // integers are numbers where that is exact, else text
      supportBigNumbers: true,
      bigNumberStrings: false,
      jsonStrings: true,
      rowsAsArray: true,
      multipleStatements: false,
      // a server has 16,382 prepared statements for all its clients together
      maxPreparedStatements: 200,
      // affected rows are to mean changed rows
      flags: ['-FOUND_ROWS'],
    }
    const characteristics = `ISOLATION LEVEL REPEATABLE READ, ${readOnly ? 'READ ONLY' : 'READ WRITE'}`
    const setUp = [`SET ${variant.sessionSettings.join(', ')}`, `SET SESSION TRANSACTION ${characteristics}`]
    this.#pool = new Pool({
      limit: connections,
      open: async () => {
        const link = await this.#connect(variant.subqueriesOnce)
        try {
          await requireKind(link, this.#location, variant.name)
          for (const sql of setUp) await link.execute({ sql, parameters: [] })
          this.#security ??= await readSecurity(link, tls)
          link.account = await readAccount(link)
          this.#reached = true
          return link
        } catch (error) {
          link.destroy()
          throw error
        }
      },
      close: (link) => link.end(),
      usable: (link) => link.usable(this.#lostAt),
      again: (error, milliseconds) => {
        const code = explainInnodb(error)?.code
        const passing = code === 'too-many-connections' || (code === 'connection-lost' && this.#reached)
        return passing && milliseconds < reconnectSeconds * 1000
      },
    })
  }

  async session(purpose: Purpose, signal?: AbortSignal): Promise<Session> {
    const link = await this.#take(purpose, signal)
    if (purpose !== 'transaction') await this.#endMode(link, purpose)
    return new InnodbSession(link, {
      kill: (what, id) => this.#kill(what, id),
      giveBack: async (used) => (used.lost ? this.#pool.drop(used) : this.#pool.give(used)),
      lost: () => {
        this.#lostAt = performance.now()
      },
    })
  }

  get security(): ConnectionSecurity | null {
    return this.#security
  }

  giveUp(): void {
    this.#pool.giveUp()
  }

  async #take(purpose: Purpose, signal: AbortSignal | undefined): Promise<Link> {
    try {
      const inTransaction = purpose === 'transaction'
      return await this.#pool.take(
        reserves[purpose],
        signal,
        (link) => (link.usedFor === 'transaction') === inTransaction,
      )
    } catch (error) {
      if (signal?.aborted || error instanceof PipelineError) throw error
      const explained = explainInnodb(error)
      const own = explained !== null && ['access-denied', 'too-many-connections'].includes(explained.code)
      throw own ? explained : new DatabaseUnavailableError(this.#location, error)
    }
  }

  /** What runs outside of transactions is one by itself. */
  async #endMode(link: Link, purpose: Purpose): Promise<void> {
    link.usedFor = purpose
    if (link.autocommit === true) return
    link.autocommit = null
    try {
      await link.execute({ sql: 'SET autocommit = 1', parameters: [] })
      link.autocommit = true
    } catch (error) {
      link.destroy()
      await this.#pool.drop(link)
      throw error
    }
  }

  async close(): Promise<void> {
    await this.#pool.close()
  }

  /** Encrypted as the settings say: what fell back to clear text did so where they allow it, and where it never was else. */
  async #connect(subqueriesOnce: boolean): Promise<Link> {
    const { ssl, serverName, clearTextWillDo } = this.#tls
    const open = (protection: Partial<LinkOptions>): Promise<Link> =>
      Link.open({ ...this.#options, ...protection }, [], subqueriesOnce)
    if (ssl === null) return open({})
    try {
      return await open({ ssl, serverName })
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : null
      if (code === 'HANDSHAKE_NO_SSL_SUPPORT') {
        if (clearTextWillDo && this.#security?.encrypted !== true) return open({})
        throw new TlsUnavailableError(this.#location, error)
      }
      throw code === 'HANDSHAKE_SSL_ERROR' ? new TlsFailedError(this.#location, error) : error
    }
  }

  /** On a connection of its own: the pool may be used up by what is to be stopped. */
  async #kill(what: 'QUERY' | 'CONNECTION', id: number): Promise<void> {
    const link = await this.#connect(false)
    try {
      await link.execute({ sql: `KILL ${what} ${id}`, parameters: [] })
    } finally {
      await link.end()
    }
  }
}
