import { createHash } from 'node:crypto'
import type { StoredValue } from '../attribute/storage.ts'
import { lower } from '../compile/lower.ts'
import type { Connection } from '../connection/connection.ts'
import type { ForeignKey, TableDeclaration, TableName } from '../definition/table-declaration.ts'
import { masterTable } from '../definition/table-name.ts'
import type { RelationNode } from '../relation/node.ts'
import { project } from '../relation/project.ts'
import { restrict } from '../relation/restrict.ts'
import { tableNode } from '../relation/table.ts'
import type { Context } from './context.ts'
import { type Dependencies, identifyTable, readDependencies } from './dependencies.ts'
import { PartWithoutMasterError, StalePlanError } from './errors.ts'
import { markHalfDone } from './half-done.ts'
import { keyNames } from './key-names.ts'
import type { AnyTable } from './table.ts'
import { identify, type Tuple, tupleOf } from './tuple.ts'

/** How rows are deleted. */
export interface DeleteOptions {
  /** Rows of a part whose master would stay: refused (`enforce`, the default), or their masters go too (`cascade`). */
  readonly parts?: 'enforce' | 'cascade'
  readonly signal?: AbortSignal
}

/** The rows of one table that a delete would take. */
export interface PlannedRows {
  readonly table: TableName
  readonly rows: number
  /** The tables by whose rows these are drawn in; empty for what was asked for. */
  readonly because: readonly TableName[]
  /** Of their keys: tells whether they are still the same rows. */
  readonly digest: string
}

/** What a delete would take: per table its rows, those that others depend on first. */
export interface DeletePlan {
  readonly tables: readonly PlannedRows[]
}

/** The primary keys to delete of one table, and what drew them in. */
interface Doomed {
  readonly table: TableDeclaration
  readonly keys: Map<string, Tuple>
  readonly because: Map<string, TableName>
}

export async function planDelete(
  { connection }: Context,
  table: AnyTable,
  node: RelationNode,
  options: DeleteOptions,
): Promise<DeletePlan> {
  return planOf(await findDoomed(connection, table.declaration, node, options))
}

/** Deletes in one transaction what depends on the rows of `node`, leaves first, and them; returns what it deleted. */
export async function deletePlanned(
  { connection }: Context,
  table: AnyTable,
  node: RelationNode,
  plan: DeletePlan | null,
  options: DeleteOptions,
): Promise<DeletePlan> {
  return connection.transaction(async (transaction) => {
    const doomed = await findDoomed(transaction, table.declaration, node, options)
    const found = planOf(doomed)
    if (plan) refuseStale(plan, found)
    try {
      for (const rows of childrenFirst(doomed)) await deleteKeys(transaction, rows, options.signal)
    } catch (error) {
      markHalfDone(transaction, error)
      throw error
    }
    return found
  }, options.signal)
}

const KEYS_AT_ONCE = 10_000

async function deleteKeys(transaction: Connection, { table, keys }: Doomed, signal?: AbortSignal): Promise<void> {
  const attributes = keyNames(table)
  const tuples = [...keys.values()]
  for (let start = 0; start < tuples.length; start += KEYS_AT_ONCE) {
    const condition = { kind: 'in', attributes, keys: tuples.slice(start, start + KEYS_AT_ONCE) } as const
    await transaction.execute(transaction.dialect.delete(table.name, table.heading, condition), signal)
  }
}

/**
 * Follows the foreign keys from the rows of `node` down, by key: a child's row is taken when its foreign key equals the
 * key of a row that is taken, and for no other reason.
 */
async function findDoomed(
  connection: Connection,
  root: TableDeclaration,
  node: RelationNode,
  options: DeleteOptions,
): Promise<ReadonlyMap<string, Doomed>> {
  const doomed = new Map<string, Doomed>()
  let declaration = root
  let added = add(doomed, root, await keysOf(connection, node, options.signal), null)
  while (added.length > 0) {
    const dependencies = await readDependencies(connection, declaration.name)
    await cascade(connection, dependencies, doomed, declaration, added, options.signal)
    const strays = await findStrays(connection, dependencies, doomed, options.signal)
    if (strays === null) break
    if (options.parts !== 'cascade')
      throw new PartWithoutMasterError(strays.part.table, strays.master.name.table, strays.keys.length)
    added = add(doomed, strays.master, strays.keys, strays.part)
    declaration = strays.master
  }
  return doomed
}

/** Draws in, table by table from `root` down, what refers to the keys that are new. */
async function cascade(
  connection: Connection,
  dependencies: Dependencies,
  doomed: Map<string, Doomed>,
  root: TableDeclaration,
  roots: readonly Tuple[],
  signal?: AbortSignal,
): Promise<void> {
  const fresh = new Map<string, readonly Tuple[]>([[identifyTable(root.name), roots]])
  // parents first, so once is enough unless a table that somebody else made refers to itself
  while (dependencies.tables.some(({ name }) => fresh.has(identifyTable(name)))) {
    for (const parent of dependencies.tables) {
      const keys = fresh.get(identifyTable(parent.name))
      if (!keys) continue
      fresh.delete(identifyTable(parent.name))
      for (const { child, foreignKey } of dependencies.children(parent.name)) {
        const referring = await childKeys(connection, parent, child, foreignKey, keys, signal)
        const added = add(doomed, child, referring, parent.name)
        const id = identifyTable(child.name)
        if (added.length > 0) fresh.set(id, [...(fresh.get(id) ?? []), ...added])
      }
    }
  }
}

