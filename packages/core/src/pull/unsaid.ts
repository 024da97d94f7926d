import { catalogueQuery } from '../query/catalogue-query.ts'
import { contextOf, type Database } from '../query/database.ts'
import { identifyTable } from '../query/dependencies.ts'
import type { TableNote } from './virtual-schema.ts'

/** What tables of schemas have that no definition says: a number that counts itself, a trigger. */
export async function unsaidOf(db: Database, schemas: readonly string[]): Promise<readonly TableNote[]> {
  const { connection } = contextOf(db)
  const { unsaid } = await connection.dialect.alter.readDetails(catalogueQuery(connection), schemas)
  return unsaid
    .filter(({ table }) => schemas.includes(table.schema))
    .map(({ table, attribute, what }) => ({
      table: identifyTable(table),
      problem: `it has ${what}${attribute === null ? '' : ` of \`${attribute}\``}, which no definition says`,
    }))
}
