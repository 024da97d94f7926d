import type { Storage, StoredValue } from '../../attribute/storage.ts'
import type { Comparison, Condition } from '../../relation/condition.ts'
import type { Expression, SqlText } from '../../relation/expression.ts'
import { requireAttribute } from '../../relation/heading.ts'
import type { AggregateNode, DistinctNode, RelationNode, UnionNode } from '../../relation/node.ts'
import { aggregateOf, type NaiveRow, order, placeOf, readMember, same } from './naive-values.ts'

export type { NaiveRow } from './naive-values.ts'

/** SQL's truth: `null` is unknown. */
type Truth = boolean | null

/** What SQL text means that a test wrote: of one row, or of the rows of a group. */
export type SqlMeaning = (rows: readonly NaiveRow[]) => StoredValue

/** The rows of the base tables, by table name, and what the SQL text in a relation means. */
export interface World {
  readonly tables: ReadonlyMap<string, readonly NaiveRow[]>
  readonly meanings?: ReadonlyMap<SqlText, SqlMeaning>
}

/** What a relation means, on arrays of rows: every node by its definition, no plan, no SQL. */
export const evaluate = (node: RelationNode, world: World): readonly NaiveRow[] => new Evaluator(world).rows(node)

class Evaluator {
  readonly #world: World
  readonly #known = new Map<RelationNode, readonly NaiveRow[]>()

  constructor(world: World) {
    this.#world = world
  }

  rows(node: RelationNode): readonly NaiveRow[] {
    const rows = this.#known.get(node) ?? this.#evaluate(node)
    this.#known.set(node, rows)
    return rows
  }

  #evaluate(node: RelationNode): readonly NaiveRow[] {
    switch (node.kind) {
      case 'table':
        return this.#world.tables.get(node.name.table) ?? []
      case 'restrict':
        return this.rows(node.source).filter((row) => this.#holds(node.condition, row, node.source) === true)
      case 'project':
        return this.rows(node.source).map((row) =>
          mapValues(node.columns, (column, name) =>
            typeof column === 'string'
              ? (row[column] ?? null)
              : this.#compute(column, [row], [row], node.source, storageIn(node, name)),
          ),
        )
      case 'join': {
        const right = this.rows(node.right)
        const nothing = nullRow(node.right)
        return this.rows(node.left).flatMap((row) => {
          const found = right.filter((other) => node.on.every((name) => equal(row[name], other[name])))
          const kept = found.length === 0 && node.keep === 'left' ? [nothing] : found
          return kept.map((other) => ({ ...other, ...row }))
        })
      }
      case 'aggregate':
        return this.#aggregate(node)
      case 'distinct':
        return this.#distinct(node)
      case 'union':
        return this.#union(node)
      case 'top': {
        const sorted = this.rows(node.source).toSorted((a, b) => {
          for (const { attribute, descending } of node.order) {
            const storage = storageIn(node, attribute)
            const [left, right] = [a, b].map((row) => placeOf(row[attribute] ?? null, storage))
            const found = order(left ?? null, right ?? null, storage)
            if (found !== 0) return descending ? -found : found
          }
          return 0
        })
        return sorted.slice(node.offset, node.limit === null ? undefined : node.offset + node.limit)
      }
    }
  }

