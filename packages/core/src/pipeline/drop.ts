import { contextOf, type Database } from '../query/database.ts'
import type { Schema } from '../schema/schema.ts'

/**
 * Drops every table of the schemas with all its rows, those that refer to others first. There is no way back, and no
 * question: ask before.
 */
export async function dropSchemas(db: Database, schemas: readonly Schema[]): Promise<void> {
  const { connection } = contextOf(db)
  for (const { declaration } of schemas.flatMap(({ tables }) => tables).toReversed()) {
    for (const statement of connection.dialect.dropTable(declaration.name)) await connection.execute(statement)
  }
}
