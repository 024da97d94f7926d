import { parseAttributeType } from '../../attribute/attribute-type.ts'
import type { AttributeType } from '../../attribute/attribute.ts'
import type { Query } from '../../compile/dialect.ts'
import { parseDefinition } from '../../definition/parse-definition.ts'
import type { Generation, TableName } from '../../definition/table-declaration.ts'
import type { RawValue } from '../../driver/driver.ts'
import { codeOf } from '../../errors.ts'
import type { Catalogue, CatalogueColumn, CatalogueTable } from '../catalogue.ts'
import { nativeTypeOf, readDefault } from './column.ts'
import { quoteTable } from './quote.ts'
import { splitName } from './table-name.ts'

/**
 * Reads the whole file's catalogue in two queries, and one for each view: a reference may lead to any schema. Comments, with the markers of the
 * types, and lineage come from the hidden tables, everything else from SQLite.
 */
export async function readCatalogue(query: Query): Promise<Catalogue> {
  const ofKind = Map.groupBy(await read(query, everything), ([kind]) => kind)
  const views = new Set((ofKind.get('view') ?? []).map(([, view]) => view ?? '').filter(splitName))
  const columnsOf = new Map<string, readonly TextRow[]>(
    Map.groupBy(ofKind.get('column') ?? [], ([, table]) => table ?? ''),
  )
  for (const view of views) columnsOf.set(view, await readViewColumns(query, view))
  const referencesOf = Map.groupBy(ofKind.get('reference') ?? [], ([, table]) => table ?? '')
  const indexesOf = Map.groupBy(ofKind.get('index') ?? [], ([, table]) => table ?? '')
  const names = [...columnsOf.keys()].flatMap((text) => {
    const name = splitName(text)
    return name ? [{ text, name }] : []
  })
  const notes = await readNotes(
    query,
    names.map(({ name }) => name),
  )
  const keyOf = (text: string): readonly string[] =>
    (columnsOf.get(text) ?? [])
      .filter((row) => row[6] !== '0')
      .toSorted((a, b) => Number(a[6]) - Number(b[6]))
      .map((row) => row[2] ?? '')
  const tables = names.map(({ text, name }): CatalogueTable => ({
    name,
    isView: views.has(text),
    comment: notes.get(noteId('~tables', name)) ?? '',
    columns: (columnsOf.get(text) ?? []).map((row) => columnOf(name, row, keyOf(text), notes)),
    primaryKey: keyOf(text),
    foreignKeys: [...Map.groupBy(referencesOf.get(text) ?? [], (row) => row[2]).values()].flatMap((rows) => {
      const parent = splitName(rows[0]?.[4] ?? '')
      // a reference that names no attributes means the key
      const key = keyOf(rows[0]?.[4] ?? '')
      const parentAttributes = rows.map((row, index) => row[5] ?? key[index] ?? '')
      return parent ? [{ attributes: rows.map((row) => row[3] ?? ''), parent, parentAttributes }] : []
    }),
    indexes: [...Map.groupBy(indexesOf.get(text) ?? [], (row) => row[2]).values()].map((rows) => ({
      unique: rows[0]?.[3] === '1',
      attributes: rows.every((row) => row[4] !== null)
        ? rows.map((row) => row[4] ?? '')
        : itemsIn(text, rows[0]?.[2] ?? ''),
    })),
  }))
  return {
    tables,
    schemas: new Map(names.map(({ name }) => [name.schema, null])),
    lineage: new Map(
      [...notes].flatMap(([id, origin]) => {
        const [table, ...column] = id.split('\0')
        return table === '~lineage' ? [[column.join('.'), origin] as const] : []
      }),
    ),
  }
}

/** Schemas with a table that refers, itself or through others, to one of `schema`. */
export async function readReferencingSchemas(query: Query, schema: string): Promise<readonly string[]> {
  const pairs = (await read(query, references)).map((row) => row.map((name) => splitName(name ?? '')?.schema))
  const found = new Set([schema])
  for (const name of found) {
    for (const [child, parent] of pairs) if (parent === name && child !== undefined) found.add(child)
  }
  found.delete(schema)
  return [...found].toSorted()
}

const references = `SELECT DISTINCT m.name, f."table" FROM sqlite_schema AS m JOIN pragma_foreign_key_list(m.name) AS f
  WHERE m.type = 'table'`

const columns = `SELECT 'column' AS kind, m.name AS a, c.name AS b, c.type AS c, c."notnull" AS d, c.dflt_value AS e,
    c.pk AS f, 0 AS number, c.cid AS position
    FROM sqlite_schema AS m JOIN pragma_table_xinfo(m.name) AS c`

/**
 * `column`: table, name, type, NOT NULL, default, place in the key. `view`: its name. `reference`: table, number, column,
 * parent, its column. `index`: table, name, unique, column. SQLite numbers references and indexes from the last to the first.
 */
