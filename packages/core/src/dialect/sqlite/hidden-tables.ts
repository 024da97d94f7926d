import { hostname } from 'node:os'
import type { Dialect } from '../../compile/dialect.ts'
import type { Generation, TableName } from '../../definition/table-declaration.ts'
import type { Statement } from '../../driver/driver.ts'
import { logVersion } from '../hidden-table.ts'
import { quote, quoteList, quoteTable } from './quote.ts'

const now = "datetime('now')"

/**
 * What stands beside the tables of a schema: comments (with the markers of the types) and the types that no marker names,
 * for which a server's columns have a place of their own, and what DataJoint keeps.
 */
export const createHiddenTables = (schema: string, generation: Generation): readonly Statement[] => [
  generation === '2.x'
    ? createNotes({ schema, table: '~lineage' }, ['table_name', 'attribute_name'], 'lineage')
    : statement(
        `CREATE TABLE IF NOT EXISTS ${quoteTable({ schema, table: '~log' })} ("id" INTEGER PRIMARY KEY AUTOINCREMENT, ` +
          `"timestamp" TEXT NOT NULL DEFAULT (${now}), "version" TEXT NOT NULL, "user" TEXT NOT NULL, ` +
          `"host" TEXT NOT NULL DEFAULT '', "event" TEXT NOT NULL DEFAULT '') STRICT`,
      ),
  createNotes({ schema, table: '~columns' }, ['table_name', 'attribute_name'], 'comment'),
  createNotes({ schema, table: '~types' }, ['table_name', 'attribute_name'], 'type'),
  createNotes({ schema, table: '~tables' }, ['table_name'], 'comment'),
]

/** The table by which DataJoint 0.14 finds the objects of one store. */
export const createExternal = (schema: string, store: string): Statement =>
  statement(
    `CREATE TABLE IF NOT EXISTS ${quoteTable({ schema, table: `~external_${store}` })} ("hash" BLOB NOT NULL PRIMARY KEY ` +
      `CHECK (length("hash") = 16), "size" INT NOT NULL, "attachment_name" TEXT, "filepath" TEXT, "contents_hash" BLOB, ` +
      `"timestamp" TEXT NOT NULL DEFAULT (${now})) STRICT`,
  )

/** Rows of that table; one that is there becomes as young as a new one. */
export const trackExternals: Dialect['trackExternals'] = (table, rows) => ({
  sql:
    `INSERT INTO ${quoteTable(table)} ("hash", "size", "attachment_name", "filepath", "contents_hash") VALUES ` +
    `${rows.map(() => '(?, ?, ?, ?, ?)').join(', ')} ON CONFLICT ("hash") DO UPDATE SET "timestamp" = ${now}`,
  parameters: rows.flat(),
})

const createNotes = (table: TableName, key: readonly string[], value: string): Statement =>
  statement(
    `CREATE TABLE IF NOT EXISTS ${quoteTable(table)} (${[...key, value].map((name) => `${quote(name)} TEXT NOT NULL`).join(', ')}, ` +
      `PRIMARY KEY (${quoteList(key)})) STRICT, WITHOUT ROWID`,
  )

/** Rows of a hidden table, written anew where they are there: several processes may declare one table at once. */
export const note = (
  table: TableName,
  key: readonly string[],
  value: string,
  rows: readonly (readonly string[])[],
): readonly Statement[] =>
  rows.length === 0
    ? []
    : [
        {
          sql:
            `INSERT INTO ${quoteTable(table)} (${quoteList([...key, value])}) VALUES ` +
            `${rows.map((row) => `(${row.map(() => '?').join(', ')})`).join(', ')} ` +
            `ON CONFLICT (${quoteList(key)}) DO UPDATE SET ${quote(value)} = excluded.${quote(value)}`,
          parameters: rows.flat(),
        },
      ]

export const forget = (hidden: TableName, table: string): Statement => ({
  sql: `DELETE FROM ${quoteTable(hidden)} WHERE "table_name" = ?`,
  parameters: [table],
})

/** The row of `~log` that tells other clients of a new table; not a second one where several declare it at once. */
export function logDeclared(name: TableName): Statement {
  const log = quoteTable({ ...name, table: '~log' })
  const declared = `Declared ${fullName(name)}`
  return {
    sql:
      `INSERT INTO ${log} ("version", "user", "host", "event") SELECT ?, '', ?, ? WHERE ? IS NOT ` +
      `(SELECT "event" FROM ${log} WHERE "event" IN (?, ?) ORDER BY "id" DESC LIMIT 1)`,
    parameters: [logVersion, hostname(), declared, declared, declared, dropped(name)],
  }
}

export const logDropped = (name: TableName): Statement => ({
  sql: `INSERT INTO ${quoteTable({ ...name, table: '~log' })} ("version", "user", "host", "event") VALUES (?, '', ?, ?)`,
  parameters: [logVersion, hostname(), dropped(name)],
})

/** The row of `~log` that tells other clients of a table that is not as it was. */
export const logAltered = (name: TableName): Statement => ({
  sql: `INSERT INTO ${quoteTable({ ...name, table: '~log' })} ("version", "user", "host", "event") VALUES (?, '', ?, ?)`,
  parameters: [logVersion, hostname(), `ALTER TABLE ${fullName(name)}`],
})

const dropped = (name: TableName): string => `DROP TABLE ${fullName(name)}`
const fullName = ({ schema, table }: TableName): string => `\`${schema}\`.\`${table}\``

const statement = (sql: string): Statement => ({ sql, parameters: [] })
