import type { Heading } from '../attribute/attribute.ts'
import type { Flatten } from '../definition/types.ts'
import { aggregate } from '../relation/aggregate.ts'
import { join } from '../relation/join.ts'
import { project } from '../relation/project.ts'
import { restrict } from '../relation/restrict.ts'
import { top } from '../relation/top.ts'
import { union } from '../relation/union.ts'
import type { RelationNode } from '../relation/node.ts'
import { checkOptions, inCaller } from './call.ts'
import type { Context } from './context.ts'
import { NotOneRowError } from './errors.ts'
import { countRows } from './fetch/count-rows.ts'
import { type ColumnsOf, fetchColumns } from './fetch/columns.ts'
import { fetchRows } from './fetch/fetch.ts'
import { keyCondition, rememberKey } from './expression/key.ts'
import { made } from './made.ts'
import { type JoinOptions, matchingOf, type RestrictOptions } from './expression/matching.ts'
import { type AnyRelation, labelOf, nodeBeside, type Operand, type RowIn } from './operand.ts'
import {
  type AggregateColumns,
  columnsOf,
  entriesOf,
  type ProjectedKey,
  type ProjectedRow,
  type Selection,
} from './expression/projection.ts'
import { type Preview, type PreviewOptions, previewRows } from './fetch/preview.ts'
import type { ExtendedRow, JoinedKey, JoinedRow, UnitedRow } from './row-types.ts'
import { conditionOf, type Restriction } from './expression/restriction.ts'
import {
  type AggregateOptions,
  type FetchOptions,
  parseAggregateOptions,
  parseNamesAndOptions,
  parseOrders,
  type StreamOptions,
  type TopOptions,
} from './expression/row-selection.ts'
import { streamRows } from './fetch/stream.ts'

const FETCH_OPTIONS = ['order', 'limit', 'offset', 'signal']

/** A relation on an open database: immutable; every operation gives another one, and only the fetching ones do I/O. */
export class Relation<Key extends object, Row extends object> implements AnyRelation {
  readonly kind = 'relation'
  declare readonly '~key': Key
  declare readonly '~row': Row
  readonly node: RelationNode
  protected readonly context: Context
  readonly label: string

  constructor(context: Context, node: RelationNode, label: string) {
    this.context = context
    this.node = node
    this.label = label
    made(this)
  }

  get database(): object {
    return this.context.database
  }

  /** Its attributes in order: the primary key first. */
  get heading(): Heading {
    return this.node.heading
  }

  /** A relation on the database of another. */
  static beside<Key extends object, Row extends object>(
    relation: Relation<object, object>,
    node: RelationNode,
    label: string,
  ): Relation<Key, Row> {
    return new Relation(relation.context, node, label)
  }

  /**
   * The rows that satisfy a restriction: an object of values or comparisons, all of which must hold, `sql`, `and`, `or`, `not`, a
   * list of which one must hold, or a relation, some row of which must match.
   *
   * ```ts
   * db(Session).restrict({ subject: 'm1', started: gte('2024-05-01') })
   * ```
   *
   * @throws UnknownNameError `unknown-attribute`
   * @throws RestrictingValueError `invalid-value` for a value that the attribute never has
   * @throws UnrelatedNamesakeError `unrelated-namesake` where a relation has an attribute of that name and another lineage
   */
  restrict(restriction: Restriction<Row>, options: RestrictOptions = {}): this {
    return inCaller(this.restrict, () => {
      const condition = conditionOf(restriction, this, matchingOf('restrict()', options, ['names', 'strict']))
      return this.#same(restrict(this.node, condition))
    })
  }

  /**
   * The rows that do not satisfy a restriction. As in SQL, NULL neither has a value nor lacks it: a row whose attribute is
   * NULL is left out by `exclude({ attribute: value })` too. Of a relation, NULL matches no row. Errors are those of
   * `restrict`.
   */
  exclude(restriction: Restriction<Row>, options: RestrictOptions = {}): this {
    return inCaller(this.exclude, () => {
      const condition = conditionOf(restriction, this, matchingOf('exclude()', options, ['names', 'strict']))
      return this.#same(restrict(this.node, { kind: 'not', condition }))
    })
  }

