import type { Connection } from '../connection/connection.ts'

/** One try at making a key. */
export interface Attempt {
  readonly key: object
  /** 1 for the first time that the key is tried. */
  readonly number: number
  /** When one of them aborts, there is no point in going on. */
  readonly signals: readonly AbortSignal[]
  /** What the inserting transaction does first; `null` where there is nothing. */
  readonly complete: ((transaction: Connection, seconds: number) => Promise<void>) | null
}

/** Where the keys to make come from, and where it is told what became of each: of every attempt exactly one of these. */
export interface Supply<A extends Attempt = Attempt> {
  /** How many keys there are; `null` where that is not known. */
  readonly keys: number | null
  /** The next key, or `null` when there are no more. May be asked by several at once. */
  next(): Promise<A | null>
  made(attempt: A): Promise<void>
  /** The row is there, made by another. */
  present(attempt: A): Promise<void>
  /** It failed. Returns in how many seconds it will be tried again, or `null`. */
  failed(attempt: A, error: unknown): Promise<number | null>
  /** Nothing came of it through no fault of the key: another may try. */
  released(attempt: A): Promise<void>
  /** It is not known whether it was made: the next run finds out. */
  unknown(attempt: A): Promise<void>
  /** No more is wanted. What was not begun is left to others. */
  close(): Promise<void>
}
