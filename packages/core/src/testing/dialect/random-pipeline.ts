import { resolveDefinition } from '../../definition/resolve-definition.ts'
import type { TableDeclaration } from '../../definition/table-declaration.ts'
import type { TableNode } from '../../relation/node.ts'
import { tableNode } from '../../relation/table.ts'
import type { NaiveRow } from './naive.ts'
import { definitionOf, nameOf, rowsOf, type TablePlan } from './random-schema.ts'

export interface RandomTable {
  readonly declaration: TableDeclaration
  readonly node: TableNode
  readonly rows: readonly NaiveRow[]
}

/** The tables that plans describe, in an order in which they can be declared and filled. */
export function makeTables(schema: string, plans: readonly TablePlan[]): readonly RandomTable[] {
  const made: RandomTable[] = []
  for (const [index, plan] of plans.entries()) {
    const before = made.map(({ declaration }) => declaration)
    const references = Object.fromEntries(made.map((table, at) => [nameOf(at), table]))
    const definition = definitionOf(plan, index, before)
    const declaration = resolveDefinition({
      schema,
      name: nameOf(index),
      tier: 'manual',
      definition,
      references,
      master: undefined,
    })
    const rowsIn = (table: string) => made.find(({ node }) => node.name.table === table)?.rows ?? []
    made.push({ declaration, node: tableNode(declaration), rows: rowsOf(plan, declaration, rowsIn) })
  }
  return made
}

export const rowsByTable = (tables: readonly RandomTable[]): ReadonlyMap<string, readonly NaiveRow[]> =>
  new Map(tables.map(({ node, rows }) => [node.name.table, rows]))
