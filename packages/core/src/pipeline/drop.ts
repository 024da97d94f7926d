import type { Connection } from '../connection/connection.ts'
import { contextOf, type Database } from '../query/database.ts'
import type { Schema } from '../schema/schema.ts'
import { tablesOf } from './tables.ts'

/**
 * Drops every table of the schemas with all its rows, those that refer to others first. There is no way back, and no
 * question: ask before.
 */
export async function dropSchemas(db: Database, schemas: readonly Schema[]): Promise<void> {
  const { connection } = contextOf(db)
  const { dialect } = connection
  const drop = async (on: Connection): Promise<void> => {
    for (const { declaration } of tablesOf(schemas).toReversed()) {
      for (const statement of dialect.dropTable(declaration.name)) await on.execute(statement)
    }
  }
  await (dialect.supports.transactionalDdl ? connection.transaction(drop) : drop(connection))
}
