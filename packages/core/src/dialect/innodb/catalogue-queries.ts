import type { Statement } from '../../driver/driver.ts'
import { quote } from './quote.ts'
import type { Variant } from './variant.ts'

/** The questions to `information_schema`. Each answers several: what a row is about stands in its first column. */
export const catalogueQueries = {
  /**
   * `schema`: name, default collation. `table`: schema, name, comment. `view`: schema, name. `column`: schema, table, name, type, nullable,
   * default, comment, collation, what else.
   */
  columns: (schemas: readonly string[]): Statement =>
    union(schemas, 9, () => [
      select('schema', ['schema_name', 'default_collation_name'], 'schemata WHERE schema_name = ?'),
      select(
        'table',
        ['table_schema', 'table_name', 'table_comment'],
        "tables WHERE table_schema = ? AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')",
      ),
      select('view', ['table_schema', 'table_name'], "tables WHERE table_schema = ? AND table_type = 'VIEW'"),
      select(
        'column',
        [
          'table_schema',
          'table_name',
          'column_name',
          'column_type',
          'is_nullable',
          'column_default',
          'column_comment',
          'collation_name',
          'extra',
        ],
        'columns WHERE table_schema = ?',
        'ordinal_position',
      ),
    ]),

  /**
   * `key`: schema, table, constraint, column, parent's schema, table and column. `json`: schema, table and column of a
   * text column that is checked to be JSON.
   */
  keys: (schemas: readonly string[], { jsonIsText }: Variant): Statement =>
    union(schemas, 7, () => [
      select(
        'key',
        [
          'table_schema',
          'table_name',
          'constraint_name',
          'column_name',
          'referenced_table_schema',
          'referenced_table_name',
          'referenced_column_name',
        ],
        'key_column_usage WHERE table_schema = ? AND referenced_table_name IS NOT NULL',
        'ordinal_position',
      ),
      ...(jsonIsText
        ? [
            select(
              'json',
              ['constraint_schema', 'table_name', 'constraint_name'],
              `check_constraints WHERE constraint_schema = ?
               AND level = 'Column' AND check_clause LIKE 'json_valid(%'`,
            ),
          ]
        : []),
    ]),

  /**
   * `index`: schema, table, name, not unique, column, expression. `lineage`, of the schemas `recorded`: schema, table,
   * attribute, origin.
   */
  indexes: (schemas: readonly string[], recorded: readonly string[], { functionalIndexes }: Variant): Statement =>
    union(schemas, 6, (name) => [
      select(
        'index',
        [
          'table_schema',
          'table_name',
          'index_name',
          'non_unique',
          'column_name',
          ...(functionalIndexes ? ['expression'] : []),
        ],
        'statistics WHERE table_schema = ?',
        'seq_in_index',
      ),
      ...(recorded.includes(name)
        ? [
            {
              columns: ["'lineage'", '?', ...['table_name', 'attribute_name', 'lineage'].map(text)],
              position: '0',
              from: `${quote(name)}.\`~lineage\``,
            },
          ]
        : []),
    ]),

  /** Pairs of a schema and another one to which it refers. */
  referencing: (): Statement => ({
    // of the views that tell it MySQL answers this one fastest
    sql: `SELECT DISTINCT constraint_schema, unique_constraint_schema FROM information_schema.referential_constraints
          WHERE unique_constraint_schema <> constraint_schema`,
    parameters: [],
  }),
}

/** One SELECT; the name of the schema is bound to the one `?` in it. */
interface Part {
  readonly columns: readonly string[]
  readonly position: string
  readonly from: string
}

const select = (kind: string, columns: readonly string[], from: string, position = '0'): Part => ({
  columns: [`'${kind}'`, ...columns.map(text)],
  position,
  from: `information_schema.${from}`,
})

/**
 * The rows of several SELECTs, filled up to one width, ordered by their columns as far as they are names and then by their
 * position. A server opens only the tables of a schema that is named by `=`, with `IN` those of all.
 */
function union(schemas: readonly string[], width: number, partsOf: (schema: string) => readonly Part[]): Statement {
  const parts = schemas.flatMap((schema) => partsOf(schema).map((part) => ({ ...part, schema })))
  const aliases = Array.from({ length: width + 1 }, (_, index) => ` AS c${index}`)
  const selects = parts.map(({ columns, position, from }, index) => {
    const values = aliases.map((alias, at) => `${columns[at] ?? 'NULL'}${index === 0 ? alias : ''}`)
    return `SELECT ${values.join(', ')}, ${position}${index === 0 ? ' AS position' : ''} FROM ${from}`
  })
  return {
    // a server numbers its constraints: `_ibfk_2` comes before `_ibfk_10`
    sql: `SELECT * FROM (${selects.join('\nUNION ALL ')}) AS catalogue ORDER BY c0, c1, c2, ${byName}, position`,
    parameters: parts.map(({ schema }) => schema),
  }
}

const byName = `CASE WHEN c0 IN ('key', 'index') THEN CHAR_LENGTH(c3) ELSE 0 END, CASE WHEN c0 IN ('key', 'index') THEN c3 ELSE '' END`

/** The catalogue and the tables of a user have collations of their own, which a union does not mix. */
const text = (column: string): string => `CONVERT(${column} USING utf8mb4) COLLATE utf8mb4_bin`
