import type { RelationNode } from '../relation/node.ts'
import { tableNode } from '../relation/table.ts'
import type { AnyTable } from './table.ts'

/** What stands for a relation in an expression: a table, or a relation on an open database. */
export type Operand = AnyTable | { readonly kind: 'relation'; readonly node: RelationNode; readonly label: string }

export const nodeOf = (operand: Operand): RelationNode =>
  operand.kind === 'relation' ? operand.node : tableNode(operand.declaration)

export const labelOf = (operand: Operand): string => (operand.kind === 'relation' ? operand.label : operand.typeName)

export const isOperand = (value: unknown): value is Operand =>
  typeof value === 'object' && value !== null && 'kind' in value && (value.kind === 'relation' || value.kind === 'table')
