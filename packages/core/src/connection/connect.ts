import type { Connection, DatabaseSettings } from './connection.ts'
import { resolve } from 'node:path'
import { inspect } from 'node:util'
import { InvalidConnectionsError, InvalidSettingsError, OtherServerError } from '../driver/opening-errors.ts'
import { DatabaseConnection } from './database-connection.ts'

/** Connects to a database, whose driver is loaded only then; refuses with `database-unavailable` or `access-denied` where that cannot be. */
export async function connect(settings: DatabaseSettings): Promise<Connection> {
  requireSettings(settings)
  // a path means another file once the program has gone to another folder
  const fixed = settings.kind === 'sqlite' ? { ...settings, path: resolve(settings.path) } : settings
  const connection = await open(fixed)
  opened.set(connection, fixed)
  return connection
}

/** With what each connection was opened: apart from it, so that showing one shows no password. */
const opened = new WeakMap<object, DatabaseSettings>()

/** The settings of a connection that `connect` gave, as plain data: for a thread that needs one of its own. */
export function settingsOf(connection: object): DatabaseSettings {
  const settings = opened.get(connection)
  if (!settings) throw new RangeError('a connection that connect() did not open')
  return settings
}

async function open(settings: DatabaseSettings): Promise<Connection> {
  const { connections, readOnly = false } = settings
  if (connections !== undefined && !(Number.isInteger(connections) && connections >= 3)) {
    throw new InvalidConnectionsError(connections)
  }
  switch (settings.kind) {
    case 'sqlite': {
      const [{ sqlite }, { openSqlite }] = await Promise.all([
        import('../dialect/sqlite/dialect.ts'),
        import('../dialect/sqlite/driver.ts'),
      ])
      return new DatabaseConnection(sqlite, await openSqlite(settings), readOnly)
    }
    case 'mysql': {
      const [{ mysql }, { openMysql }] = await Promise.all([
        import('../dialect/mysql/dialect.ts'),
        import('../dialect/mysql/driver.ts'),
      ])
      return new DatabaseConnection(mysql, await openMysql(settings), readOnly)
    }
    case 'mariadb': {
      const [{ mariadb }, { openMariadb }] = await Promise.all([
        import('../dialect/mariadb/dialect.ts'),
        import('../dialect/mariadb/driver.ts'),
      ])
      return new DatabaseConnection(mariadb, await openMariadb(settings), readOnly)
    }
    case 'server':
      try {
        return await connect({ ...settings, kind: 'mariadb' })
      } catch (error) {
        if (!(error instanceof OtherServerError)) throw error
        return connect({ ...settings, kind: 'mysql' })
      }
  }
}

const known: readonly string[] =
  'kind path allowNetworkFileSystem host port user password tls connections reconnectSeconds readOnly'.split(' ')

/** From JavaScript, or from the environment, what they say may be anything; a password is shown to nobody. */
function requireSettings(settings: unknown): void {
  if (typeof settings !== 'object' || settings === null) {
    throw new InvalidSettingsError(
      `there are none. Write { kind: 'sqlite', path: 'lab.sqlite' }, or those of a server.`,
    )
  }
  const given = (name: string): unknown => Reflect.get(settings, name)
  // one that is misspelt would leave a connection unprotected, or writable
  const unknown = Object.keys(settings).find((name) => !known.includes(name))
  if (unknown !== undefined)
    throw new InvalidSettingsError(`there is no \`${unknown}\`. There are ${known.join(', ')}.`)
  const refuse = (name: string, expected: string): never => {
    throw new InvalidSettingsError(`\`${name}\` is ${inspect(given(name), { depth: 0 })}. ${expected}`)
  }
  switch (given('kind')) {
    case 'sqlite': {
      const path = given('path')
      if (typeof path !== 'string' || path.trim() === '' || path.includes('\0')) refuse('path', 'Give that of a file.')
      // every thread would have one of its own
      if (path === ':memory:') refuse('path', 'A database is kept in a file: give its path.')
      return
    }
    case 'mysql':
    case 'mariadb':
    case 'server': {
      const port = Number(given('port'))
      if (!Number.isInteger(port) || port < 1 || port > 65_535) refuse('port', 'Give an integer from 1 to 65535.')
      for (const name of ['host', 'user'])
        if (typeof given(name) !== 'string' || given(name) === '') refuse(name, 'Give it as text.')
      // an address, in which a password may stand
      if (/[/@\s]/.test(String(given('host')))) {
        throw new InvalidSettingsError(
          "`host` is no name of a computer. Give 'db.lab.org', and user and password apart.",
        )
      }
      if (typeof given('password') !== 'string') {
        throw new InvalidSettingsError("`password` is no text. Give it as text, '' for none.")
      }
      const seconds = given('reconnectSeconds') ?? 0
      requireTls(given('tls'), refuse)
      if (typeof seconds !== 'number' || !(seconds >= 0)) refuse('reconnectSeconds', 'Give a number of 0 or more.')
      return
    }
    default:
      refuse('kind', "Give 'sqlite', 'mysql', 'mariadb', or 'server' for either of the two.")
  }
}

const modes: readonly unknown[] = ['off', 'prefer', 'require', 'verify']
const parts = ['ca', 'cert', 'key', 'serverName']

function requireTls(tls: unknown, refuse: (name: string, expected: string) => never): void {
  if (tls === undefined || modes.includes(tls)) return
  // its members may hold a key
  if (typeof tls !== 'object' || tls === null)
    refuse('tls', "Give 'off', 'prefer', 'require', 'verify' or { ca, cert, key, serverName }.")
  for (const [name, value] of Object.entries(tls ?? {})) {
    if (!parts.includes(name))
      throw new InvalidSettingsError(`\`tls\` has no \`${name}\`. It has { ${parts.join(', ')} }.`)
    if (typeof value !== 'string' || value === '')
      throw new InvalidSettingsError(`\`tls.${name}\` is no text. Give PEM text, or the path of a file of it.`)
  }
}
