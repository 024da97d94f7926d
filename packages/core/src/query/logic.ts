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
  made('and', restrictions)

/** One of the restrictions at least; of none, no row. A list of restrictions says the same. */
export const or = <Row extends object = AnyRow>(...restrictions: readonly Restriction<NoInfer<Row>>[]): Logic<Row> =>
  made('or', restrictions)

/** Rows of which the restriction is false: as in SQL, not those of which NULL leaves it unknown. */
export const not = <Row extends object = AnyRow>(restriction: Restriction<NoInfer<Row>>): Logic<Row> =>
  made('not', [restriction])

export const isLogic = (value: unknown): value is Pick<Logic<object>, 'operator' | 'restrictions'> =>
  typeof value === 'object' &&
  value !== null &&
  'kind' in value &&
  value.kind === 'logic' &&
  'restrictions' in value &&
  Array.isArray(value.restrictions)

/** The member for the compiler is on no value. */
const made = <Row extends object>(operator: Logic<Row>['operator'], restrictions: readonly unknown[]): Logic<Row> =>
  ({ kind: 'logic', operator, restrictions }) as unknown as Logic<Row>
