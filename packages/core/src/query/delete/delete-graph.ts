import type { ForeignKey, TableDeclaration } from '../../definition/table-declaration.ts'
import { identifyTable } from '../dependencies.ts'

/** A reference by which rows of a table are drawn into a delete. */
export interface Link {
  readonly parent: TableDeclaration
  readonly foreignKey: ForeignKey
}

/** A table from which rows may be deleted, and what may draw them in. */
export interface Reached {
  readonly table: TableDeclaration
  readonly links: readonly Link[]
}

/**
 * Tables in groups, each after those that it refers to. A group is one table, unless tables refer to each other in a
 * circle, or one refers to itself.
 */
export type DeleteGraph = readonly DeleteGroup[]

export interface DeleteGroup {
  readonly tables: readonly Reached[]
  /** Its tables refer to each other, or to themselves. */
  readonly circular: boolean
}

/** Orders tables by their references (Tarjan's strongly connected components). */
export function deleteGraph(tables: readonly TableDeclaration[]): DeleteGraph {
  const byName = new Map(tables.map((table) => [identifyTable(table.name), table]))
  const reached = new Map(
    [...byName].map(([id, table]): [string, Reached] => {
      const links = table.foreignKeys.flatMap((foreignKey) => {
        const parent = byName.get(identifyTable(foreignKey.parent))
        return parent ? [{ parent, foreignKey }] : []
      })
      return [id, { table, links }]
    }),
  )
  const groups: DeleteGroup[] = []
  const order = new Map<string, number>()
  const open: string[] = []
  /** Returns the first of the open tables that is reached from here. */
  const visit = (id: string): number => {
    const own = order.size
    let first = own
    order.set(id, own)
    open.push(id)
    for (const { parent } of reached.get(id)?.links ?? []) {
      const above = identifyTable(parent.name)
      const place = order.get(above)
      if (place === undefined) first = Math.min(first, visit(above))
      else if (open.includes(above)) first = Math.min(first, place)
    }
    if (first === own) {
      const members = open.splice(open.indexOf(id)).flatMap((member) => reached.get(member) ?? [])
      const refersToItself = members.some(({ table, links }) => links.some(({ parent }) => parent === table))
      groups.push({ tables: members, circular: members.length > 1 || refersToItself })
    }
    return first
  }
  for (const id of byName.keys()) if (!order.has(id)) visit(id)
  return groups
}
