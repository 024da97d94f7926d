import type { TableName } from '../../definition/table-declaration.ts'

/** All schemas share one file, whose tables are called `schema.table`: attached files could not refer to each other. */
export const joinName = ({ schema, table }: TableName): string => `${schema}.${table}`

/** The parts of `schema.table`; `null` for a table of no schema. A schema's name has no point. */
export function splitName(text: string): TableName | null {
  const at = text.indexOf('.')
  return at <= 0 ? null : { schema: text.slice(0, at), table: text.slice(at + 1) }
}
