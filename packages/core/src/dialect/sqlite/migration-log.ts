import { hostname } from 'node:os'
import type { AlterSyntax } from '../../compile/alter.ts'
import { logVersion } from '../hidden-table.ts'
import { quoteTable } from './quote.ts'

const table = (schema: string): string => quoteTable({ schema, table: '~migrations' })
const now = "strftime('%Y-%m-%d %H:%M:%f', 'now')"

/** The hidden table of each schema in which migrations are written down. */
export const migrationLog: AlterSyntax['log'] = {
  create: (schema) => ({
    sql:
      `CREATE TABLE IF NOT EXISTS ${table(schema)} ("id" TEXT NOT NULL PRIMARY KEY, "step" TEXT NOT NULL, ` +
      `"statement" TEXT NOT NULL, "state" TEXT NOT NULL, "message" TEXT NOT NULL, ` +
      `"started" TEXT NOT NULL DEFAULT (${now}), "ended" TEXT, "user" TEXT NOT NULL, "host" TEXT NOT NULL, ` +
      `"pid" INT NOT NULL, "version" TEXT NOT NULL) STRICT`,
    parameters: [],
  }),
  begin: (schema, { id, step, sql }) => ({
    sql:
      `INSERT INTO ${table(schema)} ("id", "step", "statement", "state", "message", "user", "host", "pid", "version") ` +
      `VALUES (?, ?, ?, 'running', '', '', ?, ?, ?)`,
    parameters: [id, step, sql, hostname(), BigInt(process.pid), logVersion],
  }),
  end: (schema, id, state, message) => ({
    sql: `UPDATE ${table(schema)} SET "state" = ?, "message" = ?, "ended" = ${now} WHERE "id" = ?`,
    parameters: [state, message, id],
  }),
}