/** The keys of the child's rows that refer to one of the parent's keys. */
async function childKeys(
  connection: Connection,
  parent: TableDeclaration,
  child: TableDeclaration,
  foreignKey: ForeignKey,
  keys: readonly Tuple[],
  signal?: AbortSignal,
): Promise<Tuple[]> {
  const parentKey = keyNames(parent)
  const positions = foreignKey.parentAttributes.map((name) => parentKey.indexOf(name))
  const found: Tuple[] = []
  for (let start = 0; start < keys.length; start += KEYS_AT_ONCE) {
    const referred = keys.slice(start, start + KEYS_AT_ONCE).map((key) => tupleOf(key, positions))
    const node = restrict(tableNode(child), {
      kind: 'in',
      attributes: foreignKey.attributes,
      keys: referred.filter((tuple) => tuple !== null),
    })
    found.push(...(await keysOf(connection, node, signal)))
  }
  return found
}

/** Rows of a part that would go although their master stays; `null` where there are none. */
async function findStrays(
  connection: Connection,
  dependencies: Dependencies,
  doomed: Map<string, Doomed>,
  signal?: AbortSignal,
) {
  for (const { table: part, keys } of doomed.values()) {
    const name = masterTable(part.name.table)
    if (name === null || keys.size === 0) continue
    const masterName = { schema: part.name.schema, table: name }
    const foreignKey = part.foreignKeys.find(({ parent }) => identifyTable(parent) === identifyTable(masterName))
    const master = dependencies.find(masterName) ?? (await readDependencies(connection, masterName)).find(masterName)
    if (!foreignKey || !master) continue
    const partKey = keyNames(part)
    const positions = keyNames(master).map((attribute) => {
      const at = foreignKey.parentAttributes.indexOf(attribute)
      return partKey.indexOf(foreignKey.attributes[at] ?? '')
    })
    signal?.throwIfAborted()
    const going = doomed.get(identifyTable(masterName))?.keys
    const staying = new Map<string, Tuple>()
    for (const key of keys.values()) {
      const masterKey = tupleOf(key, positions)
      if (masterKey && !going?.has(identify(masterKey))) staying.set(identify(masterKey), masterKey)
    }
    if (staying.size > 0) return { part: part.name, master, keys: [...staying.values()] }
  }
  return null
}

/** Adds keys to what is doomed; returns those that were not yet. */
function add(
  doomed: Map<string, Doomed>,
  table: TableDeclaration,
  keys: readonly Tuple[],
  because: TableName | null,
): Tuple[] {
  const id = identifyTable(table.name)
  const entry = doomed.get(id) ?? { table, keys: new Map<string, Tuple>(), because: new Map<string, TableName>() }
  doomed.set(id, entry)
  if (because && keys.length > 0) entry.because.set(identifyTable(because), because)
  return keys.filter((key) => {
    const identity = identify(key)
    if (entry.keys.has(identity)) return false
    entry.keys.set(identity, key)
    return true
  })
}

async function keysOf(connection: Connection, relation: RelationNode, signal?: AbortSignal): Promise<Tuple[]> {
  const { dialect } = connection
  const node = project(relation, {})
  const rows = await connection.query(dialect.select(lower(node)), signal)
  const positions = node.heading.flatMap(({ inKey }, index) => (inKey ? [index] : []))
  return rows.map((row) => {
    const key: Exclude<StoredValue, null>[] = []
    for (const position of positions) {
      const attribute = node.heading[position]
      const value = attribute ? dialect.fromRaw(row[position] ?? null, attribute.type.storage) : null
      if (value !== null) key.push(value)
    }
    return key
  })
}

/** What is doomed, each table before those that it refers to. */
function childrenFirst(doomed: ReadonlyMap<string, Doomed>): readonly Doomed[] {
  const finished: Doomed[] = []
  const seen = new Set<string>()
  const visit = (rows: Doomed): void => {
    const id = identifyTable(rows.table.name)
    if (seen.has(id)) return
    seen.add(id)
    for (const { parent } of rows.table.foreignKeys) {
      const above = doomed.get(identifyTable(parent))
      if (above) visit(above)
    }
    finished.push(rows)
  }
  for (const rows of doomed.values()) visit(rows)
  return finished.toReversed()
}

const planOf = (doomed: ReadonlyMap<string, Doomed>): DeletePlan => ({
  tables: [...doomed.values()]
    .filter(({ keys }) => keys.size > 0)
    .map(({ table, keys, because }) => ({
      table: table.name,
      rows: keys.size,
      because: [...because.values()],
      digest: digestKeys(keys.keys()),
    })),
})

const digestKeys = (keys: Iterable<string>): string =>
  createHash('sha256')
    .update([...keys].toSorted().join())
    .digest('hex')

function refuseStale(plan: DeletePlan, found: DeletePlan): void {
  const names = new Map([...plan.tables, ...found.tables].map(({ table }) => [identifyTable(table), table]))
  const rowsIn = ({ tables }: DeletePlan, id: string) => tables.find(({ table }) => identifyTable(table) === id)
  for (const id of names.keys()) {
    const [planned, present] = [rowsIn(plan, id), rowsIn(found, id)]
    if (planned?.digest !== present?.digest) throw new StalePlanError(id, planned?.rows ?? 0, present?.rows ?? 0)
  }
}
