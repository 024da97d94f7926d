/** A value that may be given in other forms than the one in which it is fetched: for the compiler alone, while it reads a definition. */
export interface Givable<Fetched, Given> {
  readonly '~fetched': Fetched
  readonly '~given': Given
}

/** A value as it is fetched. */
export type FetchedOf<Value> = [Value] extends [Givable<unknown, unknown>] ? Value['~fetched'] : Value

/** A value as it may be given when a row is inserted or updated. */
export type GivenOf<Value> = [Value] extends [Givable<unknown, unknown>] ? Value['~given'] : Value
