import type { Storage, StoredValue } from '../attribute/storage.ts'
import type { TableName } from '../definition/table-declaration.ts'
import type { Comparison } from '../relation/condition.ts'

/** One SELECT: what a relation becomes before any dialect writes it down. */
export interface Select {
  readonly from: Source
  readonly joins: readonly Join[]
  /** Name in the result to where it comes from, in the order of the heading. */
  readonly columns: Readonly<Record<string, Column>>
  readonly where: readonly Predicate[]
  readonly order: readonly { readonly column: Column; readonly descending: boolean }[]
  readonly limit: number | null
  readonly offset: number
}

export type Source = { readonly table: TableName } | { readonly select: Select }

/** An inner join: each pair is of a column of an earlier source and one of this one. */
export interface Join {
  readonly source: Source
  readonly on: readonly (readonly [Column, Column])[]
}

/** A column of one source of a SELECT: 0 is `from`, 1 the first join. */
export interface Column {
  readonly source: number
  readonly name: string
  readonly storage: Storage
}

export type Predicate =
  | {
      readonly kind: 'compare'
      readonly column: Column
      readonly operator: Comparison
      readonly value: Exclude<StoredValue, null>
    }
  | { readonly kind: 'is-null'; readonly column: Column }
  | {
      readonly kind: 'in'
      readonly columns: readonly Column[]
      readonly keys: readonly (readonly Exclude<StoredValue, null>[])[]
    }
  /** `select` has a row whose columns equal those of this SELECT: pairs of a column here and one there. */
  | {
      readonly kind: 'exists'
      readonly select: Select
      readonly on: readonly (readonly [here: Column, there: Column])[]
    }
  | { readonly kind: 'and'; readonly predicates: readonly Predicate[] }
  | { readonly kind: 'or'; readonly predicates: readonly Predicate[] }
  | { readonly kind: 'not'; readonly predicate: Predicate }
