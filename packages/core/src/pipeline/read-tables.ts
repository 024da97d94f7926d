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
  const all = tableValues([...stored.tables, ...stored.views])
  const isView = new Set(stored.views.map(({ name }) => identifyTable(name)))
  return {
    ...stored,
    byName: new Map([...all].filter(([name]) => !isView.has(name))),
    viewsIn: (schema) =>
      [...all].flatMap(([name, view]) => (isView.has(name) && view.declaration.name.schema === schema ? [view] : [])),
  }
}

type Draft = Omit<StoredTable, 'parents' | 'master' | 'parts'> & {
  parents: AnyTable[]
  master: AnyTable | null
  parts: Record<string, StoredTable>
}

function tableValues(declarations: readonly TableDeclaration[]): ReadonlyMap<string, StoredTable> {
  const ofSchema = Map.groupBy(declarations, ({ name }) => name.schema)
  const names = new Map([...ofSchema].map(([schema, ones]) => [schema, nameTables(ones.map(({ name }) => name.table))]))
  const nameOf = ({ schema, table }: TableName): string => names.get(schema)?.get(table) ?? table
  const drafts = new Map(
    declarations.map((declaration) => [
      identifyTable(declaration.name),
      draftOf(declaration, nameOf(declaration.name)),
    ]),
  )
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
  return drafts
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
