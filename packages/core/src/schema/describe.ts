import { formatDefinition } from '../definition/format-definition.ts'
import type { TableDeclaration } from '../definition/table-declaration.ts'
import { typeName } from '../definition/table-name.ts'
import { type AnyTable, isTable } from '../query/table.ts'

/** The definition of a table, as text that declares the same table in a schema of its generation. */
export function describe(table: AnyTable | TableDeclaration): string {
  return formatDefinition(isTable(table) ? table.declaration : table, ({ table: name }) => typeName(name))
}
