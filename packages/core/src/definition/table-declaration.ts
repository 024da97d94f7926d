import type { Heading } from '../attribute/attribute.ts'
import type { Generation } from '../attribute/generation.ts'
import type { Tier } from './tier.ts'

/** The name of a table in its database. */
export interface TableName {
  readonly schema: string
  /** As the database spells it: `#species`, `_recording`, `__stat`, `_recording__channel`. */
  readonly table: string
}

/** A reference to a whole primary key. */
export interface ForeignKey {
  /** In the order of `parentAttributes`, which is the parent's key. */
  readonly attributes: readonly string[]
  readonly parent: TableName
  readonly parentAttributes: readonly string[]
  /** No two rows refer to the same parent: an index on exactly `attributes`, which `indexes` does not repeat. */
  readonly unique: boolean
}

/** An index that a definition asks for. */
export interface Index {
  readonly unique: boolean
  /**
   * In order: names of attributes; members of json attributes (`name.path:type`) and, in parentheses, expressions in the
   * server's own language: `parseIndexItem` tells them apart. What a server shows of an expression is its own rewriting.
   */
  readonly attributes: readonly string[]
}

export type { Generation } from '../attribute/generation.ts'

/** A definition with its references resolved: everything that is needed to create the table. */
export interface TableDeclaration {
  readonly name: TableName
  readonly tier: Tier
  /** In whose format it is declared: how types are spelt in the database, and what is kept beside it. */
  readonly generation: Generation
  readonly comment: string
  /** In the order of the columns. */
  readonly heading: Heading
  readonly foreignKeys: readonly ForeignKey[]
  readonly indexes: readonly Index[]
  /** Nothing tells its rows apart, of which there may be many: no definition declares it, another program did. */
  readonly keyless?: true
}
