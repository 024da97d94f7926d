import type { TableDeclaration } from '../definition/table-declaration.ts'
import { identifyTable } from '../query/dependencies.ts'

/** Tables, each after those of them that it refers to. */
export function parentsFirst(tables: readonly TableDeclaration[]): readonly TableDeclaration[] {
  const byName = new Map(tables.map((table) => [identifyTable(table.name), table]))
  const placed = new Set<TableDeclaration>()
  const visited = new Set<TableDeclaration>()
  const visit = (table: TableDeclaration): void => {
    if (visited.has(table)) return
    visited.add(table)
    for (const { parent } of table.foreignKeys) {
      const found = byName.get(identifyTable(parent))
      if (found) visit(found)
    }
    placed.add(table)
  }
  for (const table of tables) visit(table)
  return [...placed]
}