  #aggregate(node: AggregateNode): readonly NaiveRow[] {
    const group = this.rows(node.group)
    return this.rows(node.source).flatMap((row) => {
      const found = group.filter((other) => node.on.every((name) => equal(row[name], other[name])))
      if (found.length === 0 && node.keep === 'matching') return []
      // SQL sees the attributes of the source, and those of the group that it has not: as DataJoint's left join does
      const seen = (found.length === 0 ? [nullRow(node.group)] : found).map((other) => ({ ...other, ...row }))
      return [
        mapValues(node.columns, (column, name) =>
          typeof column === 'string'
            ? (row[column] ?? null)
            : this.#compute(column, found, seen, node.group, storageIn(node, name)),
        ),
      ]
    })
  }

  #distinct(node: DistinctNode): readonly NaiveRow[] {
    const source = this.rows(node.source)
    const key = Object.values(node.columns).filter((column) => typeof column === 'string')
    if (Object.keys(node.columns).length === 0) return source.length === 0 ? [] : [{}]
    const groups: NaiveRow[][] = key.length === 0 ? [[...source]] : []
    for (const row of key.length === 0 ? [] : source) {
      const group = groups.find(([first]) => key.every((name) => same(first?.[name], row[name])))
      if (group) group.push(row)
      else groups.push([row])
    }
    return groups.map((group) =>
      mapValues(node.columns, (column, name) =>
        typeof column === 'string'
          ? (group[0]?.[column] ?? null)
          : this.#compute(column, group, group, node.source, storageIn(node, name)),
      ),
    )
  }

  #union(node: UnionNode): readonly NaiveRow[] {
    const key = node.heading.filter(({ inKey }) => inKey).map(({ name }) => name)
    const [left, right] = [this.rows(node.left), this.rows(node.right)]
    const matching = (row: NaiveRow, rows: readonly NaiveRow[]) =>
      rows.find((other) => key.every((name) => same(row[name], other[name])))
    return [
      ...left.map((row) => ({ ...nullRow(node), ...row, ...matching(row, right) })),
      ...right.filter((row) => !matching(row, left)).map((row) => ({ ...nullRow(node), ...row })),
    ]
  }

  /** `seen` is what SQL text sees of `rows`, whose attributes are those of `source`. */
  #compute(
    expression: Expression,
    rows: readonly NaiveRow[],
    seen: readonly NaiveRow[],
    source: RelationNode,
    storage: Storage,
  ): StoredValue {
    switch (expression.kind) {
      case 'sql':
        return this.#mean(expression.sql)(seen)
      case 'json':
        return readMember(rows[0]?.[expression.attribute] ?? null, expression.path, storage)
      case 'aggregate': {
        const { aggregation, attribute } = expression
        if (attribute === null) return BigInt(rows.length)
        const values = rows.flatMap((row) => row[attribute] ?? [])
        return aggregateOf(aggregation, values, storageIn(source, attribute))
      }
    }
  }

  #holds(condition: Condition, row: NaiveRow, node: RelationNode): Truth {
    switch (condition.kind) {
      case 'compare': {
        const value = row[condition.attribute] ?? null
        const storage = storageIn(node, condition.attribute)
        return value === null ? null : compares(condition.operator, order(value, condition.value, storage))
      }
      case 'is-null':
        return (row[condition.attribute] ?? null) === null
      case 'like': {
        const value = row[condition.attribute] ?? null
        return value === null ? null : patternOf(condition.pattern).test(String(value))
      }
      case 'json': {
        const { path, operator, value } = condition
        const storage = memberStorage(value)
        const found = readMember(row[condition.attribute] ?? null, path, storage)
        const wanted = typeof value === 'boolean' ? BigInt(value) : value
        return found === null ? null : compares(operator, order(found, wanted, storage))
      }
      case 'json-null': {
        const { attribute, path } = condition
        return readMember(row[attribute] ?? null, path, { kind: 'json' }) === null
      }
      case 'sql': {
        const truth = this.#mean(condition.sql)([row])
        return truth === null ? null : truth !== 0n
      }
      case 'in':
        return any(
          condition.keys.map((key) =>
            all(
              condition.attributes.map((name, index) =>
                (row[name] ?? null) === null ? null : same(row[name], key[index]),
              ),
            ),
          ),
        )
      case 'matches':
        return this.rows(condition.source).some((other) =>
          condition.on.every(([here, there]) => equal(row[here], other[there])),
        )
      case 'and':
        return all(condition.conditions.map((part) => this.#holds(part, row, node)))
      case 'or':
        return any(condition.conditions.map((part) => this.#holds(part, row, node)))
      case 'not': {
        const truth = this.#holds(condition.condition, row, node)
        return truth === null ? null : !truth
      }
    }
  }

  #mean(sql: SqlText): SqlMeaning {
    const meaning = this.#world.meanings?.get(sql)
    if (!meaning) throw new RangeError(`nobody has said what ${sql.text.join('…')} means`)
    return meaning
  }
}

const storageIn = ({ heading }: RelationNode, name: string): Storage => requireAttribute(heading, name).type.storage

const nullRow = ({ heading }: RelationNode): NaiveRow => Object.fromEntries(heading.map(({ name }) => [name, null]))

const equal = (a: StoredValue = null, b: StoredValue = null): boolean => a !== null && same(a, b)

const all = (truths: readonly Truth[]): Truth => (truths.includes(false) ? false : truths.includes(null) ? null : true)

const any = (truths: readonly Truth[]): Truth => (truths.includes(true) ? true : truths.includes(null) ? null : false)

const compares = (operator: Comparison, found: number): boolean =>
  ({ '=': found === 0, '!=': found !== 0, '<': found < 0, '<=': found <= 0, '>': found > 0, '>=': found >= 0 })[
    operator
  ]

const memberStorage = (value: string | number | boolean): Storage =>
  typeof value === 'number'
    ? { kind: 'float', bits: 64 }
    : typeof value === 'boolean'
      ? { kind: 'boolean' }
      : { kind: 'text', length: value.length, form: 'varchar' }

function patternOf(pattern: string): RegExp {
  const source = pattern.replaceAll(/\\?[^]/gu, (part) => {
    if (part === '%') return '[^]*'
    if (part === '_') return '[^]'
    const literal = part.length > 1 && part.startsWith('\\') ? part.slice(1) : part
    return literal.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  })
  return new RegExp(`^${source}$`, 'u')
}

const mapValues = <A, B>(record: Readonly<Record<string, A>>, f: (value: A, name: string) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value, name)]))
