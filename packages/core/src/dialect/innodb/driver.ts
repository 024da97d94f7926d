import type { Driver, Purpose, Session } from '../../driver/driver.ts'
import { DatabaseUnavailableError, OtherServerError } from '../../driver/opening-errors.ts'
import { Pool } from '../../driver/pool.ts'
import { explainInnodb } from './errors.ts'
import { Link, type LinkOptions } from './link.ts'
import { InnodbSession } from './session.ts'
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
}

/** How many connections who holds one for long leaves to the others. */
const reserves: Readonly<Record<Purpose, number>> = { read: 0, write: 0, transaction: 1, stream: 2 }

/** Opens a pool of connections, and one of them at once, so that what is wrong is told here. */
export async function openInnodb(settings: ServerSettings, variant: Variant): Promise<Driver> {
  const { host, port } = settings
  const driver = new InnodbDriver(settings, variant)
  try {
    await (await driver.session('read')).release()
    return driver
  } catch (error) {
    await driver.close()
    const explained = explainInnodb(error)
    if (error instanceof OtherServerError) throw error
    throw explained?.code === 'access-denied' ? explained : new DatabaseUnavailableError(`${host}:${port}`, error)
  }
}

/** The servers understand enough of each other to fail only later, at something else. */
async function requireKind(link: Link, location: string, kind: string): Promise<void> {
  const [row] = await link.query({ sql: 'SELECT VERSION()', parameters: [] })
  const found = String(row?.[0]).includes('MariaDB') ? 'mariadb' : 'mysql'
  if (found !== kind) throw new OtherServerError(location, found, kind)
}

class InnodbDriver implements Driver {
  readonly #pool: Pool<Link>
  readonly #options: LinkOptions

  constructor({ host, port, user, password, connections = 10, readOnly = false }: ServerSettings, variant: Variant) {
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
        const link = await Link.open(this.#options, [], variant.subqueriesOnce)
        try {
          await requireKind(link, `${host}:${port}`, variant.name)
          for (const sql of setUp) await link.execute({ sql, parameters: [] })
          return link
        } catch (error) {
          link.destroy()
          throw error
        }
      },
      close: (link) => link.end(),
      usable: (link) => link.usable(),
    })
  }

  async session(purpose: Purpose, signal?: AbortSignal): Promise<Session> {
    const link = await this.#pool.take(reserves[purpose], signal)
    return new InnodbSession(link, {
      kill: (what, id) => this.#kill(what, id),
      giveBack: async (used) => (used.lost ? this.#pool.drop(used) : this.#pool.give(used)),
    })
  }

  async close(): Promise<void> {
    await this.#pool.close()
  }

  /** On a connection of its own: the pool may be used up by what is to be stopped. */
  async #kill(what: 'QUERY' | 'CONNECTION', id: number): Promise<void> {
    const link = await Link.open(this.#options, [])
    try {
      await link.execute({ sql: `KILL ${what} ${id}`, parameters: [] })
    } finally {
      await link.end()
    }
  }
}
