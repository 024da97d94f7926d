import type { Storage, StoredValue } from '../attribute/storage.ts'
import type { TableName } from '../definition/table-declaration.ts'
import type { Statement } from '../driver/driver.ts'
import { isCut } from './lower.ts'
import type { Column, Predicate, Select, Source } from './select.ts'

/** What SELECTs differ in from one database to the next. */
export interface SelectSyntax {
  quote(identifier: string): string
  table(name: TableName): string
  /** How a value of this kind of storage is bound, and its place in the text. */
  placeholder(storage: Storage): string
  bound(value: StoredValue, storage: Storage): StoredValue
  /** What to order by for the order of the values: text as text. */
  ordered(column: string, storage: Storage): string
  /** That `columns` are not `isIn` a list, where it is not negated once more: NULL may count as false. */
  notIn(columns: readonly string[], isIn: string): string
  /** A SELECT of the keys in one bound JSON value, an array of arrays. */
  keys(columns: readonly Column[], placeholder: string): string
  /** The LIMIT of "all rows", which an OFFSET needs. */
  readonly noLimit: string
}

/** Puts a value beside the text and returns what stands for it there. Called in the order of the text. */
export type Bind = (value: StoredValue, storage: Storage) => string

/** Writes a statement whose values are bound as it is written, from left to right. */
export function compile(syntax: SelectSyntax, write: (bind: Bind) => string): Statement {
  const parameters: StoredValue[] = []
  const sql = write((value, storage) => {
    parameters.push(syntax.bound(value, storage))
    return syntax.placeholder(storage)
  })
  return { sql, parameters }
}

export const compileSelect = (select: Select, syntax: SelectSyntax): Statement =>
  compile(syntax, (bind) => new SelectWriter(syntax, bind).select(select))

export const compileCount = (select: Select, syntax: SelectSyntax): Statement =>
  compile(syntax, (bind) => new SelectWriter(syntax, bind).count(select))

/** A condition on the columns of one table that is known as `alias` in the statement around it. */
export const writeCondition = (predicate: Predicate, alias: string, syntax: SelectSyntax, bind: Bind): string =>
  new SelectWriter(syntax, bind).predicate(predicate, [alias])

const json: Storage = { kind: 'json' }

/** One statement's text in the making; holds the number of aliases given out. */
class SelectWriter {
  readonly #syntax: SelectSyntax
  readonly #bind: Bind
  #aliases = 0

  constructor(syntax: SelectSyntax, bind: Bind) {
    this.#syntax = syntax
    this.#bind = bind
  }

  select(select: Select): string {
    const aliases = this.#aliasesOf(select)
    const columns = Object.entries(select.columns).map(([name, column]) => {
      const text = this.#column(column, aliases)
      return name === column.name ? text : `${text} AS ${this.#syntax.quote(name)}`
    })
    // the whole key of a table of one row is hidden, so that nothing may be left to select
    const list = columns.length === 0 ? 'NULL' : columns.join(', ')
    return `SELECT ${list}${this.#body(select, aliases, [])}${this.#rows(select, aliases)}`
  }

  count(select: Select): string {
    if (isCut(select)) return `SELECT COUNT(*) FROM (${this.select(select)}) AS ${this.#alias()}`
    return `SELECT COUNT(*)${this.#body(select, this.#aliasesOf(select), [])}`
  }

