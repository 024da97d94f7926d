import type { Query } from '../../compile/dialect.ts'
import { formatLineage } from '../../definition/column-comment.ts'
import type { TableName } from '../../definition/table-declaration.ts'
import type { RawRow, RawValue } from '../../driver/driver.ts'
import type { Catalogue, CatalogueTable } from '../catalogue.ts'
import { nativeTypeOf, readDefault } from './column.ts'
import { quote } from './quote.ts'
import { splitName } from './table-name.ts'

/**
 * Reads the whole file's catalogue: a reference may lead to any schema. Comments, with the markers of the types, and
 * lineage come from the hidden tables, everything else from SQLite.
 */
export async function readCatalogue(query: Query): Promise<Catalogue> {
  const rows = async (sql: string) => (await query({ sql, parameters: [] })).map((row) => row.map(textOf))
  const names = (await rows(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`)).map(
    ([name]) => name ?? '',
  )
  const columns = await rows(
    `SELECT m.name, c.name, c.type, c."notnull", c.dflt_value, c.pk
     FROM sqlite_schema AS m JOIN pragma_table_info(m.name) AS c WHERE m.type = 'table' ORDER BY m.name, c.cid`,
  )
  // SQLite numbers references and indexes from the last to the first
  const references = await rows(
    `SELECT m.name, f.id, f."from", f."table", f."to"
     FROM sqlite_schema AS m JOIN pragma_foreign_key_list(m.name) AS f WHERE m.type = 'table' ORDER BY m.name, f.id DESC, f.seq`,
  )
  const indexes = await rows(
    `SELECT m.name, l.name, l."unique", i.name
     FROM sqlite_schema AS m JOIN pragma_index_list(m.name) AS l JOIN pragma_index_info(l.name) AS i
     WHERE m.type = 'table' AND l.origin <> 'pk' ORDER BY m.name, l.seq DESC, i.seqno`,
  )
  const hidden = async (table: string, selected: readonly string[]) => {
    const found = names.filter((name) => splitName(name)?.table === table)
    const all = await Promise.all(
      found.map(async (name) => {
        const schema = splitName(name)?.schema ?? ''
        return (await rows(`SELECT ${selected.join(', ')} FROM ${quote(name)}`)).map((row) => [schema, ...row])
      }),
    )
    return all.flat()
  }
  const comments = new Map(
    (await hidden('~columns', ['table_name', 'attribute_name', 'comment'])).map(
      ([schema, table, attribute, comment]) => [
        formatLineage({ schema: schema ?? '', table: table ?? '' }, attribute ?? ''),
        comment ?? '',
      ],
    ),
  )
  const tableComments = new Map(
    (await hidden('~tables', ['table_name', 'comment'])).map(([schema, table, comment]) => [
      `${schema}.${table}`,
      comment ?? '',
    ]),
  )
  const lineage = new Map(
    (await hidden('~lineage', ['table_name', 'attribute_name', 'lineage'])).map(
      ([schema, table, attribute, origin]) => [
        formatLineage({ schema: schema ?? '', table: table ?? '' }, attribute ?? ''),
        origin ?? '',
      ],
    ),
  )
  const tables = names.flatMap((text): CatalogueTable[] => {
    const name = splitName(text)
    if (!name) return []
    const own = columns.filter(([table]) => table === text)
    return [
      {
        name,
        comment: tableComments.get(text) ?? '',
        columns: own.map(([, column = '', type, notNull, initial = null]) => ({
          name: column ?? '',
          comment: comments.get(formatLineage(name, column ?? '')) ?? '',
          native: nativeTypeOf(type ?? ''),
          nullable: notNull === '0',
          readDefault: (resolved) => readDefault(initial, notNull === '0', resolved),
        })),
        primaryKey: own.filter((row) => row[5] !== '0').map(([, column]) => column ?? ''),
        foreignKeys: groupBy(
          references.filter(([table]) => table === text),
          1,
        ).flatMap((group) => {
          const parent = splitName(group[0]?.[3] ?? '')
          if (!parent) return []
          return [
            {
              attributes: group.map((row) => row[2] ?? ''),
              parent,
              parentAttributes: group.map((row) => row[4] ?? ''),
            },
          ]
        }),
        indexes: groupBy(
          indexes.filter(([table]) => table === text),
          1,
        ).map((group) => ({
          unique: group[0]?.[2] === '1',
          attributes: group.map((row) => row[3] ?? ''),
        })),
      },
    ]
  })
  return { tables, lineage }
}

/** Schemas with a table that refers to one of `schema`. */
export async function readReferencingSchemas(query: Query, schema: string): Promise<readonly string[]> {
  const rows = await query({
    sql: `SELECT DISTINCT m.name, f."table" FROM sqlite_schema AS m JOIN pragma_foreign_key_list(m.name) AS f WHERE m.type = 'table'`,
    parameters: [],
  })
  const schemas = rows
    .map((row: RawRow) => row.map((value) => splitName(textOf(value) ?? '')))
    .filter(([child, parent]) => parent?.schema === schema && child?.schema !== schema)
    .flatMap(([child]): TableName[] => (child ? [child] : []))
    .map((name) => name.schema)
  return [...new Set(schemas)].toSorted()
}

function groupBy(rows: readonly (readonly (string | null)[])[], index: number) {
  const groups = new Map<string, (readonly (string | null)[])[]>()
  for (const row of rows) {
    const group = groups.get(row[index] ?? '')
    if (group) group.push(row)
    else groups.set(row[index] ?? '', [row])
  }
  return [...groups.values()]
}

const textOf = (value: RawValue): string | null => (value === null ? null : String(value))
