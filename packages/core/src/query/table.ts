import type { TableDeclaration } from '../definition/table-declaration.ts'
import type { Flatten } from '../definition/types.ts'
import { isMade } from './made.ts'
import type { AnyMake } from './make.ts'

/**
 * A table as a value: what it declares and which types its rows have. It holds no connection; `db(table)` gives the
 * relation on one. The members that begin with `~` exist for the compiler alone.
 */
export interface Table<
  Key extends object = object,
  Secondary extends object = object,
  NewKey extends object = object,
  NewSecondary extends object = object,
  Own extends object = object,
> {
  readonly kind: 'table'
  /** As a definition refers to it: `Session`, or `ProbeType.Electrode` for a part. */
  readonly typeName: string
  readonly declaration: TableDeclaration
  /** The tables that this one refers to. */
  readonly parents: readonly AnyTable[]
  readonly master: AnyTable | null
  readonly parts: Readonly<Record<string, AnyTable>>
  /** The rows that a lookup table comes with. */
  readonly contents: readonly object[]
  /** How rows come to be in a table that fills itself. */
  readonly make: AnyMake | null
  readonly '~key': Key
  readonly '~secondary': Secondary
  /** The same as they are inserted, which may be in other forms; what may be left out is optional. */
  readonly '~newKey': NewKey
  readonly '~newSecondary': NewSecondary
  /** The attributes that its definition declares itself: known also where a table that it refers to is not. */
  readonly '~own': Own
}

/** A table of any rows, for functions that take them all. */
export type AnyTable = Table

export const isTable = (value: unknown): value is AnyTable => isMade(value, 'table')

/** The primary key of a table. */
export type Key<T extends AnyTable> = Flatten<T['~key']>

/** A row as it is fetched. */
export type Row<T extends AnyTable> = Flatten<T['~key'] & T['~secondary']>

/** A row as it is inserted: what is nullable or has a default may be left out. */
export type NewRow<T extends AnyTable> = Flatten<T['~newKey'] & T['~newSecondary']>

/** A row as it is updated: its key, and what is to change. */
export type UpdatedRow<T extends AnyTable> = Flatten<Required<T['~newKey']> & Partial<T['~newSecondary']>>
