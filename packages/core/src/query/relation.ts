import type { Heading } from '../attribute/attribute.ts'
import { lower } from '../compile/lower.ts'
import type { Flatten } from '../definition/types.ts'
import { join } from '../relation/join.ts'
import { project } from '../relation/project.ts'
import { restrict } from '../relation/restrict.ts'
import { top } from '../relation/top.ts'
import type { Order, RelationNode } from '../relation/node.ts'
import type { Context } from './context.ts'
import { InvalidOrderError, NotOneRowError } from './errors.ts'
import { readRows } from './fetch.ts'
import { keyCondition, rememberKey } from './key.ts'
import { type AnyRelation, type KeyIn, labelOf, nodeBeside, type Operand, type RowIn } from './operand.ts'
import { columnsOf, type ProjectedKey, type ProjectedRow, type Selection } from './projection.ts'
import { conditionOf, type Restriction } from './restriction.ts'

/** `'spike_count desc'`, or a name alone for ascending. */
export type OrderBy<Row extends object> = (keyof Row & string) | `${keyof Row & string} desc`

/** Which rows are fetched, and in which order. */
export interface FetchOptions<Row extends object> {
  readonly order?: readonly OrderBy<Row>[]
  /** The most rows to fetch. */
  readonly limit?: number
  /** How many rows to leave out first. */
  readonly offset?: number
  readonly signal?: AbortSignal
}

/** The key of a join: that of the operand which determines the other, else both. */
type JoinedKey<Key, Row, R extends Operand> = keyof KeyIn<R> extends keyof Row
  ? Key
  : keyof Key extends keyof RowIn<R>
    ? KeyIn<R>
    : Key & KeyIn<R>

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
  }

  get database(): object {
    return this.context.database
  }

  get heading(): Heading {
    return this.node.heading
  }

  /** The rows that satisfy a restriction. An unknown attribute is refused here. */
  restrict(restriction: Restriction<Row>): Relation<Key, Row> {
    return this.derive(restrict(this.node, conditionOf(restriction, this)))
  }

  /**
   * The rows that do not satisfy a restriction. As in SQL, NULL neither has a value nor lacks it: a row whose attribute is
   * NULL is left out by `exclude({ attribute: value })` too. Of a relation, NULL matches no row.
   */
  exclude(restriction: Restriction<Row>): Relation<Key, Row> {
    return this.derive(restrict(this.node, { kind: 'not', condition: conditionOf(restriction, this) }))
  }

  /**
   * The rows that belong to a key of another table, mostly a wider one: the attributes that both share are equal, and
   * at least one must be shared. For a key that the engine made, shared means of the same lineage; of a plain object,
   * only primary key attributes count.
   */
  forKey(key: object): Relation<Key, Row> {
    return this.derive(restrict(this.node, keyCondition(key, this.node, this.label)))
  }

  /** The named attributes, or renamed ones (`{ new: 'old' }`), beside the primary key, which always stays. */
  project<const S extends readonly Selection<Row>[]>(
    ...selections: S
  ): Relation<ProjectedKey<Key, S>, ProjectedRow<Key, Row, S>> {
    return new Relation(this.context, project(this.node, columnsOf(selections)), this.label)
  }

  /** Every pair of rows that agree in all attributes of the same name, which must be of the same lineage. */
  join<const R extends Operand>(other: R): Relation<JoinedKey<Key, Row, R>, Flatten<Row & RowIn<R>>> {
    const right = nodeBeside(this, other)
    return new Relation(this.context, join(this.node, right), `${this.label} * ${labelOf(other)}`)
  }

  async fetch(options: FetchOptions<Row> = {}): Promise<Flatten<Row>[]> {
    return this.#read<Flatten<Row>>(this.#ordered(options), options.signal)
  }

  /** The only row; an error where there is none, or more than one. */
  async fetch1(options: { readonly signal?: AbortSignal } = {}): Promise<Flatten<Row>> {
    const rows = await this.#read<Flatten<Row>>(this.#ordered({ limit: 2 }), options.signal)
    const [row] = rows
    if (row === undefined || rows.length > 1) throw new NotOneRowError(this.label, rows.length)
    return row
  }

  /** The primary keys. `forKey` understands each of them by lineage. */
  async keys(options: FetchOptions<Row> = {}): Promise<Flatten<Key>[]> {
    const node = project(this.#ordered(options), {})
    const keys = await this.#read<Flatten<Key>>(node, options.signal)
    for (const key of keys) rememberKey(key, node.heading)
    return keys
  }

  async count(options: { readonly signal?: AbortSignal } = {}): Promise<number> {
    const { connection, reads } = this.context
    const statement = connection.dialect.count(lower(this.node))
    const rows = await connection.query(statement, options.signal)
    reads?.record(statement, rows)
    return Number(rows[0]?.[0] ?? 0)
  }

  async exists(options: { readonly signal?: AbortSignal } = {}): Promise<boolean> {
    const keys = await this.#read(project(this.#ordered({ limit: 1 }), {}), options.signal)
    return keys.length > 0
  }

  protected derive(node: RelationNode): Relation<Key, Row> {
    return new Relation(this.context, node, this.label)
  }

  #ordered({ order = [], limit, offset = 0 }: FetchOptions<Row>): RelationNode {
    if (order.length === 0 && limit === undefined && offset === 0) return this.node
    return top(this.node, { order: order.map(parseOrder), limit: limit ?? null, offset })
  }

  async #read<R extends object>(node: RelationNode, signal?: AbortSignal): Promise<R[]> {
    const { connection, reads } = this.context
    const statement = connection.dialect.select(lower(node))
    const rows = await connection.query(statement, signal)
    reads?.record(statement, rows)
    return readRows<R>(rows, node.heading, this.context, signal)
  }
}

function parseOrder(order: string): Order {
  const [, attribute = '', direction] = /^(\S+)(?: (asc|desc))?$/i.exec(order) ?? []
  if (attribute === '') throw new InvalidOrderError(order)
  return { attribute, descending: direction?.toLowerCase() === 'desc' }
}
