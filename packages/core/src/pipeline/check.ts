import { contextOf, type Database } from '../query/database.ts'
import { identifyTable } from '../query/dependencies.ts'
import { declarationHere } from '../query/in-database.ts'
import type { AnyTable } from '../query/table.ts'
import { compareDeclarations } from '../schema/compare.ts'
import { type TableDifference, TableDiffersError } from '../schema/errors.ts'
import type { Stored } from './stored.ts'

/**
 * Fails with `table-differs` where a table in the database is not as defined; remembers of the others in which format the
 * database has them.
 */
export function refuseDifferences(db: Database, tables: readonly AnyTable[], stored: Stored): void {
  const { codecs, generations } = contextOf(db)
  const differing: TableDifference[] = []
  for (const { declaration, typeName } of tables) {
    const found = stored.find(declaration.name)
    if (!found) continue
    const differences = compareDeclarations(declarationHere(declaration, declaration.generation, codecs), found)
    const id = identifyTable(declaration.name)
    if (differences.length > 0) differing.push({ table: `${typeName} (${id})`, differences })
    else generations.set(id, found.generation)
  }
  if (differing.length > 0) throw new TableDiffersError(differing)
}
