import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import type { AlterSyntax } from '../../compile/alter.ts'
import { logVersion } from '../hidden-table.ts'
import { quoteTable } from './quote.ts'

const table = (schema: string): string => quoteTable({ schema, table: '~migrations' })

/** The hidden table of each schema in which migrations are written down; clients of DataJoint leave out what begins with `~`. */
export const migrationLog: AlterSyntax['log'] = {
  create: (schema) => ({
    sql:
      `CREATE TABLE IF NOT EXISTS ${table(schema)} (` +
      "`id` char(36) CHARACTER SET ascii NOT NULL COMMENT 'one statement of a migration', " +
      "`step` text NOT NULL COMMENT 'what it changes, in words', " +
      "`statement` mediumtext NOT NULL COMMENT 'its SQL', " +
      "`state` enum('running','done','failed') NOT NULL, " +
      "`message` text NOT NULL COMMENT 'why it failed', " +
      '`started` timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3), ' +
      '`ended` timestamp(3) NULL DEFAULT NULL, ' +
      "`user` varchar(255) NOT NULL COMMENT 'user@host', " +
      "`host` varchar(255) NOT NULL COMMENT 'system hostname', " +
      '`pid` int unsigned NOT NULL, `version` varchar(64) NOT NULL, PRIMARY KEY (`id`)) ' +
      "ENGINE=InnoDB, CHARACTER SET utf8mb4, COMMENT 'what migrations have changed'",
    parameters: [],
  }),
  begin: (schema, { id, step, sql }) => ({
    sql:
      `INSERT INTO ${table(schema)} (\`id\`, \`step\`, \`statement\`, \`state\`, \`message\`, \`user\`, \`host\`, \`pid\`, \`version\`) ` +
      "VALUES (?, ?, ?, 'running', '', USER(), ?, ?, ?)",
    parameters: [id, step.slice(0, 16_000), sql, hostname(), BigInt(process.pid), logVersion],
  }),
  end: (schema, id, state, message) => ({
    sql: `UPDATE ${table(schema)} SET \`state\` = ?, \`message\` = ?, \`ended\` = CURRENT_TIMESTAMP(3) WHERE \`id\` = ?`,
    parameters: [state, message.slice(0, 16_000), id],
  }),
}

/** Of no more than 64 characters, whatever the schema is called. */
const lockName = (schema: string): string =>
  `neurojoint migrate ${createHash('sha256').update(schema).digest('hex').slice(0, 40)}`

/** The session that dies gives it back; the server may need a moment to see that. */
export const migrationLock: AlterSyntax['lock'] = {
  take: (schema) => ({ sql: 'SELECT GET_LOCK(?, 5)', parameters: [lockName(schema)] }),
  release: (schema) => ({ sql: 'SELECT RELEASE_LOCK(?)', parameters: [lockName(schema)] }),
}
