import type { Storage, StoredValue } from '../attribute/storage.ts'
import type { TableName } from '../definition/table-declaration.ts'
import type { Aggregation, JsonPath } from '../relation/expression.ts'
import type { Column } from './select.ts'

/** What SELECTs differ in from one database to the next. */
export interface SelectSyntax {
  quote(identifier: string): string
  table(name: TableName): string
  /** How a value of this kind of storage is bound, and its place in the text. */
  placeholder(storage: Storage): string
  bound(value: StoredValue, storage: Storage): StoredValue
  /** What to order by: an enum has the order of its values in the type, as in DataJoint. */
  ordered(column: string, storage: Storage): string
  isNull(column: string, storage: Storage): string
  /** That two columns have the same value, NULL included. */
  same(left: string, right: string): string
  /**
   * What a list of keys is searched for, where that is done for each row: a column in the collation of the list, without
   * which it is gone through every time.
   */
  sought(column: string, storage: Storage): string
  /** That `columns` are not `isIn` a list, where it is not negated once more: NULL may count as false. */
  notIn(columns: readonly string[], isIn: string): string
  /** A SELECT of the keys in one bound JSON value, an array of arrays. */
  keys(columns: readonly Column[], placeholder: string): string
  /** That text is like a pattern, letter by letter; `bind` puts the pattern, in whatever spelling, beside the text. */
  like(column: string, pattern: string, bind: (pattern: string) => string): string
  /** A member of a JSON value as one of this kind, NULL where it is of another. The path stands in the text as one literal. */
  member(column: string, path: JsonPath, storage: Storage): string
  /** That a member of a JSON value is absent or null. */
  lacksMember(column: string, path: JsonPath): string
  /** A column that is equal in all rows of each group, in the result of a grouping; `null` where it must be grouped by. */
  determined(column: string): string | null
  /** What SQL text computes, as text that compares like that of columns. */
  asText(expression: string): string
  /** An aggregate function over a column, in the arithmetic that all databases share. */
  aggregate(aggregation: Aggregation, column: string, storage: Storage): string
  /** A column of the result as the driver is to be given it: in the spelling that it reads with the least work. */
  handed(expression: string, storage: Storage): string
  /** The LIMIT of "all rows", which an OFFSET needs. */
  readonly noLimit: string
  /** What stands after a subquery that must not be taken apart. */
  readonly fence: string
}
