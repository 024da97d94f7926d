import type { Storage, StoredValue } from '../attribute/storage.ts'
import type { Statement } from '../driver/driver.ts'
import type { Comparison } from '../relation/condition.ts'
import type { SqlText } from '../relation/expression.ts'
import { isCut } from './derive.ts'
import type { SelectSyntax } from './select-syntax.ts'
import type { Column, Group, Join, Pair, Predicate, Select, Source, Term } from './select.ts'

export type { SelectSyntax } from './select-syntax.ts'

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

/** A SELECT whose rows are read, and not used by the statement around it. */
export const compileRead = (select: Select, syntax: SelectSyntax): Statement =>
  compile(syntax, (bind) =>
    new SelectWriter(syntax, bind).select(select, (text, { storage }) => syntax.handed(text, storage)),
  )

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

  select(select: Select, handed: (text: string, term: Term) => string = (text) => text): string {
    const aliases = this.#aliasesOf(select)
    const columns = Object.entries(select.columns).map(([name, term]) => {
      const text = handed(this.#term(term, aliases, select.group), term)
      // a plain column under its own name is called that already
      const named = term.kind === 'column' && name === term.name && text === this.#column(term, aliases)
      return named ? text : `${text} AS ${this.#syntax.quote(name)}`
    })
    // the whole key of a table of one row is hidden, so that nothing may be left to select
    const list = columns.length === 0 ? 'NULL' : columns.join(', ')
    const group = select.group === null ? '' : this.#group(select, select.group, aliases)
    return `SELECT ${list}${this.#body(select, aliases, [])}${group}${this.#rows(select, aliases)}`
  }

  count(select: Select): string {
    if (isCut(select) || select.group !== null)
      return `SELECT COUNT(*) FROM (${this.select(select)}) AS ${this.#alias()}`
    return `SELECT COUNT(*)${this.#body(select, this.#aliasesOf(select), [])}`
  }

  /** `chooses`: the rows are those for which it holds, so that the database may begin with a list of keys. */
  predicate(predicate: Predicate, aliases: readonly string[], chooses = true): string {
    switch (predicate.kind) {
      case 'compare': {
        const { column, operator, value } = predicate
        return `${this.#column(column, aliases)} ${sqlOperator(operator)} ${this.#bind(value, column.storage)}`
      }
      case 'is-null':
        // MySQL takes IS NULL of a date that is never NULL for a comparison with the date 0
        return this.#syntax.same(this.#column(predicate.column, aliases), 'NULL')
      case 'like':
        return this.#syntax.like(this.#column(predicate.column, aliases), predicate.pattern, (pattern) =>
          this.#bind(pattern, predicate.column.storage),
        )
      case 'json': {
        const [value, storage] = memberValue(predicate.value)
        const member = this.#syntax.member(this.#column(predicate.column, aliases), predicate.path, storage)
        return `${member} ${sqlOperator(predicate.operator)} ${this.#bind(value, storage)}`
      }
      case 'json-null':
        return this.#syntax.lacksMember(this.#column(predicate.column, aliases), predicate.path)
      case 'sql':
        return this.#sql(predicate.sql)
      case 'in': {
        if (predicate.keys.length === 0) return '1 = 0'
        const columns = predicate.columns
          .map((column) => {
            const text = this.#column(column, aliases)
            return chooses ? text : this.#syntax.sought(text, column.storage)
          })
          .join(', ')
        const left = predicate.columns.length === 1 ? columns : `(${columns})`
        const keys = predicate.keys.map((key) =>
          key.map((value, index) => this.#syntax.bound(value, predicate.columns[index]?.storage ?? json)),
        )
        return `${left} IN (${this.#syntax.keys(predicate.columns, this.#bind(keysAsJson(keys), json))})`
      }
      case 'exists': {
        const inner = this.#aliasesOf(predicate.select)
        const equal = predicate.on.map(({ left, right, nulls }) =>
          this.#equal(this.#column(right, inner), this.#column(left, aliases), nulls),
        )
        return `EXISTS (SELECT 1${this.#body(predicate.select, inner, equal)})`
      }
      case 'and':
        return this.#all(predicate.predicates, aliases, ' AND ', '1 = 1', chooses)
      case 'or':
        return this.#all(predicate.predicates, aliases, ' OR ', '1 = 0', false)
      case 'not':
        return this.#not(predicate.predicate, aliases, chooses)
    }
  }

  /** Brings negation to the leaves, which SQL's third truth value allows. */
  #not(predicate: Predicate, aliases: readonly string[], chooses: boolean): string {
    switch (predicate.kind) {
      case 'not':
        return this.predicate(predicate.predicate, aliases, chooses)
      case 'and':
      case 'or': {
        const predicates = predicate.predicates.map((part) => ({ kind: 'not', predicate: part }) as const)
        return this.predicate({ kind: predicate.kind === 'and' ? 'or' : 'and', predicates }, aliases, chooses)
      }
      case 'in': {
        const columns = predicate.columns.map((column) => this.#column(column, aliases))
        const isIn = this.predicate(predicate, aliases, false)
        return predicate.keys.length === 0 ? '1 = 1' : this.#syntax.notIn(columns, isIn)
      }
      default:
        return `NOT (${this.predicate(predicate, aliases, false)})`
    }
  }

  #all(
    predicates: readonly Predicate[],
    aliases: readonly string[],
    operator: string,
    ofNone: string,
    chooses: boolean,
  ): string {
    const parts = predicates.map((part) => this.predicate(part, aliases, chooses))
    return parts.length === 0 ? ofNone : `(${parts.join(operator)})`
  }

  #body(select: Select, aliases: readonly string[], conditions: readonly string[]): string {
    const from = ` FROM ${this.#source(select.from, aliases[0])}`
    const joins = select.joins.map((join, index) => this.#join(join, aliases[index + 1], aliases))
    const where = [...conditions, ...select.where.map((part) => this.predicate(part, aliases))]
    return `${from}${joins.join('')}${where.length === 0 ? '' : ` WHERE ${where.join(' AND ')}`}`
  }

  #join({ kind, source, on }: Join, alias: string | undefined, aliases: readonly string[]): string {
    const text = ` ${kind === 'left' ? 'LEFT JOIN' : 'JOIN'} ${this.#source(source, alias)}`
    const equal = on.map(({ left, right, nulls }) =>
      this.#equal(this.#column(left, aliases), this.#column(right, aliases), nulls),
    )
    if (equal.length > 0) return `${text} ON ${equal.join(' AND ')}`
    return kind === 'left' ? `${text} ON 1 = 1` : text
  }

  #equal(left: string, right: string, nulls: Pair['nulls']): string {
    return nulls === 'same' ? this.#syntax.same(left, right) : `${left} = ${right}`
  }

  #group({ columns }: Select, group: Group, aliases: readonly string[]): string {
    const by = group.by.map((column) => this.#column(column, aliases))
    const kept = Object.values(columns).flatMap((term) => {
      if (term.kind !== 'column') return []
      const text = this.#column(term, aliases)
      return by.includes(text) || this.#syntax.determined(text) !== null ? [] : [text]
    })
    const all = new Set([...by, ...kept])
    if (all.size > 0) return ` GROUP BY ${[...all].join(', ')}`
    // without it there would be a group of no rows
    return group.ofNone ? '' : ' GROUP BY NULL'
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
    if ('table' in source) return `${this.#syntax.table(source.table)} AS ${alias}`
    if ('select' in source) {
      const fence = source.select.fenced && !isCut(source.select) ? this.#syntax.fence : ''
      return `(${this.select(source.select)}${fence}) AS ${alias}`
    }
    const [first, second] = source.union.map((select) => this.select(select))
    return `(${first} UNION ${source.all ? 'ALL ' : ''}${second}) AS ${alias}`
  }

  #term(term: Term, aliases: readonly string[], group: Group | null): string {
    switch (term.kind) {
      case 'column': {
        const text = this.#column(term, aliases)
        const isKey = group?.by.some(({ source, name }) => source === term.source && name === term.name)
        return group === null || isKey ? text : (this.#syntax.determined(text) ?? text)
      }
      case 'json':
        return this.#syntax.member(this.#column(term.column, aliases), term.path, term.storage)
      case 'aggregate': {
        if (term.column === null) return 'COUNT(*)'
        return this.#syntax.aggregate(term.aggregation, this.#column(term.column, aliases), term.column.storage)
      }
      case 'sql': {
        const isText = term.storage.kind === 'text' || term.storage.kind === 'enum'
        return isText ? this.#syntax.asText(this.#sql(term.sql)) : this.#sql(term.sql)
      }
      case 'null':
        return 'NULL'
      case 'one':
        return '1'
    }
  }

  #sql({ text, operands }: SqlText): string {
    const parts = operands.map((operand, index) => {
      const written =
        operand.kind === 'attribute'
          ? this.#syntax.quote(operand.name)
          : this.#bind(operand.value, storageOf(operand.value))
      return `${written}${text[index + 1] ?? ''}`
    })
    // a comment at its end must not hide what follows
    return `(${text[0] ?? ''}${parts.join('')}\n)`
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

