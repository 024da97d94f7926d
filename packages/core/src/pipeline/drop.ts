import type { Attribute } from '../attribute/attribute.ts'
import { parseAttributeType } from '../attribute/attribute-type.ts'
import type { Dialect } from '../compile/dialect.ts'
import type { Connection } from '../connection/connection.ts'
import type { TableDeclaration, TableName } from '../definition/table-declaration.ts'
import { masterTable } from '../definition/table-name.ts'
import { lower } from '../compile/lower.ts'
import type { Statement } from '../driver/driver.ts'
import { DefinitionInTransactionError } from '../driver/errors.ts'
import { checkOptions, checkPlan, requireList } from '../query/call.ts'
import { contextOf, type Database } from '../query/database.ts'
import { type Dependencies, identifyTable, readDependents } from '../query/dependencies.ts'
import { type AnyTable, isTable } from '../query/table.ts'
import { tableNode } from '../relation/table.ts'
import type { Schema } from '../schema/schema.ts'
import { DroppedPartError, StaleDropError } from './drop-errors.ts'
import { tablesOf } from './tables.ts'

/** One table that a drop would take. */
export interface PlannedDrop {
  readonly table: TableName
  readonly rows: number
  /** The tables to be dropped to which it refers; empty for one that was asked for and refers to none of them. */
  readonly because: readonly TableName[]
  /** It was not asked for: it goes because it refers to one that was, or is a part of it. */
  readonly dependent: boolean
  /** The job table of DataJoint 2 that goes with it. */
  readonly jobs: TableName | null
}

/** What a drop would take. */
export interface DropPlan {
  /** In the order in which they would be dropped: those that refer to others first. */
  readonly tables: readonly PlannedDrop[]
  /** All or nothing. Where it is false, and the drop is interrupted, the tables that it has dropped by then stay away. */
  readonly atomic: boolean
}

/** How tables are dropped. */
export interface DropOptions {
  /** Parts whose masters would stay: refused (`enforce`, the default), or dropped (`alone`). */
  readonly parts?: 'enforce' | 'alone'
}

/**
 * What dropping tables, or all tables of schemas, would take: with every table that refers to them, in all schemas of the
 * database, also those that this program does not know. A pipeline's tables that are not in the database are left out.
 *
 * @throws DroppedPartError `part-without-master`
 */
export async function planDrop(
  db: Database,
  what: readonly (AnyTable | Schema)[],
  options: DropOptions = {},
): Promise<DropPlan> {
  requireList('tables or schemas', what)
  checkOptions('planDrop()', options, ['parts'])
  const { connection } = contextOf(db)
  return (await evaluate(connection, namesIn(what), options)).plan
}

/**
 * Drops what a plan says. There is no way back, and no question: show the plan before.
 *
 * @throws StaleDropError `stale-plan` where the tables or the numbers of their rows are no longer those of the plan
 */
export async function drop(db: Database, plan: DropPlan): Promise<void> {
  checkPlan('drop()', plan, 'planDrop(db, tables)')
  const { connection } = contextOf(db)
  if (connection.inTransaction) throw new DefinitionInTransactionError()
  const { dialect } = connection
  const roots = plan.tables.map(({ table }) => table)
  const perform = async (on: Connection): Promise<void> => {
    const found = await evaluate(on, roots, { parts: 'alone' })
    refuseStale(plan, found.plan)
    for (const { table, jobs } of plan.tables) {
      for (const name of [...(jobs ? [jobs] : []), table]) {
        for (const statement of dialect.dropTable(name, found.dependencies.hidden(table.schema))) {
          await on.execute(statement)
        }
      }
      if (found.dependencies.hidden(table.schema).includes('~jobs')) await on.execute(forgetJobs(table, dialect))
    }
  }
  await (dialect.supports.transactionalDdl ? connection.transaction(perform) : perform(connection))
}

function namesIn(what: readonly (AnyTable | Schema)[]): readonly TableName[] {
  const tables = what.flatMap((one) => (isTable(one) ? [one, ...Object.values(one.parts)] : tablesOf([one])))
  return [...new Set(tables)].map(({ declaration }) => declaration.name)
}

async function evaluate(
  connection: Connection,
  roots: readonly TableName[],
  { parts = 'enforce' }: DropOptions,
): Promise<{ readonly plan: DropPlan; readonly dependencies: Dependencies }> {
  const dependencies = await readDependents(connection, roots)
  const asked = new Set(roots.map(identifyTable))
  const going = new Map(dependencies.tables.map((table) => [identifyTable(table.name), table]))
  if (parts === 'enforce') refuseLoneParts(dependencies, going)
  const tables = await Promise.all(
    dependencies.tables.toReversed().map(async (table): Promise<PlannedDrop> => {
      const parents = new Map(table.foreignKeys.map(({ parent }) => [identifyTable(parent), parent]))
      parents.delete(identifyTable(table.name))
      return {
        table: table.name,
        rows: await countRows(connection, table),
        because: [...parents].filter(([id]) => going.has(id)).map(([, parent]) => parent),
        dependent: !asked.has(identifyTable(table.name)),
        jobs: await jobTable(connection, table.name, dependencies),
      }
    }),
  )
  return { plan: { tables, atomic: connection.dialect.supports.transactionalDdl }, dependencies }
}

function refuseLoneParts(dependencies: Dependencies, going: ReadonlyMap<string, TableDeclaration>): void {
  for (const { name } of going.values()) {
    const table = masterTable(name.table)
    const master = table === null ? undefined : dependencies.find({ schema: name.schema, table })
    if (master && !going.has(identifyTable(master.name))) throw new DroppedPartError(name, master.name)
  }
}

/** `~~name` without the underscores of the target's tier, unless it says that it belongs to a table of another tier. */
async function jobTable(
  connection: Connection,
  { schema, table }: TableName,
  dependencies: Dependencies,
): Promise<TableName | null> {
  const jobs = { schema, table: `~~${table.replace(/^_+/, '')}` }
  if (!table.startsWith('_') || !dependencies.hidden(schema).includes(jobs.table)) return null
  const [row] = await connection.query(connection.dialect.jobs.findTable(jobs))
  const [, owner = table] = /`\.`([^`]+)`$/.exec(String(row?.[0] ?? '')) ?? []
  return owner === table ? jobs : null
}

/** The jobs of a table in the `~jobs` of a schema of DataJoint 0.14, which stays for the others. */
const forgetJobs = ({ schema, table }: TableName, { delete: remove }: Dialect): Statement =>
  remove({ schema, table: '~jobs' }, [tableNameAttribute], {
    kind: 'compare',
    attribute: 'table_name',
    operator: '=',
    value: table,
  })

const tableNameAttribute: Attribute = {
  name: 'table_name',
  type: parseAttributeType('varchar(255)'),
  inKey: true,
  nullable: false,
  default: { kind: 'required' },
  comment: '',
  lineage: null,
}

async function countRows(connection: Connection, table: TableDeclaration): Promise<number> {
  const [row] = await connection.query(connection.dialect.count(lower(tableNode(table))))
  return Number(row?.[0])
}

function refuseStale(plan: DropPlan, found: DropPlan): void {
  const rowsIn = ({ tables }: DropPlan, id: string) => tables.find(({ table }) => identifyTable(table) === id)?.rows
  for (const { table } of [...plan.tables, ...found.tables]) {
    const id = identifyTable(table)
    const [planned, present] = [rowsIn(plan, id) ?? null, rowsIn(found, id) ?? null]
    if (planned !== present) throw new StaleDropError(table, planned, present)
  }
}
