import type { Connection } from '../../connection/connection.ts'
import type { TableDeclaration } from '../../definition/table-declaration.ts'
import { typeName } from '../../definition/table-name.ts'
import { type Condition, leavesOf } from '../../relation/condition.ts'
import { equalIn } from '../../relation/matches.ts'
import type { RelationNode } from '../../relation/node.ts'
import { project } from '../../relation/project.ts'
import { restrict } from '../../relation/restrict.ts'
import { tableNode } from '../../relation/table.ts'
import type { DeleteGraph } from './delete-graph.ts'
import { deleteOrder } from './delete-order.ts'
import { identifyTable } from '../dependencies.ts'
import { KeylessTableError } from '../errors.ts'
import { type Doomed, findDoomed, isOneOf, type Roots } from './doomed.ts'
import { keyNames } from '../key-names.ts'
import { keysOf } from '../fetch/keys-of.ts'
import type { Tuple } from '../tuple.ts'

const KEYS_AT_ONCE = 10_000

/** What a delete was asked for. */
export interface Asked {
  readonly table: TableDeclaration
  readonly condition: Condition
  /** The condition looks at the attributes of the table alone: deleting rows of other tables does not change it. */
  readonly isLocal: boolean
}

/** What a delete takes, and from where it starts. */
export interface FoundRows {
  readonly graph: DeleteGraph
  readonly asked: Asked
  /** Masters that go with their parts. */
  readonly masters: readonly { readonly table: TableDeclaration; readonly keys: readonly Tuple[] }[]
  readonly doomed: ReadonlyMap<string, Doomed>
}

/** The rows of a relation as a condition on its table. */
export function askedFor(table: TableDeclaration, node: RelationNode): Asked {
  const conditions: Condition[] = []
  let source = node
  for (; source.kind === 'restrict'; source = source.source) conditions.push(...partsOf(source.condition))
  const local = source.kind === 'table' && conditions.every(isLocal)
  if (table.keyless && !local) {
    throw new KeylessTableError(typeName(table.name.table), 'a delete by other tables, an order or SQL')
  }
  if (source.kind === 'table') return { table, condition: allOf(conditions), isLocal: local }
  return { table, condition: equalIn(project(node, {}), keyNames(table)), isLocal: false }
}

const partsOf = (condition: Condition): readonly Condition[] =>
  condition.kind === 'and' ? condition.conditions.flatMap(partsOf) : [condition]

/** One condition stands alone: a dialect may have a better way for it. */
function allOf(conditions: readonly Condition[]): Condition {
  const [only, ...others] = conditions
  return only && others.length === 0 ? only : { kind: 'and', conditions }
}

/** SQL may ask of any table. */
const isLocal = (condition: Condition): boolean =>
  leavesOf(condition).every(({ kind }) => kind !== 'sql' && kind !== 'matches')

/** All that rows are asked for by, per table. */
export function rootsOf({ asked, masters }: Pick<FoundRows, 'asked' | 'masters'>): Roots {
  const roots = new Map<string, Condition[]>([[identifyTable(asked.table.name), [asked.condition]]])
  for (const { table, keys } of masters) {
    const id = identifyTable(table.name)
    roots.set(id, [...(roots.get(id) ?? []), isOneOf(table, keys)])
  }
  return roots
}

/** Deletes what was found, per table leaves first, and counts it. */
export async function deleteRows(
  transaction: Connection,
  found: FoundRows,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>()
  for (const roots of await turnsOf(transaction, found, signal)) {
    const doomed = roots === null ? found.doomed : await findDoomed(transaction, found.graph, roots, signal)
    await deleteTurn(transaction, found.graph, doomed, counts, signal)
  }
  return counts
}

/**
 * What is deleted in turn, each with all that depends on it: at once (`null`) where deleting does not change what is
 * doomed, else by keys that are known beforehand.
 */
async function turnsOf(
  transaction: Connection,
  { asked, masters }: FoundRows,
  signal?: AbortSignal,
): Promise<readonly (Roots | null)[]> {
  if (asked.isLocal && masters.length === 0) return [null]
  const rest = asked.isLocal ? [] : await keysOf(transaction, restrict(tableNode(asked.table), asked.condition), signal)
  const turns: Roots[] = asked.isLocal ? [new Map([[identifyTable(asked.table.name), [asked.condition]]])] : []
  for (const { table, keys } of [{ table: asked.table, keys: rest }, ...masters]) {
    for (let start = 0; start < keys.length; start += KEYS_AT_ONCE) {
      const some = isOneOf(table, keys.slice(start, start + KEYS_AT_ONCE))
      turns.push(new Map([[identifyTable(table.name), [some]]]))
    }
  }
  return turns
}

async function deleteTurn(
  transaction: Connection,
  graph: DeleteGraph,
  doomed: ReadonlyMap<string, Doomed>,
  counts: Map<string, number>,
  signal?: AbortSignal,
): Promise<void> {
  const remove = async ({ name, heading }: TableDeclaration, condition: Condition): Promise<void> => {
    const removed = await transaction.execute(transaction.dialect.delete(name, heading, condition), signal)
    const id = identifyTable(name)
    counts.set(id, (counts.get(id) ?? 0) + removed)
  }
  for (const group of graph.toReversed()) {
    if (group.circular) {
      for (const { table, keys, clear } of await deleteOrder(transaction, group, doomed, signal)) {
        for (let start = 0; start < keys.length; start += KEYS_AT_ONCE) {
          const some = isOneOf(table, keys.slice(start, start + KEYS_AT_ONCE))
          if (clear === null) await remove(table, some)
          else {
            const { update } = transaction.dialect
            await transaction.execute(update(table.name, table.heading, [[clear, null]], some), signal)
          }
        }
      }
      continue
    }
    for (const { table } of group.tables) {
      for (const { condition } of doomed.get(identifyTable(table.name))?.reasons ?? []) await remove(table, condition)
    }
  }
}
