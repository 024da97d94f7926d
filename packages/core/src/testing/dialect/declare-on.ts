import type { StoredSchemas } from '../../compile/dialect.ts'
import type { Connection } from '../../connection/connection.ts'
import type { TableDeclaration } from '../../definition/table-declaration.ts'
import { retryDeadlock } from '../../query/deadlock.ts'

/** The statements that declare a table, with its schema. */
export async function declareOn(connection: Connection, declaration: TableDeclaration): Promise<void> {
  const { createSchema, createTable } = connection.dialect
  const { collationOf } = await readSchemas(connection, [
    declaration.name.schema,
    ...declaration.foreignKeys.map(({ parent }) => parent.schema),
  ])
  const statements = [
    ...createSchema(declaration.name.schema, declaration.generation),
    ...createTable(declaration, collationOf),
  ]
  for (const statement of statements) await retryDeadlock(() => connection.execute(statement))
}

/** What the database has of some schemas. */
export const readSchemas = (connection: Connection, schemas: readonly string[]): Promise<StoredSchemas> =>
  connection.dialect.readSchemas((statement) => connection.query(statement), schemas)