const everything = `
  ${columns} WHERE m.type = 'table'
  UNION ALL SELECT 'view', m.name, NULL, NULL, NULL, NULL, NULL, 0, 0 FROM sqlite_schema AS m WHERE m.type = 'view'
  UNION ALL SELECT 'reference', m.name, f.id, f."from", f."table", f."to", NULL, f.id, f.seq
    FROM sqlite_schema AS m JOIN pragma_foreign_key_list(m.name) AS f WHERE m.type = 'table'
  UNION ALL SELECT 'index', m.name, l.name, l."unique", i.name, NULL, NULL, l.seq, i.seqno
    FROM sqlite_schema AS m JOIN pragma_index_list(m.name) AS l JOIN pragma_index_info(l.name) AS i
    WHERE m.type = 'table' AND l.origin <> 'pk'
  ORDER BY kind, a, number DESC, position`

/** None of a view that reads what is no more: SQLite has an error in their place. */
async function readViewColumns(query: Query, view: string): Promise<readonly TextRow[]> {
  try {
    return await read(query, `${columns} WHERE m.type = 'view' AND m.name = ? ORDER BY position`, [view])
  } catch (error) {
    if (codeOf(error) === 'no-such-table' || codeOf(error) === 'invalid-sql') return []
    throw error
  }
}

/** What the hidden tables hold, each by its columns. */
const noteTables: ReadonlyMap<string, readonly string[]> = new Map([
  ['~tables', ['table_name', 'comment']],
  ['~columns', ['table_name', 'attribute_name', 'comment']],
  ['~types', ['table_name', 'attribute_name', 'type']],
  ['~lineage', ['table_name', 'attribute_name', 'lineage']],
])

const noteId = (table: string, name: TableName, ...attribute: readonly string[]): string =>
  [table, name.schema, name.table, ...attribute].join('\0')

/** A statement unites at most 500 SELECTs. */
const mostSelects = 400

async function readNotes(query: Query, names: readonly TableName[]): Promise<ReadonlyMap<string, string>> {
  const hidden = names.flatMap((name) => {
    const columns = noteTables.get(name.table)
    return columns ? [{ name, columns }] : []
  })
  const notes = new Map<string, string>()
  for (let start = 0; start < hidden.length; start += mostSelects) {
    const selects = hidden.slice(start, start + mostSelects).map(({ name, columns }) => {
      const [value = '', ...place] = columns.toReversed()
      const [table, attribute = 'NULL'] = place.toReversed()
      return `SELECT ?, ?, ${table}, ${attribute}, ${value} FROM ${quoteTable(name)}`
    })
    const parameters = hidden.slice(start, start + mostSelects).flatMap(({ name }) => [name.table, name.schema])
    for (const [from = '', schema = '', table = '', attribute, value] of await read(
      query,
      selects.join(' UNION ALL '),
      parameters,
    )) {
      const name = { schema: schema ?? '', table: table ?? '' }
      notes.set(noteId(from ?? '', name, ...(typeof attribute === 'string' ? [attribute] : [])), value ?? '')
    }
  }
  return notes
}

/** SQLite shows no expression of an index; those that were declared here have their items in their names. */
function itemsIn(table: string, index: string): readonly string[] {
  const label = index.startsWith(`${table} `) ? index.slice(table.length + 1).replace(/^unique /, '') : ''
  const [line] = label === '' ? [] : parseDefinition(`index (${label})`).lines
  return line?.kind === 'index' ? line.attributes : ['(expression)']
}

function columnOf(
  table: TableName,
  row: TextRow,
  key: readonly string[],
  notes: ReadonlyMap<string, string>,
): CatalogueColumn {
  const [, , name = '', type = '', notNull, initial = null, place] = row
  const inKey = place !== '0'
  // what another program left nullable in a key
  const nullable = notNull === '0' && !inKey
  // the whole key under this very type: another name for the number that SQLite gives to each row
  const isRowNumber = inKey && key.length === 1 && type?.toUpperCase() === 'INTEGER'
  const declared = notes.get(noteId('~types', table, name ?? ''))
  return {
    name: name ?? '',
    comment: notes.get(noteId('~columns', table, name ?? '')) ?? '',
    native: (generation) => declaredType(declared, generation) ?? nativeTypeOf(type ?? ''),
    collation: null,
    nullable,
    readDefault: (resolved) => (isRowNumber ? { kind: 'numbered' } : readDefault(initial, nullable, resolved)),
  }
}

/** The type that a marker would not name, as it was declared; no STRICT table tells more than four types. */
function declaredType(text: string | undefined, generation: Generation): AttributeType | null {
  try {
    return text === undefined ? null : parseAttributeType(text, generation)
  } catch {
    return null
  }
}

type TextRow = readonly (string | null)[]

async function read(query: Query, sql: string, parameters: readonly string[] = []): Promise<readonly TextRow[]> {
  return (await query({ sql, parameters })).map((row) => row.map(textOf))
}

const textOf = (value: RawValue): string | null => (value === null ? null : String(value))
