import type { Connection } from '../../connection/connection.ts'
import type { TableDeclaration, TableName } from '../../definition/table-declaration.ts'
import { masterTable } from '../../definition/table-name.ts'
import type { Condition } from '../../relation/condition.ts'
import { restrict } from '../../relation/restrict.ts'
import { countRows } from '../fetch/count-rows.ts'
import { identifyTable } from '../dependencies.ts'
import type { Doomed } from './doomed.ts'
import { streamKeys } from '../fetch/keys-of.ts'
import { RowsDigest } from '../rows-digest.ts'
import { StalePlanError } from '../insert/write-errors.ts'

/** The rows of one table that a delete took. */
export interface DeletedRows {
  readonly table: TableName
  readonly rows: number
  /** The tables by whose rows these were drawn in; empty for what was asked for alone. */
  readonly because: readonly TableName[]
  /** The table whose part this one is. */
  readonly master: TableName | null
  /** How many of the rows hold an object in a store, which is left there until it is collected. */
  readonly stored: number
}

/** The rows of one table that a delete would take. */
export interface PlannedRows extends DeletedRows {
  /** Of their keys: tells whether they are still the same rows. */
  readonly digest: string
}

/** What a delete would take: per table its rows, those that others depend on first. */
export interface DeletePlan {
  readonly tables: readonly PlannedRows[]
}

/** What a delete took: per table its rows, those that others depend on first. */
export interface Deleted {
  readonly tables: readonly DeletedRows[]
}

/** Counts what is doomed. */
export async function planOf(
  connection: Connection,
  doomed: ReadonlyMap<string, Doomed>,
  signal?: AbortSignal,
): Promise<DeletePlan> {
  const tables: PlannedRows[] = []
  for (const rows of doomed.values()) {
    const digest = new RowsDigest()
    for await (const keys of streamKeys(connection, rows.node, signal)) digest.add(keys)
    if (digest.rows === 0) continue
    tables.push({ ...(await describe(connection, rows, signal)), rows: digest.rows, digest: digest.toString() })
  }
  return { tables }
}

type Description = Omit<DeletedRows, 'rows'>

/** What a delete tells of each table beside the number of rows. */
export async function describeRows(
  connection: Connection,
  doomed: ReadonlyMap<string, Doomed>,
  signal?: AbortSignal,
): Promise<readonly Description[]> {
  const described: Description[] = []
  for (const rows of doomed.values()) described.push(await describe(connection, rows, signal))
  return described
}

const describe = async (connection: Connection, rows: Doomed, signal?: AbortSignal): Promise<Description> => ({
  table: rows.table.name,
  because: await reasonsFor(connection, rows, signal),
  master: masterOf(rows.table),
  stored: await countStored(connection, rows, signal),
})

async function reasonsFor(connection: Connection, { node, reasons }: Doomed, signal?: AbortSignal) {
  const because = new Map<string, TableName>()
  const [only, ...others] = reasons
  if (only && others.length === 0) return only.because ? [only.because] : []
  if (node.kind !== 'restrict') return []
  for (const { because: table, condition } of reasons) {
    if (!table || because.has(identifyTable(table))) continue
    if ((await countRows({ connection }, restrict(node.source, condition), signal)) > 0) {
      because.set(identifyTable(table), table)
    }
  }
  return [...because.values()]
}

/** How many rows hold an object in a store. */
async function countStored(connection: Connection, { table, node }: Doomed, signal?: AbortSignal): Promise<number> {
  const conditions = table.heading.flatMap(({ name, type }): Condition[] =>
    type.codec === null || type.codec.store === null
      ? []
      : [{ kind: 'not', condition: { kind: 'is-null', attribute: name } }],
  )
  return conditions.length === 0 ? 0 : countRows({ connection }, restrict(node, { kind: 'or', conditions }), signal)
}

export function masterOf({ name }: TableDeclaration): TableName | null {
  const table = masterTable(name.table)
  return table === null ? null : { schema: name.schema, table }
}

/** Refuses a plan that no longer says what would be deleted. */
export function refuseStale(plan: DeletePlan, found: DeletePlan): void {
  const names = new Map([...plan.tables, ...found.tables].map(({ table }) => [identifyTable(table), table]))
  const rowsIn = ({ tables }: DeletePlan, id: string) => tables.find(({ table }) => identifyTable(table) === id)
  for (const [id, name] of names) {
    const [planned, present] = [rowsIn(plan, id), rowsIn(found, id)]
    if (planned?.digest !== present?.digest) throw new StalePlanError(name, planned?.rows ?? 0, present?.rows ?? 0)
  }
}
