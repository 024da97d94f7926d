import { hostname } from 'node:os'
import type { Dialect } from '../../compile/dialect.ts'
import type { Generation, TableDeclaration, TableName } from '../../definition/table-declaration.ts'
import type { Statement } from '../../driver/driver.ts'
import { logVersion } from '../hidden-table.ts'
import { quoteTable, quoteText } from './quote.ts'

const fullName = ({ schema, table }: TableName): string => `\`${schema}\`.\`${table}\``

/** What DataJoint keeps for a whole schema, as it makes it itself. */
export function createHiddenTable(schema: string, generation: Generation): Statement {
  return { sql: generation === '2.x' ? createLineage(schema) : createLog(schema), parameters: [] }
}

const createLineage = (schema: string): string =>
  `CREATE TABLE IF NOT EXISTS ${quoteTable({ schema, table: '~lineage' })} (` +
  "`table_name` varchar(64) NOT NULL COMMENT 'table name within the schema', " +
  "`attribute_name` varchar(64) NOT NULL COMMENT 'attribute name', " +
  "`lineage` varchar(255) NOT NULL COMMENT 'origin: schema.table.attribute', " +
  'PRIMARY KEY (`table_name`, `attribute_name`)) ENGINE=InnoDB'

const createLog = (schema: string): string =>
  `CREATE TABLE IF NOT EXISTS ${quoteTable({ schema, table: '~log' })} (` +
  "`id` int unsigned NOT NULL AUTO_INCREMENT COMMENT 'event order id', " +
  "`timestamp` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP COMMENT 'event timestamp', " +
  "`version` varchar(12) NOT NULL COMMENT 'datajoint version', " +
  "`user` varchar(255) NOT NULL COMMENT 'user@host', " +
  "`host` varchar(255) NOT NULL DEFAULT '' COMMENT 'system hostname', " +
  "`event` varchar(255) NOT NULL DEFAULT '' COMMENT 'event message', " +
  `PRIMARY KEY (\`id\`)) ENGINE=InnoDB, COMMENT ${quoteText(`event logging table for \`${schema}\``)}`

/** The table by which DataJoint 0.14 finds the objects of one store. */
export const createExternal = (schema: string, store: string): Statement => ({
  sql:
    `CREATE TABLE IF NOT EXISTS ${quoteTable({ schema, table: `~external_${store}` })} (` +
    "`hash` binary(16) NOT NULL COMMENT ':uuid:hash of contents (blob), of filename + contents (attach), or relative filepath (filepath)', " +
    "`size` bigint unsigned NOT NULL COMMENT 'size of object in bytes', " +
    "`attachment_name` varchar(255) DEFAULT NULL COMMENT 'the filename of an attachment', " +
    "`filepath` varchar(1000) DEFAULT NULL COMMENT 'relative filepath or attachment filename', " +
    "`contents_hash` binary(16) DEFAULT NULL COMMENT ':uuid:used for the filepath datatype', " +
    "`timestamp` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP COMMENT 'automatic timestamp', " +
    "PRIMARY KEY (`hash`)) ENGINE=InnoDB, COMMENT 'external storage tracking'",
  parameters: [],
})

/** Rows of that table; one that is there becomes as young as a new one. */
export const trackExternals: Dialect['trackExternals'] = (table, rows) => ({
  sql:
    `INSERT INTO ${quoteTable(table)} (\`hash\`, \`size\`, \`attachment_name\`, \`filepath\`, \`contents_hash\`) VALUES ` +
    `${rows.map(() => '(?, ?, ?, ?, ?)').join(', ')} ON DUPLICATE KEY UPDATE \`timestamp\` = CURRENT_TIMESTAMP`,
  parameters: rows.flat(),
})

/** The rows of `~lineage` for a table. Repeated it changes nothing. */
export function writeLineage(
  { schema, table }: TableName,
  rows: readonly (readonly [attribute: string, origin: string])[],
): readonly Statement[] {
  if (rows.length === 0) return []
  return [
    {
      sql:
        `INSERT INTO ${quoteTable({ schema, table: '~lineage' })} (\`table_name\`, \`attribute_name\`, \`lineage\`) ` +
        `VALUES ${rows.map(() => '(?, ?, ?)').join(', ')} ON DUPLICATE KEY UPDATE \`lineage\` = VALUES(\`lineage\`)`,
      parameters: rows.flatMap(([attribute, origin]) => [table, attribute, origin]),
    },
  ]
}

export const forgetLineage = ({ schema, table }: TableName): Statement => ({
  sql: `DELETE FROM ${quoteTable({ schema, table: '~lineage' })} WHERE \`table_name\` = ?`,
  parameters: [table],
})

/** The row of `~log` that tells other clients of a new table; not a second one where several declare it at once. */
export function logDeclared({ name }: Pick<TableDeclaration, 'name'>): Statement {
  const log = quoteTable({ schema: name.schema, table: '~log' })
  const declared = cut(`Declared ${fullName(name)}`)
  return {
    sql:
      `INSERT INTO ${log} (\`version\`, \`user\`, \`host\`, \`event\`) SELECT ?, USER(), ?, ? FROM DUAL WHERE NOT EXISTS (` +
      `SELECT 1 FROM (SELECT \`event\` FROM ${log} WHERE \`event\` IN (?, ?) ORDER BY \`id\` DESC LIMIT 1) AS last ` +
      'WHERE last.`event` = ?)',
    parameters: [logVersion, hostname(), declared, declared, cut(`DROP TABLE ${fullName(name)}`), declared],
  }
}

export const logDropped = (name: TableName): Statement => ({
  sql: `INSERT INTO ${quoteTable({ schema: name.schema, table: '~log' })} (\`version\`, \`user\`, \`host\`, \`event\`) SELECT ?, USER(), ?, ?`,
  parameters: [logVersion, hostname(), cut(`DROP TABLE ${fullName(name)}`)],
})

/** The row of `~log` that tells other clients of a table that is not as it was. */
export const logAltered = (name: TableName): Statement => ({
  sql: `INSERT INTO ${quoteTable({ schema: name.schema, table: '~log' })} (\`version\`, \`user\`, \`host\`, \`event\`) SELECT ?, USER(), ?, ?`,
  parameters: [logVersion, hostname(), cut(`ALTER TABLE ${fullName(name)}`)],
})

const cut = (event: string): string => event.slice(0, 255)
