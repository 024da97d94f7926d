import { isInherited } from '../definition/column-comment.ts'
import type { TableDeclaration, TableName } from '../definition/table-declaration.ts'
import { identifyTable } from '../query/dependencies.ts'
import type { AnyTable } from '../query/table.ts'
import type { Diagram } from './diagram.ts'

/** What is drawn: one box of nodes per schema, and lines between nodes. */
export interface Graph {
  readonly schemas: readonly SchemaBox[]
  readonly edges: readonly GraphEdge[]
}

export interface SchemaBox {
  readonly name: string
  /** Tables by themselves, and masters with their parts. */
  readonly groups: readonly (readonly TableNode[])[]
  /** Stands for the tables that are not drawn by themselves. */
  readonly collapsed: CollapsedNode | null
}

export interface TableNode {
  readonly id: string
  readonly table: AnyTable
  /** It adds an attribute of its own to the primary key. */
  readonly isDimension: boolean
}

export interface CollapsedNode {
  readonly id: string
  /** How many tables it stands for. */
  readonly tables: number
}

export interface GraphEdge {
  readonly from: string
  readonly to: string
  /** Several, between a collapsed box and others. */
  readonly kind: 'reference' | 'bundle'
  /** Of one reference: whether it is in the primary key, and whether it is all of it. */
  readonly place: 'whole-key' | 'key' | 'secondary'
  /** `new_name = name` of what the reference renames. */
  readonly renames: readonly string[]
}

/** The boxes and lines of a diagram. */
export function graphOf({ nodes }: Diagram): Graph {
  const shown = new Map(
    nodes.map(({ table, collapsed }) => [idOf(table), collapsed ? boxId(table.declaration.name) : idOf(table)]),
  )
  const bySchema = Map.groupBy(nodes, ({ table }) => table.declaration.name.schema)
  const edges = nodes.flatMap(({ table }) => edgesOf(table, shown))
  return {
    schemas: [...bySchema].map(([name, own]): SchemaBox => {
      const alone = own.flatMap(({ table, collapsed }) => (collapsed ? [] : [table]))
      const hidden = own.length - alone.length
      return {
        name,
        groups: groupsOf(alone),
        collapsed: hidden === 0 ? null : { id: boxId({ schema: name, table: '' }), tables: hidden },
      }
    }),
    edges: bundled(edges),
  }
}

function groupsOf(tables: readonly AnyTable[]): readonly (readonly TableNode[])[] {
  const masters = new Map<string, AnyTable[]>()
  const present = new Set(tables.map(idOf))
  for (const table of tables) {
    const master = table.master && present.has(idOf(table.master)) ? table.master : table
    const group = masters.get(idOf(master)) ?? []
    masters.set(idOf(master), group)
    // a part may come before its master
    if (master === table) group.unshift(table)
    else group.push(table)
  }
  return [...masters.values()].map((group) =>
    group.map((table) => ({ id: idOf(table), table, isDimension: isDimension(table.declaration) })),
  )
}

const isDimension = ({ heading, name, foreignKeys }: TableDeclaration): boolean =>
  heading.some(
    (attribute) =>
      attribute.inKey &&
      !isInherited(attribute, name) &&
      !foreignKeys.some(({ attributes }) => attributes.includes(attribute.name)),
  )

function edgesOf({ declaration }: AnyTable, shown: ReadonlyMap<string, string>): readonly GraphEdge[] {
  const { heading, foreignKeys, name } = declaration
  const key = new Set(heading.filter(({ inKey }) => inKey).map((attribute) => attribute.name))
  const to = shown.get(identifyTable(name))
  return foreignKeys.flatMap(({ attributes, parent, parentAttributes }): GraphEdge[] => {
    const from = shown.get(identifyTable(parent))
    if (from === undefined || to === undefined) return []
    const inKey = attributes.every((attribute) => key.has(attribute))
    const renames = attributes.flatMap((attribute, index) => {
      const original = parentAttributes[index]
      return original === undefined || original === attribute ? [] : [`${attribute} = ${original}`]
    })
    const isBundle = from !== identifyTable(parent) || to !== identifyTable(name)
    return [
      {
        from,
        to,
        kind: isBundle ? 'bundle' : 'reference',
        place: !inKey ? 'secondary' : attributes.length === key.size ? 'whole-key' : 'key',
        renames: isBundle ? [] : renames,
      },
    ]
  })
}

/** One line for all references between two ends of which one is a box, and none inside of it. */
function bundled(edges: readonly GraphEdge[]): readonly GraphEdge[] {
  const seen = new Set<string>()
  return edges.filter(({ kind, from, to }) => {
    if (kind === 'reference') return true
    const id = JSON.stringify([from, to])
    if (from === to || seen.has(id)) return false
    seen.add(id)
    return true
  })
}

const idOf = ({ declaration }: AnyTable): string => identifyTable(declaration.name)

/** No table is called like it. */
const boxId = ({ schema }: TableName): string => `${schema}.*`
