import type { Connection } from '../connection/connection.ts'
import type { ForeignKey, TableDeclaration, TableName } from '../definition/table-declaration.ts'
import { catalogueQuery } from './catalogue-query.ts'

/** One table that refers to another. */
export interface Dependency {
  readonly child: TableDeclaration
  readonly foreignKey: ForeignKey
}

/** The tables of a database that depend on a table, however far, as the database has them. */
export interface Dependencies {
  /** The tables, each after all those that it refers to; the one that was asked for is first. */
  readonly tables: readonly TableDeclaration[]
  /** The tables that refer to one of them. */
  readonly children: (table: TableName) => readonly Dependency[]
  readonly find: (table: TableName) => TableDeclaration | undefined
}

/** A text that names one table of a database. */
export const identifyTable = ({ schema, table }: TableName): string => `${schema}.${table}`

/** Reads which tables depend on a table, in every schema of the database, also those that this program does not know. */
export async function readDependencies(connection: Connection, root: TableName): Promise<Dependencies> {
  const declarations = await readReferring(connection, root.schema)
  const byName = new Map(declarations.map((declaration) => [identifyTable(declaration.name), declaration]))
  const dependencies = declarations.flatMap((child) => child.foreignKeys.map((foreignKey) => ({ child, foreignKey })))
  const byParent = Map.groupBy(dependencies, ({ foreignKey }) => identifyTable(foreignKey.parent))
  const children = (table: TableName) => byParent.get(identifyTable(table)) ?? []
  const start = byName.get(identifyTable(root))
  return {
    tables: start ? descend(start, children) : [],
    children,
    find: (table) => byName.get(identifyTable(table)),
  }
}

async function readReferring(connection: Connection, schema: string): Promise<readonly TableDeclaration[]> {
  const { dialect } = connection
  const query = catalogueQuery(connection)
  const pending = [schema]
  const seen = new Set(pending)
  const declarations: TableDeclaration[] = []
  for (let name = pending.shift(); name !== undefined; name = pending.shift()) {
    declarations.push(...(await dialect.readSchema(query, name)))
    for (const other of await dialect.referencingSchemas(query, name)) {
      if (!seen.has(other)) {
        seen.add(other)
        pending.push(other)
      }
    }
  }
  return declarations
}

/** The tables below one, each after all its parents (depth-first, finished last comes first). */
function descend(root: TableDeclaration, children: Dependencies['children']): readonly TableDeclaration[] {
  const finished: TableDeclaration[] = []
  const seen = new Set<string>()
  const visit = (table: TableDeclaration): void => {
    const id = identifyTable(table.name)
    if (seen.has(id)) return
    seen.add(id)
    for (const { child } of children(table.name)) visit(child)
    finished.push(table)
  }
  visit(root)
  return finished.toReversed()
}
