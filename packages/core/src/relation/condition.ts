import type { StoredValue } from '../attribute/storage.ts'
import type { JsonPath, SqlText } from './expression.ts'
import type { RelationNode } from './node.ts'

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>='

/** What a row must satisfy. Attributes are those of the restricted relation; values are in canonical form. */
export type Condition =
  | {
      readonly kind: 'compare'
      readonly attribute: string
      readonly operator: Comparison
      readonly value: Exclude<StoredValue, null>
    }
  | { readonly kind: 'is-null'; readonly attribute: string }
  /** Text: `%` is any characters, `_` one, a backslash makes the next one itself. Case counts. */
  | { readonly kind: 'like'; readonly attribute: string; readonly pattern: string }
  /** A member of a JSON value; one that is absent, null or of another type than the value is unknown. */
  | {
      readonly kind: 'json'
      readonly attribute: string
      readonly path: JsonPath
      readonly operator: Comparison
      readonly value: string | number | boolean
    }
  /** A member of a JSON value is absent or null. */
  | { readonly kind: 'json-null'; readonly attribute: string; readonly path: JsonPath }
  | { readonly kind: 'sql'; readonly sql: SqlText }
  /** The values of `attributes` are one of `keys`: bound as one JSON value, whatever their number. */
  | {
      readonly kind: 'in'
      readonly attributes: readonly string[]
      readonly keys: readonly (readonly Exclude<StoredValue, null>[])[]
    }
  /** Some row of `source` has equal values (a semijoin): pairs of an attribute here and one there. NULL equals nothing. */
  | {
      readonly kind: 'matches'
      readonly source: RelationNode
      readonly on: readonly (readonly [here: string, there: string])[]
    }
  | { readonly kind: 'and'; readonly conditions: readonly Condition[] }
  | { readonly kind: 'or'; readonly conditions: readonly Condition[] }
  | { readonly kind: 'not'; readonly condition: Condition }

/** The conditions that others are made of: all but `and`, `or` and `not`. */
export function leavesOf(condition: Condition): readonly LeafCondition[] {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.conditions.flatMap(leavesOf)
    case 'not':
      return leavesOf(condition.condition)
    default:
      return [condition]
  }
}

type LeafCondition = Exclude<Condition, { readonly kind: 'and' | 'or' | 'not' }>
