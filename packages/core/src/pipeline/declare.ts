import { toStored } from '../attribute/to-stored.ts'
import type { Connection } from '../connection/connection.ts'
import type { Generation, TableDeclaration } from '../definition/table-declaration.ts'
import type { Statement } from '../driver/driver.ts'
import { DefinitionInTransactionError } from '../driver/errors.ts'
import { checkPlan } from '../query/call.ts'
import { contextOf, type Database } from '../query/database.ts'
import { retryDeadlock } from '../query/deadlock.ts'
import { identifyTable } from '../query/dependencies.ts'
import { declarationHere } from '../query/in-database.ts'
import { valueIn } from '../query/given-row.ts'
import { insertRows } from '../query/insert/insert.ts'
import { keyNames } from '../query/key-names.ts'
import { findPresent } from '../query/insert/present.ts'
import type { AnyTable } from '../query/table.ts'
import { identify, type Tuple, tupleOf } from '../query/tuple.ts'
import { UndeclaredParentError } from '../schema/errors.ts'
import type { Schema } from '../schema/schema.ts'
import { refuseDifferences } from './check.ts'
import { collationsWith } from './collations.ts'
import { refuseCollisions, refuseSchemaCollisions, refuseView } from './collisions.ts'
import { requireCodecs, requireIndexes, requireTypes } from './declarable.ts'
import { readStored, type Stored } from './stored.ts'
import { tablesOf } from './tables.ts'

/** What declaring would do. */
export interface DeclarePlan {
  /** Schemas that the database does not have, or that have no table in it. */
  readonly schemas: readonly string[]
  /** Tables that would be created, each after those that it refers to. */
  readonly tables: readonly AnyTable[]
  /**
   * Of each schema in which tables would be created, in which format: that of the tables which it holds (other clients
   * must go on reading it), else what its definition says.
   */
  readonly generations: Readonly<Record<string, Generation>>
  /** Tables that are there without all that belongs beside them, since declaring them was cut short. */
  readonly records: readonly AnyTable[]
  /**
   * Lookup tables whose contents would be completed: by rows whose key is not there. Those that are there stay as they
   * are, also where their other attributes differ by now.
   */
  readonly contents: readonly AnyTable[]
}

/**
 * Compares the schemas with the database; fails with `table-differs` where a table is not as defined, with
 * `undeclared-parent` where one refers to a table that is neither there nor among the schemas, with `colliding-names`
 * where a new one could be taken for another, and where one of its attributes cannot be kept: `other-generation` in its
 * schema's format, `unsupported-type` in this database, `unknown-store` and `unknown-codec` in this pipeline.
 */
export async function planDeclare(db: Database, schemas: readonly Schema[]): Promise<DeclarePlan> {
  const all = tablesOf(schemas)
  requireCodecs(db, all)
  const names = [...new Set(schemas.map(({ name }) => name))]
  const stored = await readStored(db, all, names)
  refuseSchemaCollisions(names, stored.schemas)
  refuseDifferences(db, all, stored)
  const tables = all.filter(({ declaration }) => !stored.find(declaration.name))
  requireParents(all, stored, tables)
  refuseCollisions(
    tables.map(({ declaration }) => declaration.name),
    [...all.map(({ declaration }) => declaration.name), ...stored.tables.map(({ name }) => name)],
  )
  for (const { declaration } of tables) refuseView(declaration.name, stored.views)
  requireIndexes(db, tables)
  const generations = generationsIn(tables, stored)
  // what cannot be declared is told with the plan
  requireTypes(db, tables, generations, stored)
  const present = new Set(stored.tables.map(({ name }) => name.schema))
  const unrecorded = new Set(stored.unrecorded.map(identifyTable))
  return {
    schemas: names.filter((name) => !present.has(name)),
    tables,
    generations,
    records: all.filter(({ declaration }) => unrecorded.has(identifyTable(declaration.name))),
    contents: await incomplete(contextOf(db).connection, all, stored),
  }
}

function generationsIn(tables: readonly AnyTable[], { generations }: Stored): Readonly<Record<string, Generation>> {
  const found = new Map<string, Generation>()
  for (const { declaration } of tables) {
    const { schema } = declaration.name
    const known = found.get(schema) ?? generations.get(schema) ?? '2.x'
    found.set(schema, declaration.generation === '0.14' ? '0.14' : known)
  }
  return Object.fromEntries(found)
}

function requireParents(all: readonly AnyTable[], stored: Stored, tables: readonly AnyTable[]): void {
  const known = new Set(all.map(({ declaration }) => identifyTable(declaration.name)))
  for (const { declaration, typeName } of tables) {
    for (const { parent } of declaration.foreignKeys) {
      if (!known.has(identifyTable(parent)) && !stored.find(parent)) throw new UndeclaredParentError(typeName, parent)
    }
  }
}

/** The lookup tables of whose contents rows are missing. */
async function incomplete(
  connection: Connection,
  tables: readonly AnyTable[],
  stored: Stored,
): Promise<readonly AnyTable[]> {
  const found: AnyTable[] = []
  for (const table of tables) {
    const { contents, declaration } = table
    if (contents.length === 0) continue
    const tuples = contents.map((row) => keyOf(declaration, row))
    const present = stored.find(declaration.name)
      ? await findPresent(connection, declaration, keyNames(declaration), tuples)
      : new Set<string>()
    if (tuples.some((tuple) => tuple === null || !present.has(identify(tuple)))) found.push(table)
  }
  return found
}

/** The key of a row of contents; `null` where it cannot be told before the row is inserted, or not at all. */
export function keyOf({ heading }: TableDeclaration, row: object): Tuple | null {
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
  checkPlan('declare()', plan, 'planDeclare(db, schemas)')
  const { connection } = contextOf(db)
  const { dialect } = connection
  const work = [...plan.tables, ...plan.records]
  if (work.length > 0 || plan.schemas.length > 0) {
    if (connection.inTransaction) throw new DefinitionInTransactionError()
    const statements = statementsFor(db, plan, await readStored(db, work, plan.schemas))
    const create = async (on: Connection): Promise<void> => {
      for (const statement of statements) await on.execute(statement)
    }
    await retryDeadlock(() => (dialect.supports.transactionalDdl ? connection.transaction(create) : create(connection)))
    refuseDifferences(db, work, await readStored(db, work))
  }
  for (const table of plan.contents) {
    await insertRows(contextOf(db), table, table.contents, { skipDuplicates: true })
  }
}

function statementsFor(db: Database, plan: DeclarePlan, stored: Stored): readonly Statement[] {
  const { dialect } = contextOf(db).connection
  const declarations = plan.tables.map(({ declaration }) =>
    declarationHere(declaration, plan.generations[declaration.name.schema] ?? '2.x', contextOf(db)),
  )
  const generations = new Map<string, Generation>(plan.schemas.map((schema) => [schema, '2.x']))
  for (const { name, generation } of declarations) generations.set(name.schema, generation)
  const collationOf = collationsWith(stored.collationOf, declarations)
  return [
    ...[...generations].flatMap(([schema, generation]) =>
      dialect.createSchema(schema, generation, stored.hidden.has(schema)),
    ),
    ...declarations.flatMap((declaration) => dialect.createTable(declaration, collationOf)),
    ...plan.records.flatMap(({ declaration }) => {
      const found = stored.find(declaration.name)
      return found ? dialect.recordTable({ ...declaration, generation: found.generation }) : []
    }),
  ]
}
