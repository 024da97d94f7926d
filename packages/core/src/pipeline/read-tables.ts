import type { TableDeclaration } from '../definition/table-declaration.ts'
import { masterTable, typeName } from '../definition/table-name.ts'
import type { Database } from '../query/database.ts'
import type { AnyTable, Table } from '../query/table.ts'
import { readStored } from './stored.ts'

/** A table of whose rows nothing is known at compile time. */
export type StoredTable = Table<Record<string, unknown>, Record<string, unknown>>

/**
 * The tables of schemas as they stand in the database, whoever made them, with rows that nothing is known of at compile
 * time. What a column holds that no type here says is told when it is used.
 */
export async function readTables(db: Database, schemas: readonly string[]): Promise<readonly StoredTable[]> {
  const { tables } = await readStored(db, [], schemas)
  const masters = tables.filter(({ name }) => masterTable(name.table) === null).map((one) => tableOf(one, null))
  const parts = tables.flatMap((declaration) => {
    const master = masterTable(declaration.name.table)
    if (master === null) return []
    const { schema } = declaration.name
    const found = masters.find(({ declaration: { name } }) => name.schema === schema && name.table === master)
    return [tableOf(declaration, found ?? null)]
  })
  return [...masters, ...parts]
}

const tableOf = (declaration: TableDeclaration, master: AnyTable | null): StoredTable =>
  // the types of its rows are for the compiler alone
  ({
    kind: 'table',
    typeName: typeName(declaration.name.table),
    declaration,
    parents: [],
    master,
    parts: {},
    contents: [],
    make: null,
  }) as unknown as StoredTable
