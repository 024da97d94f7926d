import type { Connection } from '../connection/connection.ts'
import type { ForeignKey, TableDeclaration, TableName } from '../definition/table-declaration.ts'
import { catalogueQuery } from './catalogue-query.ts'

/** One table that refers to another. */
export interface Dependency {
  readonly child: TableDeclaration
  readonly foreignKey: ForeignKey
}

/** The tables of a database that depend on some tables, however far, as the database has them. */
export interface Dependencies {
  /** The tables, those that were asked for among them, each after all those of them that it refers to. */
  readonly tables: readonly TableDeclaration[]
  /** The tables that refer to one of them. */
  readonly children: (table: TableName) => readonly Dependency[]
  readonly find: (table: TableName) => TableDeclaration | undefined
  /** The hidden tables (`~…`) of a schema. */
  readonly hidden: (schema: string) => readonly string[]
}

/** A text that names one table of a database. */
export const identifyTable = ({ schema, table }: TableName): string => `${schema}.${table}`

/**
 * Reads which tables depend on any of some tables, in every schema of the database, also those that this program does not
 * know: four queries on a server.
 */
export async function readDependents(connection: Connection, roots: readonly TableName[]): Promise<Dependencies> {
  const { dialect } = connection
  const query = catalogueQuery(connection)
  const schemas = new Set(roots.map(({ schema }) => schema))
  const referring = await Promise.all([...schemas].map((schema) => dialect.referencingSchemas(query, schema)))
  const stored = await dialect.readSchemas(query, [...new Set([...schemas, ...referring.flat()])])
  const byName = new Map(stored.tables.map((declaration) => [identifyTable(declaration.name), declaration]))
  const dependencies = stored.tables.flatMap((child) => child.foreignKeys.map((foreignKey) => ({ child, foreignKey })))
  const byParent = Map.groupBy(dependencies, ({ foreignKey }) => identifyTable(foreignKey.parent))
  const children = (table: TableName) => byParent.get(identifyTable(table)) ?? []
  return {
    tables: descend(
      roots.flatMap((root) => byName.get(identifyTable(root)) ?? []),
      children,
    ),
    children,
    find: (table) => byName.get(identifyTable(table)),
    hidden: (schema) => stored.hidden.get(schema) ?? [],
  }
}

/** The tables below some, each after all its parents (depth-first, finished last comes first). */
function descend(roots: readonly TableDeclaration[], children: Dependencies['children']): readonly TableDeclaration[] {
  const finished: TableDeclaration[] = []
  const seen = new Set<string>()
  const visit = (table: TableDeclaration): void => {
    const id = identifyTable(table.name)
    if (seen.has(id)) return
    seen.add(id)
    for (const { child } of children(table.name)) visit(child)
    finished.push(table)
  }
  for (const root of roots) visit(root)
  return finished.toReversed()
}