  predicate(predicate: Predicate, aliases: readonly string[]): string {
    switch (predicate.kind) {
      case 'compare': {
        const operator = predicate.operator === '!=' ? '<>' : predicate.operator
        const column = this.#column(predicate.column, aliases)
        return `${column} ${operator} ${this.#bind(predicate.value, predicate.column.storage)}`
      }
      case 'is-null':
        return `${this.#column(predicate.column, aliases)} IS NULL`
      case 'in': {
        if (predicate.keys.length === 0) return '1 = 0'
        const columns = predicate.columns.map((column) => this.#column(column, aliases)).join(', ')
        const left = predicate.columns.length === 1 ? columns : `(${columns})`
        return `${left} IN (${this.#syntax.keys(predicate.columns, this.#bind(keysAsJson(predicate.keys), json))})`
      }
      case 'exists': {
        const inner = this.#aliasesOf(predicate.select)
        const equal = predicate.on.map(
          ([here, there]) => `${this.#column(there, inner)} = ${this.#column(here, aliases)}`,
        )
        return `EXISTS (SELECT 1${this.#body(predicate.select, inner, equal)})`
      }
      case 'and':
        return this.#all(predicate.predicates, aliases, ' AND ', '1 = 1')
      case 'or':
        return this.#all(predicate.predicates, aliases, ' OR ', '1 = 0')
      case 'not':
        return this.#not(predicate.predicate, aliases)
    }
  }

  /** Brings negation to the leaves, which SQL's third truth value allows. */
  #not(predicate: Predicate, aliases: readonly string[]): string {
    switch (predicate.kind) {
      case 'not':
        return this.predicate(predicate.predicate, aliases)
      case 'and':
      case 'or': {
        const predicates = predicate.predicates.map((part) => ({ kind: 'not', predicate: part }) as const)
        return this.predicate({ kind: predicate.kind === 'and' ? 'or' : 'and', predicates }, aliases)
      }
      case 'in': {
        const columns = predicate.columns.map((column) => this.#column(column, aliases))
        const isIn = this.predicate(predicate, aliases)
        return predicate.keys.length === 0 ? '1 = 1' : this.#syntax.notIn(columns, isIn)
      }
      default:
        return `NOT (${this.predicate(predicate, aliases)})`
    }
  }

  #all(predicates: readonly Predicate[], aliases: readonly string[], operator: string, ofNone: string): string {
    const parts = predicates.map((part) => this.predicate(part, aliases))
    return parts.length === 0 ? ofNone : `(${parts.join(operator)})`
  }

  #body(select: Select, aliases: readonly string[], conditions: readonly string[]): string {
    const from = ` FROM ${this.#source(select.from, aliases[0])}`
    const joins = select.joins.map(({ source, on }, index) => {
      const text = ` JOIN ${this.#source(source, aliases[index + 1])}`
      const equal = on.map(([a, b]) => `${this.#column(a, aliases)} = ${this.#column(b, aliases)}`)
      return equal.length === 0 ? text : `${text} ON ${equal.join(' AND ')}`
    })
    const where = [...conditions, ...select.where.map((part) => this.predicate(part, aliases))]
    return `${from}${joins.join('')}${where.length === 0 ? '' : ` WHERE ${where.join(' AND ')}`}`
  }

  #rows(select: Select, aliases: readonly string[]): string {
    const order = select.order.map(
      ({ column, descending }) =>
        `${this.#syntax.ordered(this.#column(column, aliases), column.storage)}${descending ? ' DESC' : ''}`,
    )
    const orderBy = order.length === 0 ? '' : ` ORDER BY ${order.join(', ')}`
    if (!isCut(select)) return orderBy
    // whole numbers, checked when the relation was made
    const offset = select.offset > 0 ? ` OFFSET ${select.offset}` : ''
    return `${orderBy} LIMIT ${select.limit ?? this.#syntax.noLimit}${offset}`
  }

  #source(source: Source, alias = ''): string {
    const text = 'table' in source ? this.#syntax.table(source.table) : `(${this.select(source.select)})`
    return `${text} AS ${alias}`
  }

  #column({ source, name }: Column, aliases: readonly string[]): string {
    return `${aliases[source]}.${this.#syntax.quote(name)}`
  }

  #aliasesOf(select: Select): readonly string[] {
    return [select.from, ...select.joins].map(() => this.#alias())
  }

  #alias(): string {
    return `t${this.#aliases++}`
  }
}

/** The keys as an array of arrays. */
export const keysAsJson = (keys: readonly (readonly StoredValue[])[]): string =>
  `[${keys.map((key) => `[${key.map(valueAsJson).join(',')}]`).join(',')}]`

/** Bytes as hex digits; integers as digits, also those beyond 2^53, which JSON allows and JavaScript's writer does not. */
function valueAsJson(value: StoredValue): string {
  if (value instanceof Uint8Array)
    return `"${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}"`
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value)
}
