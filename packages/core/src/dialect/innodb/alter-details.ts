import type { AlterDetails } from '../../compile/alter.ts'
import type { Query } from '../../compile/dialect.ts'
import type { RawRow } from '../../driver/driver.ts'
import { indexExpression } from './index-expression.ts'
import type { Variant } from './variant.ts'

/** The names of indexes and constraints, and the columns of hidden tables. */
export async function readDetails(
  query: Query,
  schemas: readonly string[],
  { functionalIndexes }: Variant,
): Promise<AlterDetails> {
  if (schemas.length === 0) return { indexes: [], foreignKeys: [], hiddenColumns: [], unsaid: [] }
  const places = schemas.map(() => '?').join(', ')
  const ask = async (sql: string) => (await query({ sql, parameters: schemas })).map(textRow)
  const expression = functionalIndexes ? 'expression' : 'NULL'
  const indexes = await ask(
    `SELECT table_schema, table_name, index_name, non_unique, column_name, ${expression}
     FROM information_schema.statistics WHERE table_schema IN (${places}) AND index_name <> 'PRIMARY'
     ORDER BY table_schema, table_name, index_name, seq_in_index`,
  )
  const keys = await ask(
    `SELECT table_schema, table_name, constraint_name, column_name, referenced_table_schema, referenced_table_name
     FROM information_schema.key_column_usage WHERE table_schema IN (${places}) AND referenced_table_name IS NOT NULL
     ORDER BY table_schema, table_name, constraint_name, ordinal_position`,
  )
  const columns = await ask(
    `SELECT table_schema, table_name, column_name FROM information_schema.columns
     WHERE table_schema IN (${places}) AND (table_name LIKE '~%' OR column_name LIKE '\\_%')
     ORDER BY table_schema, table_name, ordinal_position`,
  )
  const extras = await ask(
    `SELECT table_schema, table_name, column_name, extra FROM information_schema.columns
     WHERE table_schema IN (${places}) AND table_name NOT LIKE '~%' AND extra NOT IN ('', 'DEFAULT_GENERATED')
     ORDER BY table_schema, table_name, ordinal_position`,
  )
  return {
    indexes: grouped(indexes).map(({ table, name, rows }) => ({
      table,
      name,
      unique: rows[0]?.[3] === '0',
      attributes: rows.map((row) => row[4] ?? indexExpression(row[5] ?? '')),
    })),
    foreignKeys: grouped(keys).map(({ table, name, rows }) => ({
      table,
      name,
      attributes: rows.map((row) => row[3] ?? ''),
      parent: { schema: rows[0]?.[4] ?? '', table: rows[0]?.[5] ?? '' },
    })),
    hiddenColumns: columns.map(([schema, table, name]) => ({
      table: { schema: schema ?? '', table: table ?? '' },
      name: name ?? '',
    })),
    unsaid: extras.map(([schema, table, attribute, extra]) => ({
      table: { schema: schema ?? '', table: table ?? '' },
      attribute: attribute ?? '',
      what: (extra ?? '').replace(/^DEFAULT_GENERATED /, '').toUpperCase(),
    })),
  }
}

type TextRow = readonly (string | null)[]

const grouped = (rows: readonly TextRow[]) =>
  [...Map.groupBy(rows, ([schema, table, name]) => JSON.stringify([schema, table, name])).values()].map((own) => ({
    table: { schema: own[0]?.[0] ?? '', table: own[0]?.[1] ?? '' },
    name: own[0]?.[2] ?? '',
    rows: own,
  }))

const textRow = (row: RawRow): TextRow =>
  row.map((value) =>
    value === null ? null : value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : String(value),
  )
