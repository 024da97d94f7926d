import type { Storage, StoredValue } from '../attribute/storage.ts'
import type { TableName } from '../definition/table-declaration.ts'
import type { Comparison } from '../relation/condition.ts'
import type { Aggregation, JsonPath, SqlText } from '../relation/expression.ts'

/** One SELECT: what a relation becomes before any dialect writes it down. */
export interface Select {
  readonly from: Source
  readonly joins: readonly Join[]
  /** Name in the result to where it comes from, in the order of the heading. */
  readonly columns: Readonly<Record<string, Term>>
  readonly where: readonly Predicate[]
  readonly group: Group | null
  readonly order: readonly { readonly column: Column; readonly descending: boolean }[]
  readonly limit: number | null
  readonly offset: number
  /** To be evaluated by itself, where the database would take it apart and get it wrong. */
  readonly fenced?: true
}

export type Source =
  | { readonly table: TableName; readonly attributes: readonly string[] }
  | { readonly select: Select }
  /** The rows of two SELECTs of the same columns; `all`: also those that are in both. */
  | { readonly union: readonly [Select, Select]; readonly all: boolean }

/** Each pair is of a column of an earlier source and one of this one. `left` keeps the rows that match nothing. */
export interface Join {
  readonly kind: 'inner' | 'left'
  readonly source: Source
  readonly on: readonly Pair[]
}

export interface Pair {
  readonly left: Column
  readonly right: Column
  /** NULL is the same as NULL here, and equals nothing otherwise. */
  readonly nulls: 'differ' | 'same'
}

/** The columns of the result that are not computed are equal in all rows of a group. */
export interface Group {
  readonly by: readonly Column[]
  /** With nothing to group by, all rows are one group; whether there is one of no rows. */
  readonly ofNone: boolean
}

/** A column of one source of a SELECT: 0 is `from`, 1 the first join. */
export interface Column {
  readonly kind: 'column'
  readonly source: number
  readonly name: string
  readonly storage: Storage
}

/** A column of the result. */
export type Term =
  | Column
  /** Sees the columns of all sources under their names. */
  | { readonly kind: 'sql'; readonly sql: SqlText; readonly storage: Storage }
  | { readonly kind: 'json'; readonly column: Column; readonly path: JsonPath; readonly storage: Storage }
  | {
      readonly kind: 'aggregate'
      readonly aggregation: Aggregation
      /** `null` counts rows. */
      readonly column: Column | null
      readonly storage: Storage
    }
  | { readonly kind: 'null'; readonly storage: Storage }
  | { readonly kind: 'one'; readonly storage: Storage }

export type Predicate =
  | {
      readonly kind: 'compare'
      readonly column: Column
      readonly operator: Comparison
      readonly value: Exclude<StoredValue, null>
    }
  | { readonly kind: 'is-null'; readonly column: Column }
  | { readonly kind: 'like'; readonly column: Column; readonly pattern: string }
  | {
      readonly kind: 'json'
      readonly column: Column
      readonly path: JsonPath
      readonly operator: Comparison
      readonly value: string | number | boolean
    }
  | { readonly kind: 'json-null'; readonly column: Column; readonly path: JsonPath }
  /** Sees the columns of all sources under their names. */
  | { readonly kind: 'sql'; readonly sql: SqlText }
  | {
      readonly kind: 'in'
      readonly columns: readonly Column[]
      readonly keys: readonly (readonly Exclude<StoredValue, null>[])[]
    }
  /** `select` has a row whose columns equal those of this SELECT: pairs of a column here and one there. */
  | { readonly kind: 'exists'; readonly select: Select; readonly on: readonly Pair[] }
  | { readonly kind: 'and'; readonly predicates: readonly Predicate[] }
  | { readonly kind: 'or'; readonly predicates: readonly Predicate[] }
  | { readonly kind: 'not'; readonly predicate: Predicate }
