import { unreadable } from '../attribute/unreadable-type.ts'
import { lower } from '../compile/lower.ts'
import type { Connection } from '../connection/connection.ts'
import type { TableDeclaration } from '../definition/table-declaration.ts'
import { refuseDifferences } from '../pipeline/check.ts'
import { readStoredTables, type StoredTables, tablesIn } from '../pipeline/read-tables.ts'
import { unsaidOf } from '../pull/unsaid.ts'
import type { TableNote } from '../pull/virtual-schema.ts'
import { checkOptions, requireList } from '../query/call.ts'
import { contextOf, type Database } from '../query/database.ts'
import { identifyTable } from '../query/dependencies.ts'
import { InvalidCallError } from '../query/errors.ts'
import type { Store } from '../store/store.ts'
import type { Stores } from '../store/stores.ts'
import { restrict } from '../relation/restrict.ts'
import { tableNode } from '../relation/table.ts'
import { TableDiffersError } from '../schema/errors.ts'
import { declaring } from './declare-parts.ts'
import { IncompleteMoveError, MoveWhileWorkingError, NothingToMoveError, UnmovableColumnError } from './errors.ts'
import { type HiddenTable, hiddenTables } from './hidden-tables.ts'
import { externalStoreIn, type ObjectPlaces } from './objects.ts'
import { parentsFirst } from './parents-first.ts'

/** A table that is moved. */
export interface PlannedMove {
  /** `schema.table`, as the databases spell it: hidden ones begin with `~`. */
  readonly table: string
  /** How many rows it has where it is moved from. */
  readonly rows: number
  /** How many of them, by number alone, are there already; `null` where the table is to be made. */
  readonly present: number | null
}

/** What moving would do. */
export interface MovePlan {
  readonly schemas: readonly string[]
  /** In the order in which they are moved: each after those that it refers to. */
  readonly tables: readonly PlannedMove[]
  readonly stores: readonly PlannedStore[]
  /** What tables have that no definition says and that does not go along: a number that counts itself, a trigger. */
  readonly notes: readonly TableNote[]
}

export interface PlanMoveOptions {
  readonly signal?: AbortSignal
}

/** A store that is at another place there: the objects that rows refer to are copied. */
export interface PlannedStore {
  readonly store: string
  readonly from: string
  readonly to: string
}

/** What a plan is made from, and moving needs. */
export interface MoveParts {
  readonly source: StoredTables
  readonly tables: readonly TableDeclaration[]
  readonly hidden: readonly HiddenTable[]
}

/**
 * Says what would be moved to bring schemas whole from one database to another: tables with their rows as they are kept,
 * job tables and what DataJoint 0.14 lists of objects; and the stores whose objects are copied. Nothing is written.
 *
 * @throws NothingToMoveError `nothing-to-move` where a schema is not there
 * @throws IncompleteMoveError `incomplete-move` where one refers to a schema that is neither moved nor there
 * @throws UnmovableColumnError `unmovable-column` for types that no definition has
 * @throws MoveWhileWorkingError `move-while-working` where jobs are reserved
 * @throws UnknownStoreError `unknown-store` where one of the pipelines does not have a store that attributes name
 * @throws TableDiffersError `table-differs` where a table of that name is there and is another one
 * @throws UnsupportedTypeError `unsupported-type` where the other database cannot keep a type
 */
export async function planMove(
  from: Database,
  to: Database,
  schemas: readonly string[],
  options: PlanMoveOptions = {},
): Promise<MovePlan> {
  checkOptions('planMove()', options, ['signal'])
  requireList('names of schemas', schemas)
  const [source, target] = [contextOf(from).connection, contextOf(to).connection]
  if (contextOf(from).database === contextOf(to).database) {
    throw new InvalidCallError(
      'planMove() was given one database twice. Open the one to move from and the one to move to.',
    )
  }
  const parts = await readParts(from, to, schemas)
  const there = await readStoredTables(to, schemas)
  // for what it throws
  declaring(target.dialect, parts, there)
  const planned: PlannedMove[] = []
  for (const table of inOrder(parts)) {
    options.signal?.throwIfAborted()
    const { schema, table: name } = table.name
    const isThere = there.find(table.name) !== undefined || there.hidden.get(schema)?.includes(name) === true
    planned.push({
      table: identifyTable(table.name),
      rows: await countRows(source, table, options.signal),
      present: isThere ? await countRows(target, table, options.signal) : null,
    })
  }
  return {
    schemas: [...schemas],
    tables: planned,
    stores: planStores(parts, planned, { from: contextOf(from).stores, to: contextOf(to).stores }),
    notes: await unsaidOf(from, schemas),
  }
}

