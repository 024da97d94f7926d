import { toStored } from '../attribute/to-stored.ts'
import type { Query } from '../compile/dialect.ts'
import type { Connection } from '../connection/connection.ts'
import type { TableDeclaration } from '../definition/table-declaration.ts'
import { catalogueQuery } from '../query/catalogue-query.ts'
import { contextOf, type Database } from '../query/database.ts'
import { retryDeadlock } from '../query/deadlock.ts'
import { identifyTable } from '../query/dependencies.ts'
import { valueIn } from '../query/given-row.ts'
import { insertRows } from '../query/insert.ts'
import { keyNames } from '../query/key-names.ts'
import { findPresent } from '../query/present.ts'
import type { AnyTable } from '../query/table.ts'
import { identify, type Tuple, tupleOf } from '../query/tuple.ts'
import { compareDeclarations } from '../schema/compare.ts'
import { type TableDifference, TableDiffersError, UndeclaredParentError } from '../schema/errors.ts'
import type { Schema } from '../schema/schema.ts'
import { tablesOf } from './tables.ts'

/** What declaring would do. */
export interface DeclarePlan {
  /** Schemas that the database does not have, or that have no table in it. */
  readonly schemas: readonly string[]
  /** Tables that would be created, each after those that it refers to. */
  readonly tables: readonly AnyTable[]
  /**
   * Lookup tables whose contents would be completed: by rows whose key is not there. Those that are there stay as they
   * are, also where their other attributes differ by now.
   */
  readonly contents: readonly AnyTable[]
}

/**
 * Compares the schemas with the database; fails with `table-differs` where a table is not as defined, and with
 * `undeclared-parent` where one refers to a table that is neither there nor among the schemas.
 */
export async function planDeclare(db: Database, schemas: readonly Schema[]): Promise<DeclarePlan> {
  const all = tablesOf(schemas)
  requireCodecs(db, all)
  const { connection } = contextOf(db)
  const query = catalogueQuery(connection)
  const stored = await readStored(db, schemas, query)
  refuse(all, stored)
  const tables = all.filter(({ declaration }) => !stored.has(identifyTable(declaration.name)))
  await requireParents(db, all, stored, tables, query)
  const present = new Set([...stored.values()].map(({ name }) => name.schema))
  return {
    schemas: [...new Set(schemas.map(({ name }) => name))].filter((name) => !present.has(name)),
    tables,
    contents: await incomplete(connection, all, stored),
  }
}

/** Fails with `unknown-codec`, `codec-store` or `unknown-store` where a value could never be kept. */
function requireCodecs(db: Database, tables: readonly AnyTable[]): void {
  const { codecs, stores } = contextOf(db)
  for (const { type } of tables.flatMap(({ declaration }) => declaration.heading)) {
    if (type.codec === null) continue
    codecs.get(type)
    if (type.codec.store !== null) stores.get(type.codec.store)
  }
}

async function requireParents(
  db: Database,
  all: readonly AnyTable[],
  stored: ReadonlyMap<string, TableDeclaration>,
  tables: readonly AnyTable[],
  query: Query,
): Promise<void> {
  const { dialect } = contextOf(db).connection
  const known = new Set([...stored.keys(), ...all.map(({ declaration }) => identifyTable(declaration.name))])
  for (const { declaration, typeName } of tables) {
    for (const { parent } of declaration.foreignKeys) {
      if (known.has(identifyTable(parent))) continue
      for (const { name } of await dialect.readSchema(query, parent.schema)) known.add(identifyTable(name))
      if (!known.has(identifyTable(parent))) throw new UndeclaredParentError(typeName, parent)
    }
  }
}

/** The lookup tables of whose contents rows are missing. */
async function incomplete(
  connection: Connection,
  tables: readonly AnyTable[],
  stored: ReadonlyMap<string, TableDeclaration>,
): Promise<readonly AnyTable[]> {
  const found: AnyTable[] = []
  for (const table of tables) {
    const { contents, declaration } = table
    if (contents.length === 0) continue
    const tuples = contents.map((row) => keyOf(declaration, row))
    const present = stored.has(identifyTable(declaration.name))
      ? await findPresent(connection, declaration, keyNames(declaration), tuples)
      : new Set<string>()
    if (tuples.some((tuple) => tuple === null || !present.has(identify(tuple)))) found.push(table)
  }
  return found
}

/** The key of a row of contents; `null` where it cannot be told before the row is inserted, or not at all. */
function keyOf({ heading }: TableDeclaration, row: object): Tuple | null {
  const values = heading
    .filter(({ inKey }) => inKey)
    .map((attribute) => {
      const value = valueIn(row, attribute.name)
      if (value !== undefined) return toStored(attribute, value)
      return attribute.default.kind === 'literal' ? attribute.default.value : null
    })
  return tupleOf(values, [...values.keys()])
}

/**
 * Creates what the plan says and completes the contents of lookup tables. What is there already is left as it is, so
 * that several processes may declare at once; a table that another one made otherwise meanwhile is `table-differs`.
 */
export async function declare(db: Database, plan: DeclarePlan): Promise<void> {
  const context = contextOf(db)
  const { connection } = context
  const { dialect } = connection
  const statements = [
    ...plan.schemas.flatMap((schema) => dialect.createSchema(schema)),
    ...plan.tables.flatMap(({ declaration }) => dialect.createTable(declaration)),
  ]
  const create = async (on: Connection): Promise<void> => {
    for (const statement of statements) await on.execute(statement)
  }
  if (statements.length > 0) {
    await retryDeadlock(() => (dialect.supports.transactionalDdl ? connection.transaction(create) : create(connection)))
    const names = new Set(plan.tables.map(({ declaration }) => declaration.name.schema))
    refuse(
      plan.tables,
      await readStored(
        db,
        [...names].map((name) => ({ name })),
      ),
    )
  }
  for (const table of plan.contents) {
    await retryDeadlock(() => insertRows(context, table, table.contents, { skipDuplicates: true }))
  }
}

/** Fails with `table-differs` where a table in the database is not as defined. */
export async function refuseDifferences(db: Database, schemas: readonly Schema[]): Promise<void> {
  refuse(tablesOf(schemas), await readStored(db, schemas))
}

async function readStored(
  db: Database,
  schemas: readonly Pick<Schema, 'name'>[],
  query = catalogueQuery(contextOf(db).connection),
): Promise<ReadonlyMap<string, TableDeclaration>> {
  const { dialect } = contextOf(db).connection
  const stored = new Map<string, TableDeclaration>()
  for (const name of new Set(schemas.map((schema) => schema.name))) {
    for (const table of await dialect.readSchema(query, name)) stored.set(identifyTable(table.name), table)
  }
  return stored
}

function refuse(tables: readonly AnyTable[], stored: ReadonlyMap<string, TableDeclaration>): void {
  const differing: TableDifference[] = []
  for (const { declaration, typeName } of tables) {
    const found = stored.get(identifyTable(declaration.name))
    const differences = found ? compareDeclarations(declaration, found) : []
    if (differences.length > 0)
      differing.push({ table: `${typeName} (${identifyTable(declaration.name)})`, differences })
  }
  if (differing.length > 0) throw new TableDiffersError(differing)
}
