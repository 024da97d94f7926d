import type { Attribute } from '../../attribute/attribute.ts'
import type { JobStatements } from '../../compile/dialect.ts'
import type { Statement } from '../../driver/driver.ts'
import { createHiddenTables } from './hidden-tables.ts'
import { tableStatements } from './create-table.ts'
import { quoteTable } from './quote.ts'
import { joinName } from './table-name.ts'

export const jobStatements: JobStatements = {
  findTable: (name) => ({
    sql:
      `SELECT COALESCE((SELECT "comment" FROM ${quoteTable({ ...name, table: '~tables' })} WHERE "table_name" = ?), '') ` +
      `FROM sqlite_master WHERE type = 'table' AND name = ?`,
    parameters: [name.table, joinName(name)],
  }),
  createQueue: (queue, _target, collationOf) => [
    ...createHiddenTables(queue.name.schema, '2.x'),
    ...tableStatements.createTable(queue, collationOf),
  ],
  // DataJoint does not log that it made this one, which is the last that is told of a new table
  createReservations: (reservations) =>
    tableStatements
      .createTable({ ...reservations, heading: reservations.heading.map(signed) }, () => null)
      .slice(0, -1),
}

/** Numbers of connections that it can hold: there are none here. */
const signed = (attribute: Attribute): Attribute =>
  attribute.name === 'connection_id'
    ? { ...attribute, type: { ...attribute.type, text: 'bigint', storage: { kind: 'integer', bits: 64 } } }
    : attribute

/** A transaction that writes has the file for itself. */
export const claiming = (select: Statement): Statement => select
