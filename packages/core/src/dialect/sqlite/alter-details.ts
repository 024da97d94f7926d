import type { AlterDetails } from '../../compile/alter.ts'
import type { Query } from '../../compile/dialect.ts'
import type { TableName } from '../../definition/table-declaration.ts'
import { splitName } from './table-name.ts'

/** The names of indexes, the columns of hidden tables, and what would go with a table that is made anew. */
export async function readDetails(query: Query): Promise<AlterDetails> {
  const ask = async (sql: string) =>
    (await query({ sql, parameters: [] })).map((row) => row.map((value) => (value === null ? null : String(value))))
  const indexes = await ask(
    `SELECT m.name, l.name, l."unique", i.name FROM sqlite_schema AS m JOIN pragma_index_list(m.name) AS l
     JOIN pragma_index_info(l.name) AS i WHERE m.type = 'table' AND l.origin = 'c' ORDER BY m.name, l.name, i.seqno`,
  )
  const columns = await ask(
    `SELECT m.name, c.name FROM sqlite_schema AS m JOIN pragma_table_xinfo(m.name) AS c WHERE m.type = 'table'
     AND (m.name LIKE '%.~%' OR substr(c.name, 1, 1) = '_') ORDER BY m.name, c.cid`,
  )
  const unsaid = await ask(
    `SELECT tbl_name, 'the trigger \`' || name || '\`' FROM sqlite_schema WHERE type = 'trigger'
     UNION ALL SELECT m.name, 'the index \`' || l.name || '\`, which is on some rows only'
     FROM sqlite_schema AS m JOIN pragma_index_list(m.name) AS l WHERE m.type = 'table' AND l.partial ORDER BY 1, 2`,
  )
  return {
    indexes: [...Map.groupBy(indexes, (row) => row[1] ?? '')].map(([name, rows]) => ({
      table: nameOf(rows[0]?.[0] ?? ''),
      name,
      unique: rows[0]?.[2] === '1',
      // those on expressions are known by their name
      attributes: rows.some((row) => row[3] === null) ? [] : rows.map((row) => row[3] ?? ''),
    })),
    foreignKeys: [],
    hiddenColumns: columns.map(([table, name]) => ({ table: nameOf(table ?? ''), name: name ?? '' })),
    unsaid: unsaid.map(([table, what]) => ({ table: nameOf(table ?? ''), attribute: null, what: what ?? '' })),
  }
}

const nameOf = (text: string): TableName => splitName(text) ?? { schema: '', table: text }
