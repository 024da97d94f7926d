import type { Attribute, Heading } from '../attribute/attribute.ts'
import type { StoredValue } from '../attribute/storage.ts'
import type { ServerValue } from '../compile/dialect.ts'
import { lower } from '../compile/lower.ts'
import type { Connection } from '../connection/connection.ts'
import { typeName } from '../definition/table-name.ts'
import type { TableName } from '../definition/table-declaration.ts'
import type { Context } from '../query/context.ts'
import { rowsReader } from '../query/fetch/fetch.ts'
import type { Condition } from '../relation/condition.ts'
import { requireAttribute } from '../relation/heading.ts'
import { project } from '../relation/project.ts'
import { restrict } from '../relation/restrict.ts'
import { tableNode } from '../relation/table.ts'
import { all } from './job-conditions.ts'
import { reservationsTable } from './job-table.ts'

/** A row of `~jobs`; `key` is unpacked. */
export interface Reservation {
  readonly table_name: string
  readonly key_hash: string
  readonly [attribute: string]: unknown
}

/** How long it is remembered that MATLAB has no rows, in milliseconds. */
const REMEMBERED = 10_000

/** The rows of one table in the `~jobs` of its schema. */
export class Reservations {
  readonly heading: Heading
  readonly #table: TableName
  readonly #name: TableName
  readonly #context: Context
  #withoutMatlab = -Infinity

  constructor(context: Context, table: TableName) {
    const declaration = reservationsTable(table.schema)
    this.heading = declaration.heading
    this.#name = declaration.name
    this.#table = table
    this.#context = context
  }

  /** Those of Python's clients and ours that satisfy a condition. */
  async find(condition: Condition, names: readonly string[], connection = this.#context.connection) {
    return this.#read(all([this.#own, condition]), names, connection)
  }

  /** Those of MATLAB, which calls the table by its class. */
  async ofMatlab(): Promise<readonly Reservation[]> {
    if (performance.now() - this.#withoutMatlab < REMEMBERED) return []
    const name = typeName(this.#table.table)
    const like: Condition = { kind: 'like', attribute: 'table_name', pattern: `%${name}` }
    const rows = await this.#read(like, ['status', 'key'], this.#context.connection)
    const found = rows.filter(({ table_name: table }) => table === name || table.endsWith(`.${name}`))
    if (found.length === 0) this.#withoutMatlab = performance.now()
    return found
  }

  insert(connection: Connection, rows: readonly Readonly<Record<string, StoredValue>>[]): Promise<number> {
    const names = Object.keys(rows[0] ?? {})
    const attributes = ['table_name', ...names].map((name) => requireAttribute(this.heading, name))
    const values = rows.map((row) => [this.#table.table, ...names.map((name) => row[name] ?? null)])
    return connection.execute(connection.dialect.insert(this.#name, attributes, values, 'skip'))
  }

  update(connection: Connection, values: Readonly<Record<string, StoredValue | ServerValue>>, condition: Condition) {
    const set = Object.entries(values).map(([name, value]): readonly [Attribute, StoredValue | ServerValue] => [
      requireAttribute(this.heading, name),
      value,
    ])
    return connection.execute(connection.dialect.update(this.#name, this.heading, set, all([this.#own, condition])))
  }

  delete(connection: Connection, condition: Condition): Promise<number> {
    return connection.execute(connection.dialect.delete(this.#name, this.heading, all([this.#own, condition])))
  }

  get #own(): Condition {
    return is('table_name', this.#table.table)
  }

  async #read(condition: Condition, names: readonly string[], connection: Connection): Promise<readonly Reservation[]> {
    const wanted = Object.fromEntries(names.map((name) => [name, name]))
    const node = project(restrict(tableNode({ name: this.#name, heading: this.heading }), condition), wanted)
    const rows = await connection.query(connection.dialect.select(lower(node)))
    return rowsReader<Reservation>(node.heading, this.#context)(rows)
  }
}

export const is = (attribute: string, value: Exclude<StoredValue, null>): Condition => ({
  kind: 'compare',
  attribute,
  operator: '=',
  value,
})

export const hashesAre = (hashes: readonly string[]): Condition =>
  hashes.length === 1
    ? is('key_hash', hashes[0] ?? '')
    : { kind: 'in', attributes: ['key_hash'], keys: hashes.map((hash) => [hash]) }