/** Reads what stands in both databases, and refuses what cannot be moved. */
export async function readParts(from: Database, to: Database, schemas: readonly string[]): Promise<MoveParts> {
  const source = await readStoredTables(from, schemas)
  const values = tablesIn(source, schemas)
  const tables = parentsFirst(values.map(({ declaration }) => source.wholeOf(declaration)))
  const missing = schemas.find((schema) => !tables.some(({ name }) => name.schema === schema))
  if (missing !== undefined) throw new NothingToMoveError(missing)
  const odd = tables.flatMap(({ name, heading }) =>
    heading.filter(({ type }) => type.codec?.name === unreadable).map((one) => `${identifyTable(name)}.${one.name}`),
  )
  if (odd.length > 0) throw new UnmovableColumnError(odd)
  const target = await readStoredTables(to, schemas)
  const parents = tables.flatMap(({ foreignKeys }) => foreignKeys.map(({ parent }) => parent))
  const absent = parents.filter((parent) => !schemas.includes(parent.schema) && !target.find(parent))
  if (absent.length > 0) throw new IncompleteMoveError([...new Set(absent.map(({ schema }) => schema))])
  refuseDifferences(to, values, target)
  refuseWithoutHidden(tables, target)
  const hidden = schemas.flatMap((schema) => hiddenTables(schema, source))
  await refuseReserved(contextOf(from).connection, hidden)
  return { source, tables, hidden }
}

/** Columns that definitions leave out have nowhere to go in a table that was declared without them. */
function refuseWithoutHidden(tables: readonly TableDeclaration[], target: StoredTables): void {
  const differing = tables.flatMap(({ name, heading }) => {
    const found = target.find(name)
    if (found === undefined) return []
    const there = new Set(target.wholeOf(found).heading.map((attribute) => attribute.name))
    const differences = heading
      .filter((attribute) => !there.has(attribute.name))
      .map((attribute) => `\`${attribute.name} : ${attribute.type.text}\` is not in the database that is moved to`)
    return differences.length === 0 ? [] : [{ table: identifyTable(name), differences }]
  })
  if (differing.length > 0) throw new TableDiffersError(differing)
}

/** What tables are listed in goes before them, their jobs after them. */
export const inOrder = ({ tables, hidden }: MoveParts): readonly TableDeclaration[] => {
  const lists = hidden.filter(({ isQueue }) => !isQueue)
  const queues = hidden.filter(({ isQueue }) => isQueue)
  return [...lists.map(({ declaration }) => declaration), ...tables, ...queues.map(({ declaration }) => declaration)]
}

function planStores(
  { tables }: MoveParts,
  planned: readonly PlannedMove[],
  { from, to }: ObjectPlaces,
): readonly PlannedStore[] {
  const used = tables.flatMap(({ heading }) =>
    heading.flatMap(({ type: { codec } }) =>
      codec === null || codec.store === null
        ? []
        : [{ name: codec.store, isFilepath: codec.name.endsWith('filepath') }],
    ),
  )
  // a list of objects may outlive the attributes that referred to them
  const listed = planned.flatMap(({ table, rows }) => {
    const name = rows > 0 ? externalStoreIn(table.slice(table.indexOf('.') + 1)) : null
    return name === null ? [] : [{ name, isFilepath: false }]
  })
  const found = [...used, ...listed].map(({ name, isFilepath }) => {
    const storeIn = (stores: Stores): Store => (isFilepath ? stores.forFilepath(name) : stores.get(name))
    return { store: storeIn(from).name, from: storeIn(from).place, to: storeIn(to).place }
  })
  return [...new Map(found.map((one) => [one.store, one])).values()].filter((one) => one.from !== one.to)
}

async function refuseReserved(connection: Connection, hidden: readonly HiddenTable[]): Promise<void> {
  const reserved: string[] = []
  for (const { declaration, isQueue } of hidden) {
    if (!isQueue) continue
    const node = restrict(tableNode(declaration), {
      kind: 'compare',
      attribute: 'status',
      operator: '=',
      value: 'reserved',
    })
    const rows = await connection.query(connection.dialect.count(lower(node)))
    if (Number(rows[0]?.[0] ?? 0) > 0) reserved.push(identifyTable(declaration.name))
  }
  if (reserved.length > 0) throw new MoveWhileWorkingError(reserved)
}

export async function countRows(
  connection: Connection,
  table: TableDeclaration,
  signal?: AbortSignal,
): Promise<number> {
  const rows = await connection.query(connection.dialect.count(lower(tableNode(table))), signal)
  return Number(rows[0]?.[0] ?? 0)
}
