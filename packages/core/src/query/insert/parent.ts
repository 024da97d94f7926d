import type { TableName } from '../../definition/table-declaration.ts'
import { identifyTable } from '../dependencies.ts'
import type { AnyTable } from '../table.ts'

/** The table that a foreign key of `table` leads to. */
export const findParent = (table: AnyTable, name: TableName): AnyTable | undefined =>
  table.parents.find(({ declaration }) => identifyTable(declaration.name) === identifyTable(name))
