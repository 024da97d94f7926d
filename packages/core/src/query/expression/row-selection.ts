import type { Order } from '../../relation/node.ts'
import { checkOptions, show } from '../call.ts'
import { InvalidCallError, InvalidOrderError } from '../errors.ts'
import { type JoinOptions, matchingOf } from './matching.ts'

/** `'spike_count desc'`, or a name alone for ascending. */
export type OrderBy<Row extends object> = (keyof Row & string) | `${keyof Row & string} desc`

/** Which rows are fetched, and in which order. */
export interface FetchOptions<Row extends object> {
  /** First by the first of them; NULL comes first, and `'name desc'` turns an order round. */
  readonly order?: readonly OrderBy<Row>[]
  /** The most rows to fetch. */
  readonly limit?: number
  /** How many rows to leave out first. */
  readonly offset?: number
  /** Stops the query on the server when it aborts. */
  readonly signal?: AbortSignal
}

/** Which rows are streamed, and how. */
export interface StreamOptions<Row extends object> extends FetchOptions<Row> {
  /** How many rows are taken from the database at once, 1000 where this is left out. */
  readonly batch?: number
}

/** Which rows a `top` keeps. */
export interface TopOptions<Row extends object> {
  /** Where rows are cut off, ties are broken by the primary key. */
  readonly order?: readonly OrderBy<Row>[]
  /** The most rows to keep; all where it is left out or `null`. */
  readonly limit?: number | null
  /** How many rows to leave out first. */
  readonly offset?: number
}

/** Which rows an aggregation has, and how those of the group belong to them. */
export interface AggregateOptions extends JoinOptions {
  /** `all` rows, the default; `matching` leaves out those for which the group has none. */
  readonly keep?: 'all' | 'matching'
}

/** From JavaScript, what is to be kept may be misspelt. */
export function parseAggregateOptions(options: AggregateOptions) {
  checkOptions('aggregate()', options, ['keep', 'matching'])
  const { keep = 'all', ...joining } = options
  if (keep !== 'all' && keep !== 'matching') {
    throw new InvalidCallError(`aggregate() was given keep: ${show(keep)}. There are 'all' and 'matching'.`)
  }
  return { keep, matching: matchingOf('aggregate()', joining, ['names']) }
}

/** The names of attributes one by one, and options after them. */
export function parseNamesAndOptions<Row extends object>(
  given: readonly (string | FetchOptions<Row> | undefined)[],
): {
  readonly names: readonly string[]
  readonly options: FetchOptions<Row>
} {
  if (given.some(Array.isArray)) throw new InvalidCallError("fetchColumns() takes names one by one: ('a', 'b').")
  const names = given.filter((one) => typeof one === 'string')
  const [options = {}, ...others] = given.filter((one) => typeof one !== 'string')
  if (others.length > 0) {
    throw new InvalidCallError("fetchColumns() takes names, and then options: ('a', 'b', { limit }).")
  }
  return { names, options }
}

/** From JavaScript, an order may be no list. */
export function parseOrders(orders: unknown = []): readonly Order[] {
  if (Array.isArray(orders)) return orders.map(parseOrder)
  throw new InvalidCallError(`An order is a list, such as ['session desc', 'trial'], and not ${show(orders)}.`)
}

/** From JavaScript, an order may be no text. */
function parseOrder(order: unknown): Order {
  const text = typeof order === 'string' ? order : show(order)
  const [, attribute = '', direction] = /^(\S+)(?: (asc|desc))?$/i.exec(text) ?? []
  if (attribute === '' || typeof order !== 'string') throw new InvalidOrderError(text)
  return { attribute, descending: direction?.toLowerCase() === 'desc' }
}
