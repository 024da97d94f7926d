import type { Flatten } from '../definition/types.ts'
import type { KeyIn, Operand, RowIn } from './operand.ts'

/** The key of a join: that of the operand which determines the other, else both. */
export type JoinedKey<Key, Row, R extends Operand> = keyof KeyIn<R> extends keyof Row
  ? Key
  : keyof Key extends keyof RowIn<R>
    ? KeyIn<R>
    : Key & KeyIn<R>

export type JoinedRow<Row, R extends Operand> = Flatten<Row & RowIn<R>>

/** What the other relation adds may be missing. */
export type ExtendedRow<Row, R extends Operand> = Flatten<
  Row & { [N in Exclude<keyof RowIn<R>, keyof Row>]: RowIn<R>[N] | null }
>

/** The secondary attributes of one side are missing in the rows of the other. */
export type UnitedRow<Key, Row, R extends Operand> = Flatten<
  Key & { [N in Exclude<keyof Row, keyof Key>]: Row[N] | null } & {
    [N in Exclude<keyof RowIn<R>, keyof KeyIn<R>>]: RowIn<R>[N] | null
  }
>
