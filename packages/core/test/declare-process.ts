import type { Connection } from '../src/connection/connection.ts'
import { type DatabaseSettings, declare, definePipeline, planDeclare } from '../src/index.ts'
import { contextOf, databaseOn } from '../src/query/database.ts'
import { labSchemas } from './lab.ts'

/** What a process is told on its command line, as JSON. */
export interface DeclareProcessTask {
  readonly database: DatabaseSettings
  readonly prefix: string
  /** How many statements it may execute before it is killed; all of them where this is `null`. */
  readonly statements: number | null
}

// written by declare-processes.test.ts
const { database, prefix, statements } = JSON.parse(process.argv[2] ?? '') as DeclareProcessTask
const { lab } = labSchemas(prefix)
await using opened = await definePipeline({ schemas: [lab], tables: {}, database }).open()
const context = contextOf(opened)
let left = statements ?? Infinity

/** Dies instead of executing one statement too many. */
function killing(connection: Connection): Connection {
  return {
    dialect: connection.dialect,
    readOnly: connection.readOnly,
    inTransaction: connection.inTransaction,
    security: connection.security,
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
await declare(db, await planDeclare(db, [lab]))
