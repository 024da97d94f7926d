import { formatDefinition } from '../definition/format-definition.ts'
import { typeName } from '../definition/table-name.ts'
import type { AnyTable } from '../query/table.ts'

/** The definition of a table, as text that declares the same table. */
export function describe(table: AnyTable): string {
  return formatDefinition(table.declaration, (name) =>
    table.master?.declaration.name.table === name.table ? 'master' : typeName(name.table),
  )
}
