import { OtherGenerationError } from '../definition/other-generation-error.ts'
import type { TableDeclaration } from '../definition/table-declaration.ts'
import type { Context } from '../query/context.ts'
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
  const differing = findDifferences(db, tables, stored)
  if (differing.length > 0) throw new TableDiffersError(differing)
}

/** In what tables are not as defined. Remembers of all in which format the database has them. */
export function findDifferences(db: Database, tables: readonly AnyTable[], stored: Stored): readonly TableDifference[] {
  const context = contextOf(db)
  const differing: TableDifference[] = []
  for (const { declaration, typeName } of tables) {
    const found = stored.find(declaration.name)
    if (!found) continue
    const differences = compareDeclarations(asFound(declaration, found, context), found)
    const id = identifyTable(declaration.name)
    context.generations.set(id, found.generation)
    if (differences.length > 0) differing.push({ table: `${typeName} (${id})`, differences })
  }
  return differing
}

/** The definition in the format that the table has; where there is none, what differs is told of the definition itself. */
function asFound(defined: TableDeclaration, { generation }: TableDeclaration, context: Context): TableDeclaration {
  try {
    return declarationHere(defined, generation, context)
  } catch (error) {
    if (error instanceof OtherGenerationError) return defined
    throw error
  }
}
