import type { Heading } from '../attribute/attribute.ts'
import type { TableName } from '../definition/table-declaration.ts'
import type { Condition } from './condition.ts'

/** A base table. */
export interface TableNode {
  readonly kind: 'table'
  readonly heading: Heading
  readonly name: TableName
}

export interface RestrictNode {
  readonly kind: 'restrict'
  readonly heading: Heading
  readonly source: RelationNode
  readonly condition: Condition
}

/** Some attributes, renamed or not; always the whole primary key. */
export interface ProjectNode {
  readonly kind: 'project'
  readonly heading: Heading
  readonly source: RelationNode
  /** Name here to name in the source, in the order of the heading. */
  readonly columns: Readonly<Record<string, string>>
}

export interface JoinNode {
  readonly kind: 'join'
  readonly heading: Heading
  readonly left: RelationNode
  readonly right: RelationNode
  /** The attributes that are equal on both sides. */
  readonly on: readonly string[]
}

export interface Order {
  readonly attribute: string
  readonly descending: boolean
}

/** Some rows of an ordered relation; survives everything built on it. */
export interface TopNode {
  readonly kind: 'top'
  readonly heading: Heading
  readonly source: RelationNode
  readonly order: readonly Order[]
  readonly limit: number | null
  readonly offset: number
}

/** A relational expression: an immutable tree that knows its heading and nothing of SQL. */
export type RelationNode = TableNode | RestrictNode | ProjectNode | JoinNode | TopNode
