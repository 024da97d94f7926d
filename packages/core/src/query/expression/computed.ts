import type { FetchedOf } from '../../attribute/givable.ts'
import type { Problem } from '../../definition/spelling.ts'
import type { ValueOf } from '../../definition/value-type.ts'
import type { Aggregation, Expression } from '../../relation/expression.ts'
import { isMade } from '../made.ts'

/**
 * An attribute that is computed from a row's own, which it `Reads`, some of them as JSON. The members that begin with `~`
 * exist for the compiler alone.
 */
export interface Computed<Value, Reads extends string = never, Json extends string = never> {
  readonly kind: 'computed'
  readonly expression: Expression
  readonly '~value': Value
  readonly '~reads': Reads
  readonly '~json': Json
}

/** An attribute that is computed from the rows of a group; `null` stands for the rows themselves. */
export interface Aggregated<A extends Aggregation, Name extends string | null> {
  readonly kind: 'computed'
  readonly expression: Expression
  readonly '~aggregation': A
  readonly '~attribute': Name
}

export type AnyComputed = Computed<unknown, string, string> | Aggregated<Aggregation, string | null>

export const isComputed = (value: unknown): value is AnyComputed => isMade(value, 'computed')

/** The value of a computed attribute; of an aggregated one, over rows of type `Group`. */
export type ValueOfComputed<C, Group> =
  C extends Aggregated<infer A, infer Name>
    ? AggregatedValue<A, Name extends keyof Group ? Group[Name] : unknown>
    : C extends { readonly '~value': infer Value }
      ? Value
      : never

type AggregatedValue<A extends Aggregation, Value> = A extends 'count' | 'count-distinct'
  ? number
  : A extends 'average'
    ? number | null
    : A extends 'sum'
      ? (NonNullable<Value> extends string ? string : number) | null
      : NonNullable<Value> | null

/** `unknown` for the text of a type, otherwise what is wrong with it: for a parameter of type `T & CheckedType<T>`. */
export type CheckedType<T extends string> = string extends T
  ? unknown
  : [ValueOf<T>] extends [Problem<string>]
    ? [ValueOf<T>] extends [never]
      ? unknown
      : ValueOf<T>
    : unknown

/** What the compiler knows of a value whose type is given as text. */
export type ValueOfType<T extends string> = string extends T ? unknown : FetchedOf<ValueOf<T>>
