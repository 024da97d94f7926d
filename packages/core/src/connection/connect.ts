import type { Connection, DatabaseSettings } from './connection.ts'
import { InvalidConnectionsError } from '../driver/errors.ts'
import { DatabaseConnection } from './database-connection.ts'

/** Connects to a database, whose driver is loaded only then; refuses with `database-unavailable` or `access-denied` where that cannot be. */
export async function connect(settings: DatabaseSettings): Promise<Connection> {
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
  }
}
