import type { RelationNode } from '../relation/node.ts'
import { tableNode } from '../relation/table.ts'
import { InvalidOperandError } from './algebra-errors.ts'
import { OtherDatabaseError } from './errors.ts'
import { isMade } from './made.ts'
import { type AnyTable, isTable } from './table.ts'

/** A relation of any rows. The members that begin with `~` exist for the compiler alone. */
export interface AnyRelation {
  readonly kind: 'relation'
  readonly node: RelationNode
  /** What it is on: relations of two databases never meet in one expression. */
  readonly database: object
  /** What an error calls it. */
  readonly label: string
  readonly '~key': object
  readonly '~row': object
}

/** All values that some attributes could have. */
export interface AnyUniversalSet {
  readonly kind: 'universal-set'
  readonly attributes: readonly string[]
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

/** The node of an operand that is to be read together with `other`; from JavaScript, anything may be given to `verb`. */
export function nodeBeside(other: AnyRelation, operand: Operand, verb = 'A restriction'): RelationNode {
  if (!isOperand(operand)) throw new InvalidOperandError(verb, operand)
  if (operand.kind === 'relation' && operand.database !== other.database)
    throw new OtherDatabaseError(other.label, operand.label)
  return nodeOf(operand)
}

export const labelOf = (operand: Operand): string => (operand.kind === 'relation' ? operand.label : operand.typeName)

/** An attribute may be called `kind` too: what else an operand has tells it from an object of values. */
export const isOperand = (value: unknown): value is Operand => isTable(value) || isMade(value, 'relation')

export const isUniversalSet = (value: unknown): value is AnyUniversalSet => isMade(value, 'universal-set')
