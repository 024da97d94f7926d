import type { Heading } from '../attribute/attribute.ts'
import type { TableName } from '../definition/table-declaration.ts'
import type { Condition } from './condition.ts'
import type { Column } from './expression.ts'

/** A base table. */
export interface TableNode {
  readonly kind: 'table'
  readonly heading: Heading
  readonly name: TableName
  /** Nothing tells its rows apart. */
  readonly keyless?: true
}

export interface RestrictNode {
  readonly kind: 'restrict'
  readonly heading: Heading
  readonly source: RelationNode
  readonly condition: Condition
}

/** Some attributes, renamed or not, and computed ones; always the whole primary key. */
export interface ProjectNode {
  readonly kind: 'project'
  readonly heading: Heading
  readonly source: RelationNode
  /** Name here to what it is in the source, in the order of the heading. */
  readonly columns: Readonly<Record<string, Column>>
}

export interface JoinNode {
  readonly kind: 'join'
  readonly heading: Heading
  readonly left: RelationNode
  readonly right: RelationNode
  /** The attributes that are equal on both sides. */
  readonly on: readonly string[]
  /** `left` keeps the rows of the left side that match nothing: the extension of a relation by another. */
  readonly keep: 'matching' | 'left'
}

/**
 * For each row of `source`, by its key, what the rows of `group` that match it amount to. Where `keep` is `all`, also for
 * rows that none matches.
 */
export interface AggregateNode {
  readonly kind: 'aggregate'
  readonly heading: Heading
  readonly source: RelationNode
  readonly group: RelationNode
  /** The attributes that are equal on both sides. */
  readonly on: readonly string[]
  readonly keep: 'all' | 'matching'
  /** Attributes of `source`, and expressions over the rows of `group`, in the order of the heading. */
  readonly columns: Readonly<Record<string, Column>>
}

/**
 * The distinct values of some attributes of `source`, which are the key (the universal set restricted by a relation), and
 * what the rows that have them amount to. Of no attributes: without computed ones, one row where `source` has any; with
 * computed ones, always one row.
 */
export interface DistinctNode {
  readonly kind: 'distinct'
  readonly heading: Heading
  readonly source: RelationNode
  /** Attributes of `source` and aggregate or SQL expressions over it, in the order of the heading. */
  readonly columns: Readonly<Record<string, Column>>
}

/** The rows of both, by their key; those in both have the secondary attributes of both. */
export interface UnionNode {
  readonly kind: 'union'
  readonly heading: Heading
  readonly left: RelationNode
  readonly right: RelationNode
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
export type RelationNode =
  | TableNode
  | RestrictNode
  | ProjectNode
  | JoinNode
  | AggregateNode
  | DistinctNode
  | UnionNode
  | TopNode