  /**
   * The rows that belong to a key of another table, mostly a wider one: the attributes that both share are equal, and
   * at least one must be shared. For a key that the engine made, shared means of the same lineage; of a plain object,
   * only primary key attributes count.
   *
   * @throws UnrelatedKeyError `unrelated-key` where they share nothing
   * @throws AmbiguousKeyError `ambiguous-key` where an attribute of the key belongs to several here
   */
  forKey(key: object): this {
    return inCaller(this.forKey, () => this.#same(restrict(this.node, keyCondition(key, this.node, this.label))))
  }

  /**
   * Some of the rows in an order, whatever is built on them: a join, a count or a delete concerns these rows.
   *
   * @throws InvalidTopError `invalid-top` for a limit or an offset that is no number of rows
   */
  top(options: TopOptions<Row>): this {
    return inCaller(this.top, () => {
      checkOptions('top()', options, ['order', 'limit', 'offset'])
      const { order, limit = null, offset = 0 } = options
      return this.#same(top(this.node, { order: parseOrders(order), limit, offset }))
    })
  }

  /**
   * The named attributes (`'...'` for all, `'-name'` without one), renamed ones (`{ new: 'old' }`) and computed ones beside
   * the primary key, which always stays.
   *
   * ```ts
   * db(Trial).project('reward', { began: 'start', length: sql`stop - start`.as('float64') })
   * ```
   *
   * @throws UnknownAttributeError `unknown-attribute`
   * @throws ExcludedKeyError `excluded-key` where `'-name'` names a part of the key
   */
  project<const S extends readonly Selection<Row>[]>(
    ...selections: S
  ): Relation<ProjectedKey<Key, S>, ProjectedRow<Key, Row, S>> {
    const node = inCaller(this.project, () => project(this.node, columnsOf(selections, this.heading)))
    return new Relation(this.context, node, this.label)
  }

  /**
   * Every pair of rows that agree in all attributes of the same name, which must be of the same lineage.
   *
   * @throws UnrelatedNamesakeError `unrelated-namesake` where one is of another: rename it, or say `{ matching: 'names' }`
   */
  join<const R extends Operand>(
    other: R,
    options: JoinOptions = {},
  ): Relation<JoinedKey<Key, Row, R>, JoinedRow<Row, R>> {
    const node = inCaller(this.join, () => {
      const right = nodeBeside(this, other, 'join()')
      return join(this.node, right, { matching: matchingOf('join()', options, ['names']) })
    })
    return new Relation(this.context, node, `${this.label} * ${labelOf(other)}`)
  }

  /**
   * Every row, with the attributes of the one row of another relation that belongs to it: NULL where none does. The key of
   * the other must be among the attributes here.
   *
   * @throws UndeterminedJoinError `undetermined-join` where it is not
   */
  extend<const R extends Operand>(other: R, options: JoinOptions = {}): Relation<Key, ExtendedRow<Row, R>> {
    const node = inCaller(this.extend, () => {
      const right = nodeBeside(this, other, 'extend()')
      return join(this.node, right, { keep: 'left', matching: matchingOf('extend()', options, ['names']) })
    })
    return new Relation(this.context, node, `${this.label} + ${labelOf(other)}`)
  }

  /**
   * For every row, by its key, what the rows of `group` that belong to it amount to: `{ sessions: count(), first:
   * min('started') }`. Attributes of its own that are to be kept are named: `{ sex: 'sex' }`. Rows without a group stay, with
   * counts of 0 and NULL.
   *
   * @throws UndeterminedGroupError `undetermined-group` where `group` lacks a part of the key here
   */
  aggregate<const R extends Operand, const C extends AggregateColumns<Row, RowIn<R>>>(
    group: R,
    columns: C,
    options: AggregateOptions = {},
  ): Relation<ProjectedKey<Key, readonly [C]>, ProjectedRow<Key, Row, readonly [C], RowIn<R>>> {
    const node = inCaller(this.aggregate, () => {
      const beside = nodeBeside(this, group, 'aggregate()')
      return aggregate(this.node, beside, Object.fromEntries(entriesOf(columns)), parseAggregateOptions(options))
    })
    return new Relation(this.context, node, this.label)
  }

  /**
   * The rows of both relations, which must have the same primary key: a key that both have is one row with the attributes
   * of both. Beside the key they share no attribute.
   *
   * @throws UnionError `union-key`, `union-attribute`
   */
  union<const R extends Operand>(other: R, options: JoinOptions = {}): Relation<Key, UnitedRow<Key, Row, R>> {
    const node = inCaller(this.union, () =>
      union(this.node, nodeBeside(this, other, 'union()'), matchingOf('union()', options, ['names'])),
    )
    return new Relation(this.context, node, `${this.label} | ${labelOf(other)}`)
  }

  /**
   * All of its rows, or those that the options say.
   *
   * ```ts
   * const rows = await db(Session).fetch({ order: ['started desc'], limit: 10 })
   * ```
   */
  async fetch(options: FetchOptions<Row> = {}): Promise<Flatten<Row>[]> {
    return fetchRows<Flatten<Row>>(this.context, this.#ordered('fetch()', options), options.signal)
  }

  /**
   * The rows one by one, as the database gives them: no more than a few batches are in memory. Ending the loop early, or
   * aborting, stops the query. It holds a session of its own until then; inside a transaction it holds that one's, and
   * other statements of the transaction are refused meanwhile (`stream-open`).
   *
   * ```ts
   * for await (const row of db(Trial).stream({ order: ['started'] })) { ... }
   * ```
   */
  stream(options: StreamOptions<Row> = {}): AsyncGenerator<Flatten<Row>, void, undefined> {
    return streamRows<Flatten<Row>>(this.context, this.#ordered('stream()', options), options)
  }

  /**
   * The values of the named attributes by column, all where none is named: numbers come in typed arrays, others in plain
   * ones. The columns are in one order.
   *
   * ```ts
   * const { time, amplitude } = await db(Spike).fetchColumns('time', 'amplitude', { order: ['time'] })
   * ```
   */
  async fetchColumns(options?: FetchOptions<Row>): Promise<ColumnsOf<Row, keyof Row & string>>
  async fetchColumns<const N extends readonly [keyof Row & string, ...(keyof Row & string)[]]>(
    ...names: N
  ): Promise<ColumnsOf<Row, N[number]>>
  async fetchColumns<const N extends readonly [keyof Row & string, ...(keyof Row & string)[]]>(
    ...namesAndOptions: readonly [...names: N, options: FetchOptions<Row>]
  ): Promise<ColumnsOf<Row, N[number]>>
  async fetchColumns(...given: readonly (string | FetchOptions<Row> | undefined)[]): Promise<Record<string, unknown>> {
    const { names, options } = parseNamesAndOptions(given)
    return fetchColumns(this.context, this.#ordered('fetchColumns()', options), names, options.signal)
  }

  /** The first rows as a table of text, for people: `(await db(Subject).preview()).text`. Nothing large is read. */
  async preview(options: PreviewOptions = {}): Promise<Preview> {
    checkOptions('preview()', options, ['limit', 'width', 'signal'])
    return previewRows(this.context, this.node, options)
  }

  /**
   * The only row.
   *
   * @throws NotOneRowError `not-one-row` where there is none, or more than one
   */
  async fetch1(options: { readonly signal?: AbortSignal } = {}): Promise<Flatten<Row>> {
    checkOptions('fetch1()', options, ['signal'])
    const rows = await fetchRows<Flatten<Row>>(this.context, this.#ordered('fetch1()', { limit: 2 }), options.signal)
    const [row] = rows
    if (row === undefined || rows.length > 1) throw new NotOneRowError(this.label, rows.length)
    return row
  }

  /** The primary keys. `forKey` understands each of them by lineage. */
  async keys(options: FetchOptions<Row> = {}): Promise<Flatten<Key>[]> {
    const node = project(this.#ordered('keys()', options), {})
    const keys = await fetchRows<Flatten<Key>>(this.context, node, options.signal)
    for (const key of keys) rememberKey(key, node.heading)
    return keys
  }

  /** How many rows there are. */
  async count(options: { readonly signal?: AbortSignal } = {}): Promise<number> {
    checkOptions('count()', options, ['signal'])
    return countRows(this.context, this.node, options.signal)
  }

  /** Whether there is any row. */
  async exists(options: { readonly signal?: AbortSignal } = {}): Promise<boolean> {
    checkOptions('exists()', options, ['signal'])
    const keys = await fetchRows(this.context, project(this.#ordered('exists()', { limit: 1 }), {}), options.signal)
    return keys.length > 0
  }

  protected derive(node: RelationNode): Relation<Key, Row> {
    return new Relation(this.context, node, this.label)
  }

  #same(node: RelationNode): this {
    // what is derived has these attributes, and is a table's relation where this one is
    return this.derive(node) as this
  }

  #ordered(call: string, options: FetchOptions<Row>): RelationNode {
    checkOptions(call, options, call === 'stream()' ? [...FETCH_OPTIONS, 'batch'] : FETCH_OPTIONS)
    const { order, limit, offset = 0 } = options
    const orders = parseOrders(order)
    if (orders.length === 0 && limit === undefined && offset === 0) return this.node
    return top(this.node, { order: orders, limit: limit ?? null, offset })
  }
}
