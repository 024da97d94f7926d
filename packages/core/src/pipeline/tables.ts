import { requireList, show } from '../query/call.ts'
import { identifyTable } from '../query/dependencies.ts'
import { InvalidCallError } from '../query/errors.ts'
import type { AnyTable } from '../query/table.ts'
import { NameTakenError } from '../schema/errors.ts'
import { isSchema, type Schema } from '../schema/schema.ts'

/**
 * The tables of schemas, each after those that it refers to, in whatever order the schemas come. Fails with `name-taken`
 * where two of them would be one table of the database.
 */
export function tablesOf(schemas: readonly Schema[]): readonly AnyTable[] {
  requireList('schemas', schemas)
  for (const schema of schemas) {
    if (!isSchema(schema)) throw new InvalidCallError(`Among the schemas is what is none: ${show(schema)}.`)
  }
  const tables = new Map<string, AnyTable>()
  for (const table of new Set(schemas.flatMap((schema) => schema.tables))) {
    const id = identifyTable(table.declaration.name)
    const other = tables.get(id)
    if (other) throw new NameTakenError(table.typeName, id, `${other.typeName} of another schema value`)
    tables.set(id, table)
  }
  const sorted = new Set<AnyTable>()
  const visited = new Set<AnyTable>()
  const visit = (table: AnyTable): void => {
    // tables that DataJoint did not make may refer to each other in a circle
    if (visited.has(table)) return
    visited.add(table)
    for (const { parent } of table.declaration.foreignKeys) {
      const above = tables.get(identifyTable(parent))
      if (above) visit(above)
    }
    sorted.add(table)
  }
  for (const table of tables.values()) visit(table)
  return [...sorted]
}