const sqlOperator = (operator: Comparison): string => (operator === '!=' ? '<>' : operator)

function memberValue(value: string | number | boolean): readonly [StoredValue, Storage] {
  switch (typeof value) {
    case 'boolean':
      return [value ? 1n : 0n, { kind: 'boolean' }]
    case 'number':
      return [value, { kind: 'float', bits: 64 }]
    default:
      return [value, { kind: 'text', length: value.length, form: 'varchar' }]
  }
}

/** What SQL text has beside it says by itself what it is. */
function storageOf(value: StoredValue): Storage {
  if (typeof value === 'string') return { kind: 'text', length: value.length, form: 'varchar' }
  if (typeof value === 'bigint') return { kind: 'integer', bits: 64 }
  return typeof value === 'number' ? { kind: 'float', bits: 64 } : { kind: 'bytes' }
}

/** The keys as an array of arrays. */
export const keysAsJson = (keys: readonly (readonly StoredValue[])[]): string =>
  `[${keys.map((key) => `[${key.map(valueAsJson).join(',')}]`).join(',')}]`

/** Bytes as hex digits; integers as digits, also those beyond 2^53, which JSON allows and JavaScript's writer does not. */
function valueAsJson(value: StoredValue): string {
  if (value instanceof Uint8Array)
    return `"${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}"`
  // MySQL 8.0 reads a number of JSON less exactly than one of text
  if (typeof value === 'number') return `"${value}"`
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value)
}
