import type { Query } from '../../compile/dialect.ts'
import { formatLineage } from '../../definition/column-comment.ts'
import type { RawValue } from '../../driver/driver.ts'
import type { Catalogue, CatalogueColumn, CatalogueTable } from '../catalogue.ts'
import { quote } from './quote.ts'
import type { Variant } from './variant.ts'
import { nativeTypeOf } from './native-type.ts'

/** Reads the catalogue of a schema and of those that its references lead to, which know the types of inherited columns. */
export async function readCatalogue(query: Query, schema: string, variant: Variant): Promise<Catalogue> {
  const tables: CatalogueTable[] = []
  const lineage = new Map<string, string>()
  const asked = new Set([schema])
  for (const name of asked) {
    const found = await readTables(query, name, variant)
    tables.push(...found)
    for (const { foreignKeys } of found) for (const { parent } of foreignKeys) asked.add(parent.schema)
    if (found.some((table) => table.name.table === '~lineage')) {
      const rows = await read(query, `SELECT table_name, attribute_name, lineage FROM ${quote(name)}.\`~lineage\``, [])
      for (const [table = '', attribute = '', origin = ''] of rows) {
        lineage.set(formatLineage({ schema: name, table: table ?? '' }, attribute ?? ''), origin ?? '')
      }
    }
  }
  return { tables, lineage }
}

/** Schemas with a table that refers to one of `schema`. */
export async function readReferencingSchemas(query: Query, schema: string): Promise<readonly string[]> {
  const rows = await read(
    query,
    `SELECT DISTINCT table_schema FROM information_schema.key_column_usage
     WHERE referenced_table_schema = ? AND table_schema <> ? ORDER BY table_schema`,
    [schema, schema],
  )
  return rows.map(([name]) => name ?? '')
}

async function readTables(query: Query, schema: string, variant: Variant): Promise<readonly CatalogueTable[]> {
  const [tables, columns, keys, indexes] = await Promise.all([
    read(
      query,
      `SELECT table_name, table_comment FROM information_schema.tables
       WHERE table_schema = ? AND table_type = 'BASE TABLE' ORDER BY table_name`,
      [schema],
    ),
    read(
      query,
      `SELECT table_name, column_name, column_type, is_nullable, column_default, column_comment
       FROM information_schema.columns WHERE table_schema = ? ORDER BY table_name, ordinal_position`,
      [schema],
    ),
    // the database numbers its constraints: `_ibfk_2` comes before `_ibfk_10`
    read(
      query,
      `SELECT table_name, constraint_name, column_name, referenced_table_schema, referenced_table_name, referenced_column_name
       FROM information_schema.key_column_usage WHERE table_schema = ? AND referenced_table_name IS NOT NULL
       ORDER BY table_name, CHAR_LENGTH(constraint_name), constraint_name, ordinal_position`,
      [schema],
    ),
    read(
      query,
      `SELECT table_name, index_name, non_unique, column_name FROM information_schema.statistics
       WHERE table_schema = ? ORDER BY table_name, index_name, seq_in_index`,
      [schema],
    ),
  ])
  const columnsOf = groupBy(columns, 0)
  const keysOf = groupBy(keys, 0)
  const indexesOf = groupBy(indexes, 0)
  return tables.map(([table = '', comment]) => {
    const own = [...groupBy(indexesOf.get(table ?? '') ?? [], 1)]
    return {
      name: { schema, table: table ?? '' },
      comment: comment ?? '',
      columns: (columnsOf.get(table ?? '') ?? []).map((row) => columnOf(row, variant)),
      primaryKey: (own.find(([name]) => name === 'PRIMARY')?.[1] ?? []).map((row) => row[3] ?? ''),
      foreignKeys: [...groupBy(keysOf.get(table ?? '') ?? [], 1).values()].map((rows) => ({
        attributes: rows.map((row) => row[2] ?? ''),
        parent: { schema: rows[0]?.[3] ?? '', table: rows[0]?.[4] ?? '' },
        parentAttributes: rows.map((row) => row[5] ?? ''),
      })),
      indexes: own
        .filter(([name]) => name !== 'PRIMARY')
        .map(([, rows]) => ({ unique: rows[0]?.[2] === '0', attributes: rows.map((row) => row[3] ?? '') })),
    }
  })
}

function columnOf([, name, type, nullable, initial = null, comment]: TextRow, variant: Variant): CatalogueColumn {
  return {
    name: name ?? '',
    comment: comment ?? '',
    native: nativeTypeOf(type ?? ''),
    nullable: nullable === 'YES',
    readDefault: (resolved) => variant.readDefault(initial, nullable === 'YES', resolved),
  }
}

type TextRow = readonly (string | null)[]

async function read(query: Query, sql: string, parameters: readonly string[]): Promise<readonly TextRow[]> {
  return (await query({ sql, parameters })).map((row) => row.map(textOf))
}

function groupBy(rows: readonly TextRow[], index: number): Map<string, readonly TextRow[]> {
  const groups = new Map<string, TextRow[]>()
  for (const row of rows) {
    const group = groups.get(row[index] ?? '')
    if (group) group.push(row)
    else groups.set(row[index] ?? '', [row])
  }
  return groups
}

/** Some columns of the catalogue are declared binary. */
const textOf = (value: RawValue): string | null =>
  value === null ? null : value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : String(value)
