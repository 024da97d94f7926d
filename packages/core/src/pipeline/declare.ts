import type { TableDeclaration } from '../definition/table-declaration.ts'
import { contextOf, type Database } from '../query/database.ts'
import { identifyTable } from '../query/dependencies.ts'
import { insertRows } from '../query/insert.ts'
import type { AnyTable } from '../query/table.ts'
import { compareDeclarations } from '../schema/compare.ts'
import { type TableDifference, TableDiffersError } from '../schema/errors.ts'
import type { Schema } from '../schema/schema.ts'

/** What declaring would do. */
export interface DeclarePlan {
  /** Schemas that the database does not have, or that have no table in it. */
  readonly schemas: readonly string[]
  /** Tables that would be created, each after those that it refers to. */
  readonly tables: readonly AnyTable[]
  /** Lookup tables whose contents would be completed. */
  readonly contents: readonly AnyTable[]
}

/** Compares the schemas with the database; fails with `table-differs` where a table is not as defined. */
export async function planDeclare(db: Database, schemas: readonly Schema[]): Promise<DeclarePlan> {
  requireCodecs(db, schemas)
  const stored = await readStored(db, schemas)
  refuse(schemas, stored)
  return {
    schemas: schemas
      .filter(({ name }) => ![...stored.values()].some((table) => table.name.schema === name))
      .map(({ name }) => name),
    tables: schemas.flatMap(({ tables }) =>
      tables.filter(({ declaration }) => !stored.has(identifyTable(declaration.name))),
    ),
    contents: await incomplete(
      db,
      schemas.flatMap(({ tables }) => tables),
      stored,
    ),
  }
}

/** Fails with `unknown-codec`, `codec-store` or `unknown-store` where a value could never be kept. */
function requireCodecs(db: Database, schemas: readonly Schema[]): void {
  const { codecs, stores } = contextOf(db)
  for (const { type } of schemas.flatMap(({ tables }) => tables).flatMap(({ declaration }) => declaration.heading)) {
    if (type.codec === null) continue
    codecs.get(type)
    if (type.codec.store !== null) stores.get(type.codec.store)
  }
}

/** The lookup tables of whose contents rows are missing. */
async function incomplete(
  db: Database,
  tables: readonly AnyTable[],
  stored: ReadonlyMap<string, TableDeclaration>,
): Promise<readonly AnyTable[]> {
  const found: AnyTable[] = []
  for (const table of tables) {
    const { contents, declaration } = table
    if (contents.length === 0) continue
    const key = declaration.heading.filter(({ inKey }) => inKey).map(({ name }) => name)
    const keys = contents.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => key.includes(name))))
    const present = stored.has(identifyTable(declaration.name)) ? await db(table).restrict(keys).count() : 0
    if (present < contents.length) found.push(table)
  }
  return found
}

/**
 * Creates what the plan says and completes the contents of lookup tables. What is there already is left as it is, so
 * that several processes may declare at once.
 */
export async function declare(db: Database, plan: DeclarePlan): Promise<void> {
  const context = contextOf(db)
  const { connection } = context
  const { dialect } = connection
  for (const schema of plan.schemas) {
    for (const statement of dialect.createSchema(schema)) await connection.execute(statement)
  }
  for (const { declaration } of plan.tables) {
    for (const statement of dialect.createTable(declaration)) await connection.execute(statement)
  }
  for (const table of plan.contents) await insertRows(context, table, table.contents, { skipDuplicates: true })
}

/** Fails with `table-differs` where a table in the database is not as defined. */
export async function refuseDifferences(db: Database, schemas: readonly Schema[]): Promise<void> {
  refuse(schemas, await readStored(db, schemas))
}

async function readStored(db: Database, schemas: readonly Schema[]): Promise<ReadonlyMap<string, TableDeclaration>> {
  const { connection } = contextOf(db)
  const stored = new Map<string, TableDeclaration>()
  for (const { name } of schemas) {
    for (const table of await connection.dialect.readSchema((statement) => connection.query(statement), name)) {
      stored.set(identifyTable(table.name), table)
    }
  }
  return stored
}

function refuse(schemas: readonly Schema[], stored: ReadonlyMap<string, TableDeclaration>): void {
  const differing: TableDifference[] = []
  for (const { declaration, typeName } of schemas.flatMap(({ tables }) => tables)) {
    const found = stored.get(identifyTable(declaration.name))
    const differences = found ? compareDeclarations(declaration, found) : []
    if (differences.length > 0)
      differing.push({ table: `${typeName} (${identifyTable(declaration.name)})`, differences })
  }
  if (differing.length > 0) throw new TableDiffersError(differing)
}
