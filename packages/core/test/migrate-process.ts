import type { Connection } from '../src/connection/connection.ts'
import { type DatabaseSettings, definePipeline, migrate, planMigrate } from '../src/index.ts'
import { contextOf, databaseOn } from '../src/query/database.ts'
import { changedLab } from './migrate-lab.ts'

/** What a process is told on its command line, as JSON. */
export interface MigrateProcessTask {
  readonly database: DatabaseSettings
  readonly name: string
  /** How many statements it may execute before it is killed. */
  readonly statements: number
}

// written by migrate-processes.test.ts
const { database, name, statements } = JSON.parse(process.argv[2] ?? '') as MigrateProcessTask
const { schema, options } = changedLab(name)
await using opened = await definePipeline({ schemas: [schema], tables: {}, database }).open({ differences: 'allow' })
const context = contextOf(opened)
let left = statements

/** Dies instead of executing one statement too many. */
function killing(connection: Connection): Connection {
  return {
    dialect: connection.dialect,
    security: connection.security,
    readOnly: connection.readOnly,
    inTransaction: connection.inTransaction,
    query: connection.query.bind(connection),
    stream: connection.stream.bind(connection),
    execute(statement, signal) {
      if (left === 0) process.kill(process.pid, 'SIGKILL')
      left -= 1
      return connection.execute(statement, signal)
    },
    transaction: (work, signal) => connection.transaction((transaction) => work(killing(transaction)), signal),
    prepare: (work) => connection.prepare((inner) => work(killing(inner))),
    close: async () => {},
  }
}

const db = databaseOn({ ...context, connection: killing(context.connection) })
await migrate(db, await planMigrate(db, [schema], options))
