import type { Tables } from './database.ts'
import type { Operand } from './operand.ts'

/** What `compute` is told beside its inputs. */
export interface ComputeContext<Key> {
  readonly key: Key
  readonly signal: AbortSignal
  /** Tells how much is done, from 0 to 1. */
  readonly progress: (fraction: number, message?: string) => void
}

/**
 * How the rows of an imported or computed table come to be, key by key, in three phases: `fetch` reads the database,
 * `compute` works without it and may take hours, and the engine inserts the result in one short transaction, in which
 * it first makes sure that what `fetch` read through `db` is still the same.
 */
export interface Make<Key, Inputs, Result> {
  /** The keys to make, with the attributes of the primary key; where it is left out, the join of the tables that the primary key refers to. */
  readonly keySource?: (db: Tables) => Operand
  /** Reads what the key is made from. It only reads: a write is refused as `write-in-fetch`. */
  readonly fetch: (key: Key, db: Tables) => Inputs | Promise<Inputs>
  /** Makes the row without its key, and the rows of its parts. */
  readonly compute: (inputs: Inputs, context: ComputeContext<Key>) => Result | Promise<Result>
}

/** A make whose types are not known, as the engine calls it. Methods, so that every Make is one. */
export interface AnyMake {
  keySource?(db: Tables): Operand
  fetch(key: object, db: Tables): unknown
  compute(inputs: unknown, context: ComputeContext<object>): unknown
}
