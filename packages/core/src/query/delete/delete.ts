import type { Connection } from '../../connection/connection.ts'
import type { TableDeclaration } from '../../definition/table-declaration.ts'
import { NoSuchTableError } from '../../driver/errors.ts'
import type { RelationNode } from '../../relation/node.ts'
import type { Context } from '../context.ts'
import { ownTransaction } from '../deadlock.ts'
import { deleteGraph } from './delete-graph.ts'
import { type Deleted, type DeletePlan, describeRows, planOf, refuseStale } from './delete-plan.ts'
import { askedFor, deleteRows, type FoundRows, rootsOf } from './delete-rows.ts'
import { identifyTable, readDependents } from '../dependencies.ts'
import { findDoomed } from './doomed.ts'
import { keysOf } from '../fetch/keys-of.ts'
import { findStrays } from './strays.ts'
import type { AnyTable } from '../table.ts'
import type { Tuple } from '../tuple.ts'
import { PartWithoutMasterError, StalePlanError } from '../insert/write-errors.ts'

export type { Deleted, DeletedRows, DeletePlan, PlannedRows } from './delete-plan.ts'

/** How rows are deleted. */
export interface DeleteOptions {
  /**
   * Rows of a part whose master would stay: refused (`enforce`, the default), or their masters go too (`cascade`), or they
   * go alone (`ignore`).
   */
  readonly parts?: 'enforce' | 'cascade' | 'ignore'
  /** Stops it when it aborts; nothing is deleted then. */
  readonly signal?: AbortSignal
}

/** What a delete of the rows of `node` would take: per table its rows, and why. */
export async function planDelete(
  { connection }: Context,
  table: AnyTable,
  node: RelationNode,
  options: DeleteOptions,
): Promise<DeletePlan> {
  const { doomed } = await findAll(connection, table.declaration, node, options)
  return planOf(connection, doomed, options.signal)
}

/** Deletes in one transaction what depends on the rows of `node`, leaves first, and them; returns what it deleted. */
export async function deletePlanned(
  { connection }: Context,
  table: AnyTable,
  node: RelationNode,
  plan: DeletePlan | null,
  options: DeleteOptions,
): Promise<Deleted> {
  const { signal } = options
  const perform = async (transaction: Connection): Promise<Deleted> => {
    const found = await findAll(transaction, table.declaration, node, options)
    const planned = plan && (await planOf(transaction, found.doomed, signal))
    if (plan && planned) refuseStale(plan, planned)
    const described = planned?.tables ?? (await describeRows(transaction, found.doomed, signal))
    const counts = await deleteRows(transaction, found, signal)
    const deleted = described.map(({ table: name, because, master, stored }) => {
      const rows = counts.get(identifyTable(name)) ?? 0
      return { table: name, rows, because, master, stored }
    })
    // somebody may have added a row after they were counted
    for (const [id, { table: going }] of planned ? found.doomed : []) {
      const rows = counts.get(id) ?? 0
      const expected = planned?.tables.find(({ table: name }) => identifyTable(name) === id)?.rows ?? 0
      if (rows !== expected) throw new StalePlanError(going.name, expected, rows)
    }
    return { tables: deleted.filter(({ rows }) => rows > 0) }
  }
  return ownTransaction(connection, perform, { signal })
}

/** Everything that goes with the rows of a relation, part by part with its master where that is asked for. */
async function findAll(
  connection: Connection,
  root: TableDeclaration,
  node: RelationNode,
  { parts = 'enforce', signal }: DeleteOptions,
): Promise<FoundRows> {
  const asked = askedFor(root, node)
  const masters = new Map<string, { readonly table: TableDeclaration; readonly keys: readonly Tuple[] }>()
  let dependencies = await readDependents(connection, [root.name])
  if (!dependencies.find(root.name)) throw new NoSuchTableError(identifyTable(root.name), null)
  for (;;) {
    const graph = deleteGraph(dependencies.tables)
    const found = { graph, asked, masters: [...masters.values()] }
    const doomed = await findDoomed(connection, graph, rootsOf(found), signal)
    const strays = parts === 'ignore' ? null : await findStrays(connection, dependencies, doomed, signal)
    if (!strays) return { ...found, doomed }
    const { part, master, rows } = strays
    if (parts !== 'cascade') throw new PartWithoutMasterError(part.name, master.name, rows)
    const id = identifyTable(master.name)
    const known = masters.get(id)
    const keys = [...(known?.keys ?? []), ...(await keysOf(connection, strays.masters, signal))]
    masters.set(id, { table: master, keys })
    if (!known) {
      dependencies = await readDependents(connection, [
        root.name,
        ...[...masters.values()].map(({ table }) => table.name),
      ])
    }
  }
}
