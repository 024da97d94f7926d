import type { RelationNode } from '../relation/node.ts'
import { tableNode } from '../relation/table.ts'
import type { AnyTable } from './table.ts'

/** A relation of any rows. The members that begin with `~` exist for the compiler alone. */
export interface AnyRelation {
  readonly kind: 'relation'
  readonly node: RelationNode
  /** What an error calls it. */
  readonly label: string
  readonly '~key': object
  readonly '~row': object
}

/** What stands for a relation in an expression: a table, or a relation on an open database. */
export type Operand = AnyTable | AnyRelation

export type KeyIn<O extends Operand> = O['~key']
export type RowIn<O extends Operand> = O extends AnyTable
  ? O['~key'] & O['~secondary']
  : O extends AnyRelation
    ? O['~row']
    : never

export const nodeOf = (operand: Operand): RelationNode =>
  operand.kind === 'relation' ? operand.node : tableNode(operand.declaration)

export const labelOf = (operand: Operand): string => (operand.kind === 'relation' ? operand.label : operand.typeName)

export const isOperand = (value: unknown): value is Operand =>
  typeof value === 'object' &&
  value !== null &&
  'kind' in value &&
  (value.kind === 'relation' || value.kind === 'table')
