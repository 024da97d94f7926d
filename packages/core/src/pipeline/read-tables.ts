import type { TableDeclaration, TableName } from '../definition/table-declaration.ts'
import { masterTable, nameTables } from '../definition/table-name.ts'
import { requireList } from '../query/call.ts'
import type { Database } from '../query/database.ts'
import { identifyTable } from '../query/dependencies.ts'
import { made } from '../query/made.ts'
import type { AnyTable, Table } from '../query/table.ts'
import { readStored, type Stored } from './stored.ts'

type AnyRow = Record<string, unknown>

/** A table of whose rows nothing is known at compile time. */
export type StoredTable = Table<AnyRow, AnyRow, AnyRow, AnyRow> & {
  readonly parts: Readonly<Record<string, StoredTable>>
}

/** What stands in a database of some schemas, and of those that they refer to, however far. */
export interface StoredTables extends Stored {
  /** By `identifyTable`. */
  readonly byName: ReadonlyMap<string, StoredTable>
  /** What shows rows of tables, as if it were one: by the names that nothing else has. */
  readonly viewsIn: (schema: string) => readonly StoredTable[]
}

/**
 * The tables of schemas as they stand in the database, whoever made them, with rows that nothing is known of at compile
 * time. What a column holds that no type here says is told when it is used.
 */
export async function readTables(db: Database, schemas: readonly string[]): Promise<readonly StoredTable[]> {
  requireList('names of schemas', schemas)
  return tablesIn(await readStoredTables(db, schemas), schemas)
}

/** The tables of some of the schemas that were read, masters first. */
export function tablesIn({ byName }: StoredTables, schemas: readonly string[]): readonly StoredTable[] {
  const tables = [...byName.values()].filter(({ declaration }) => schemas.includes(declaration.name.schema))
  const isPart = ({ declaration }: StoredTable) => masterTable(declaration.name.table) !== null
  return [...tables.filter((table) => !isPart(table)), ...tables.filter(isPart)]
}

/** Reads schemas with all that they refer to, so that each table knows its parents, its master and its parts. */
export async function readStoredTables(db: Database, schemas: readonly string[]): Promise<StoredTables> {
  const wanted = new Set(schemas)
  let stored = await readStored(db, [], [...wanted])
  for (let size = 0; size < wanted.size;) {
    size = wanted.size
    for (const { foreignKeys } of stored.tables) for (const { parent } of foreignKeys) wanted.add(parent.schema)
    if (wanted.size > size) stored = await readStored(db, [], [...wanted])
  }
  const { byName, views } = tableValues(stored)
  return { ...stored, byName, viewsIn: (name) => views.filter(({ declaration }) => declaration.name.schema === name) }
}

type Draft = Omit<StoredTable, 'parents' | 'master' | 'parts'> & {
  parents: AnyTable[]
  master: AnyTable | null
  parts: Record<string, StoredTable>
}

/** Only tables are parents, masters and parts, whatever a view is called. */
function tableValues({ tables, views }: Stored): {
  readonly byName: ReadonlyMap<string, StoredTable>
  readonly views: readonly StoredTable[]
} {
  const schemas = new Set([...tables, ...views].map(({ name }) => name.schema))
  const namesIn = (schema: string, declarations: readonly TableDeclaration[]): readonly string[] =>
    declarations.flatMap(({ name }) => (name.schema === schema ? [name.table] : []))
  const names = new Map(
    [...schemas].map((schema) => [schema, nameTables(namesIn(schema, tables), namesIn(schema, views))]),
  )
  const nameOf = ({ schema, table }: TableName): string => names.get(schema)?.get(table) ?? table
  const drafted = (declaration: TableDeclaration): Draft => draftOf(declaration, nameOf(declaration.name))
  const drafts = new Map(tables.map((declaration) => [identifyTable(declaration.name), drafted(declaration)]))
  for (const draft of drafts.values()) {
    const { name, foreignKeys } = draft.declaration
    const parents = new Set(foreignKeys.flatMap(({ parent }) => drafts.get(identifyTable(parent)) ?? []))
    draft.parents.push(...parents)
    const master = masterTable(name.table)
    draft.master = master === null ? null : (drafts.get(identifyTable({ ...name, table: master })) ?? null)
    const part = draft.typeName.split('.')[1]
    if (draft.master === null || part === undefined) continue
    // as `schema.manual(...)` gives a master: its parts are members too
    Object.assign(draft.master.parts, { [part]: draft })
    Object.assign(draft.master, { [part]: draft })
  }
  return { byName: drafts, views: views.map(drafted) }
}

const draftOf = (declaration: TableDeclaration, typeName: string): Draft =>
  // the types of its rows are for the compiler alone
  made({
    kind: 'table',
    typeName,
    declaration,
    parents: [],
    master: null,
    parts: {},
    contents: [],
    make: null,
  }) as unknown as Draft
