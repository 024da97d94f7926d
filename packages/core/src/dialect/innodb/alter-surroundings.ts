import type { Alterations, AlterStatement, TableAlteration, TableChange } from '../../compile/alter.ts'
import type { ForeignKey, TableName } from '../../definition/table-declaration.ts'
import type { Variant } from './variant.ts'

export interface Surroundings {
  readonly alterations: Alterations
  readonly variant: Variant
  /** References that stand in the way of a change of a type, and come back after it. */
  readonly suspended: ReadonlyMap<TableAlteration, readonly ForeignKey[]>
}

export const idOf = ({ schema, table }: TableName): string => `${schema}.${table}`

export const same = (a: readonly string[], b: readonly string[]): boolean => a.join('\0') === b.join('\0')

export const statement = (sql: string, table: TableName, changes: readonly TableChange[]): AlterStatement => ({
  statement: { sql, parameters: [] },
  table,
  changes,
})
