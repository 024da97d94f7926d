import { isMade, made } from '../made.ts'
import type { Restriction } from './restriction.ts'

/** Restrictions put together, for rows that have the attributes of `Row`. `~rows` exists for the compiler alone. */
export interface Logic<Row extends object> {
  readonly kind: 'logic'
  readonly operator: 'and' | 'or' | 'not'
  readonly restrictions: readonly unknown[]
  readonly '~rows': (row: Row) => void
}

/** Where nothing says which rows they are for, the names are checked when they restrict a relation. */
type AnyRow = Record<string, unknown>

/** All of the restrictions; of none, every row. */
export const and = <Row extends object = AnyRow>(...restrictions: readonly Restriction<NoInfer<Row>>[]): Logic<Row> =>
  logic('and', restrictions)

/** One of the restrictions at least; of none, no row. A list of restrictions says the same. */
export const or = <Row extends object = AnyRow>(...restrictions: readonly Restriction<NoInfer<Row>>[]): Logic<Row> =>
  logic('or', restrictions)

/** Rows of which the restriction is false: as in SQL, not those of which NULL leaves it unknown. */
export const not = <Row extends object = AnyRow>(restriction: Restriction<NoInfer<Row>>): Logic<Row> =>
  logic('not', [restriction])

export const isLogic = (value: unknown): value is Pick<Logic<object>, 'operator' | 'restrictions'> =>
  isMade(value, 'logic')

/** The member for the compiler is on no value. */
const logic = <Row extends object>(operator: Logic<Row>['operator'], restrictions: readonly unknown[]): Logic<Row> =>
  made({ kind: 'logic', operator, restrictions }) as unknown as Logic<Row>
