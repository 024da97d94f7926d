import type { Connection } from '../../connection/connection.ts'
import type { TableDeclaration, TableName } from '../../definition/table-declaration.ts'
import { typeName } from '../../definition/table-name.ts'
import type { Condition } from '../../relation/condition.ts'
import { equalIn } from '../../relation/matches.ts'
import type { RelationNode } from '../../relation/node.ts'
import { restrict } from '../../relation/restrict.ts'
import { tableNode } from '../../relation/table.ts'
import type { DeleteGraph, DeleteGroup, Link } from './delete-graph.ts'
import { identifyTable } from '../dependencies.ts'
import { KeylessTableError } from '../errors.ts'
import { keyNames } from '../key-names.ts'
import { keysOf } from '../fetch/keys-of.ts'
import { identify, type Tuple } from '../tuple.ts'

/** What draws rows into a delete: that they were asked for (`null`), or rows of another table. */
export interface Reason {
  readonly because: TableName | null
  readonly condition: Condition
}

/** The rows of one table that a delete takes. */
export interface Doomed {
  readonly table: TableDeclaration
  readonly node: RelationNode
  /** A row goes for one of them. */
  readonly reasons: readonly Reason[]
  /** Their keys, where they could only be found one after another: rows of a circle of references. */
  readonly keys: readonly Tuple[] | null
}

/** Which rows are asked for, per table. */
export type Roots = ReadonlyMap<string, readonly Condition[]>

/**
 * Follows the references from what is asked for down: a row is taken when its foreign key equals that of a row that is
 * taken, and for no other reason. Parents come first. Nothing is read, but in circles of references.
 */
export async function findDoomed(
  connection: Connection,
  graph: DeleteGraph,
  roots: Roots,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, Doomed>> {
  const doomed = new Map<string, Doomed>()
  for (const group of graph) {
    if (group.circular) {
      for (const found of await followCircle(connection, group, doomed, roots, signal)) {
        doomed.set(identifyTable(found.table.name), found)
      }
      continue
    }
    for (const { table, links } of group.tables) {
      const reasons = reasonsOf(table, links, doomed, roots)
      if (reasons.length === 0) continue
      doomed.set(identifyTable(table.name), { table, node: rowsFor(table, reasons), reasons, keys: null })
    }
  }
  return doomed
}

function reasonsOf(
  table: TableDeclaration,
  links: readonly Link[],
  doomed: ReadonlyMap<string, Doomed>,
  roots: Roots,
): readonly Reason[] {
  const asked = (roots.get(identifyTable(table.name)) ?? []).map((condition) => ({ because: null, condition }))
  const drawn = links.flatMap((link) => {
    const source = doomed.get(identifyTable(link.parent.name))
    return source ? [{ because: link.parent.name, condition: refersTo(source.node, link) }] : []
  })
  return [...asked, ...drawn]
}

/** The condition that a row refers to one of `source`. */
const refersTo = (source: RelationNode, { foreignKey }: Link): Condition =>
  equalIn(source, foreignKey.attributes, foreignKey.parentAttributes)

function rowsFor(table: TableDeclaration, reasons: readonly Reason[]): RelationNode {
  const [only, ...others] = reasons.map(({ condition }) => condition)
  const condition =
    only && others.length === 0 ? only : ({ kind: 'or', conditions: [only ?? [], others].flat() } as const)
  return restrict(tableNode(table), condition)
}

/** The condition that a row has one of some primary keys; of a table of one row, it is that row. */
export function isOneOf(table: TableDeclaration, keys: readonly Tuple[]): Condition {
  if (table.keyless) throw new KeylessTableError(typeName(table.name.table), 'a delete along references in a circle')
  const attributes = keyNames(table)
  return attributes.length === 0 ? { kind: 'and', conditions: [] } : { kind: 'in', attributes, keys }
}

/** The rows of tables that refer to each other, or to themselves: found generation by generation, by key. */
async function followCircle(
  connection: Connection,
  { tables }: DeleteGroup,
  doomed: ReadonlyMap<string, Doomed>,
  roots: Roots,
  signal?: AbortSignal,
): Promise<readonly Doomed[]> {
  const found = new Map<TableDeclaration, Map<string, Tuple>>()
  const because = new Map<TableDeclaration, Set<TableName | null>>()
  let fresh = new Map<TableDeclaration, readonly Tuple[]>()
  const draw = async (table: TableDeclaration, { because: reason, condition }: Reason): Promise<void> => {
    const known = found.get(table) ?? new Map<string, Tuple>()
    found.set(table, known)
    const added: Tuple[] = []
    for (const key of await keysOf(connection, restrict(tableNode(table), condition), signal)) {
      const identity = identify(key)
      if (known.has(identity)) continue
      known.set(identity, key)
      added.push(key)
    }
    if (added.length === 0) return
    fresh.set(table, [...(fresh.get(table) ?? []), ...added])
    because.set(table, (because.get(table) ?? new Set()).add(reason))
  }
  for (const { table, links } of tables) {
    for (const reason of reasonsOf(table, links, doomed, roots)) await draw(table, reason)
  }
  while (fresh.size > 0) {
    const last = fresh
    fresh = new Map()
    for (const { table, links } of tables) {
      for (const link of links) {
        const keys = last.get(link.parent)
        if (!keys) continue
        const parents = restrict(tableNode(link.parent), isOneOf(link.parent, keys))
        await draw(table, { because: link.parent.name, condition: refersTo(parents, link) })
      }
    }
  }
  return tables.flatMap(({ table }): Doomed[] => {
    const keys = [...(found.get(table)?.values() ?? [])]
    if (keys.length === 0) return []
    const condition = isOneOf(table, keys)
    const reasons = [...(because.get(table) ?? [])].map((reason) => ({ because: reason, condition }))
    return [{ table, node: restrict(tableNode(table), condition), reasons, keys }]
  })
}
