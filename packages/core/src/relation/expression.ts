import type { AttributeType } from '../attribute/attribute.ts'
import type { StoredValue } from '../attribute/storage.ts'

/** A member of a JSON value: names of objects and places in arrays, from the outside in. */
export type JsonPath = readonly (string | number)[]

/** A value bound beside a piece of SQL, or the name of an attribute, which the dialect quotes. */
export type SqlOperand =
  | { readonly kind: 'value'; readonly value: StoredValue }
  | { readonly kind: 'attribute'; readonly name: string }

/**
 * Text in the server's own language. It sees the attributes of the relation it stands on under their names, and nothing
 * else. `operands[i]` stands between `text[i]` and `text[i + 1]`.
 */
export interface SqlText {
  readonly text: readonly string[]
  readonly operands: readonly SqlOperand[]
}

/** How the rows of a group become one value. NULL is left out; of no rows `count` is 0 and the others are NULL. */
export type Aggregation = 'count' | 'count-distinct' | 'sum' | 'average' | 'min' | 'max'

/** A value computed from the attributes of a row, or, in an aggregation, of a group's rows. */
export type Expression =
  | { readonly kind: 'sql'; readonly sql: SqlText; readonly type: AttributeType; readonly nullable: boolean }
  /** A member of a JSON attribute as a value of `type`: NULL where there is none, or none of that type. */
  | {
      readonly kind: 'json'
      readonly attribute: string
      readonly path: JsonPath
      readonly type: AttributeType
    }
  /** `attribute: null` counts rows, with `count` alone. */
  | { readonly kind: 'aggregate'; readonly aggregation: Aggregation; readonly attribute: string | null }

/** What an attribute of a result is: one of the source, by its name there, or computed. */
export type Column = string | Expression
