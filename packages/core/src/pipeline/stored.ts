import type { StoredSchemas } from '../compile/dialect.ts'
import type { TableDeclaration, TableName } from '../definition/table-declaration.ts'
import { catalogueQuery } from '../query/catalogue-query.ts'
import { contextOf, type Database } from '../query/database.ts'
import { identifyTable } from '../query/dependencies.ts'
import type { AnyTable } from '../query/table.ts'

/** What a database holds of the schemas that a pipeline touches. */
export interface Stored extends StoredSchemas {
  readonly find: (table: TableName) => TableDeclaration | undefined
}

/** Reads the schemas of tables and of all that they refer to, at once. */
export async function readStored(
  db: Database,
  tables: readonly AnyTable[],
  schemas: readonly string[] = [],
): Promise<Stored> {
  const { connection } = contextOf(db)
  const names = new Set([...schemas, ...schemasOf(tables)])
  const stored = await connection.dialect.readSchemas(catalogueQuery(connection), [...names])
  const byName = new Map(stored.tables.map((declaration) => [identifyTable(declaration.name), declaration]))
  return { ...stored, find: (table) => byName.get(identifyTable(table)) }
}

export function schemasOf(tables: readonly AnyTable[]): ReadonlySet<string> {
  const schemas = new Set<string>()
  const seen = new Set<AnyTable>()
  const visit = (table: AnyTable): void => {
    if (seen.has(table)) return
    seen.add(table)
    schemas.add(table.declaration.name.schema)
    for (const { parent } of table.declaration.foreignKeys) schemas.add(parent.schema)
    for (const parent of table.parents) visit(parent)
  }
  for (const table of tables) visit(table)
  return schemas
}
