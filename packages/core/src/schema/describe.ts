import { formatDefinition } from '../definition/format-definition.ts'
import type { TableDeclaration } from '../definition/table-declaration.ts'
import { typeName } from '../definition/table-name.ts'
import { InvalidCallError, show } from '../options.ts'
import { type AnyTable, isTable } from '../query/table.ts'

/** The definition of a table, as text that declares the same table in a schema of its generation. */
export function describe(table: AnyTable | TableDeclaration): string {
  const declaration = isTable(table) ? table.declaration : table
  // from JavaScript, it may be a relation, or nothing at all
  if (!(declaration instanceof Object) || !('foreignKeys' in declaration)) {
    throw new InvalidCallError(`describe() takes a table, and was given ${show(table)}.`)
  }
  return formatDefinition(declaration, ({ table: name }) => typeName(name))
}
