import type { JobStatements } from '../../compile/dialect.ts'
import type { TableDeclaration } from '../../definition/table-declaration.ts'
import type { Statement } from '../../driver/driver.ts'
import { lineageRows } from '../hidden-table.ts'
import { hasCollation, writeColumn } from './column.ts'
import { createHiddenTable, writeLineage } from './hidden-tables.ts'
import { quoteList, quoteTable, quoteText } from './quote.ts'

/** `collation` is that of new schemas. */
export const jobStatements = (collation: string): JobStatements => ({
  findTable: ({ schema, table }) => ({
    sql: 'SELECT TABLE_COMMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?',
    parameters: [schema, table],
  }),

  createQueue(queue, target, collationOf) {
    const own = collationOf({ ...queue.name, table: '' }, '') ?? collation
    return [
      create(queue, (name) => {
        // a column that is compared with that of the target must have its collation
        const theirs = collationOf(target.name, name) ?? own
        return theirs === own ? '' : ` COLLATE ${theirs}`
      }),
      createHiddenTable(queue.name.schema, '2.x'),
      ...writeLineage(queue.name, lineageRows(queue)),
    ]
  },

  createReservations: (reservations) => [create(reservations, () => '')],
})

function create(table: TableDeclaration, collationOf: (name: string) => string): Statement {
  const { name, heading, indexes, comment } = table
  const key = heading.filter(({ inKey }) => inKey)
  const parts = [
    ...heading.map((attribute) => {
      const inherited = attribute.inKey && hasCollation(attribute.type.storage) ? collationOf(attribute.name) : ''
      return writeColumn(attribute, table, inherited)
    }),
    `PRIMARY KEY (${quoteList(key.map((attribute) => attribute.name))})`,
    ...indexes.map(({ attributes }) => `INDEX (${quoteList(attributes)})`),
  ]
  return {
    sql: `CREATE TABLE IF NOT EXISTS ${quoteTable(name)} (${parts.join(', ')}) ENGINE=InnoDB, COMMENT ${quoteText(comment)}`,
    parameters: [],
  }
}

export const claiming = ({ sql, parameters }: Statement): Statement => ({
  sql: `${sql} FOR UPDATE SKIP LOCKED`,
  parameters,
})
