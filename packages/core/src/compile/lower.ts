import type { Condition } from '../relation/condition.ts'
import type { AggregateNode, DistinctNode, JoinNode, ProjectNode, RelationNode, TopNode } from '../relation/node.ts'
import type { Expression } from '../relation/expression.ts'
import { requireAttribute } from '../relation/heading.ts'
import { addable, choosable, columnOf, fence, joinable, nameable, optional, selectAll } from './derive.ts'
import { joinSelects } from './join-selects.ts'
import { attributesIn, hasSqlText } from './condition-reads.ts'
import { lowerUnion } from './lower-union.ts'
import type { Pair, Predicate, Select, Term } from './select.ts'

export { tableColumns } from './derive.ts'

/**
 * Lowers a relation to SELECTs. What each node does to its operands stands here, when these must become subqueries in
 * `derive.ts`; no node and no dialect has rules of its own.
 */
export function lower(node: RelationNode): Select {
  switch (node.kind) {
    case 'table':
      return selectAll({ table: node.name, attributes: node.heading.map(({ name }) => name) }, node.heading)
    case 'restrict': {
      const { source, condition } = node
      const select = lower(source)
      const inner = hasSqlText(condition)
        ? nameable(select, source.heading)
        : choosable(select, source.heading, attributesIn(condition))
      return { ...inner, where: [...inner.where, lowerCondition(condition, inner.columns)] }
    }
    case 'project':
      return lowerProject(node)
    case 'join':
      return lowerJoin(node)
    case 'aggregate':
      return lowerAggregate(node)
    case 'distinct':
      return lowerDistinct(node)
    case 'union':
      return selectAll(lowerUnion(node, lower(node.left), lower(node.right)), node.heading)
    case 'top':
      return lowerTop(node)
  }
}

/** Lowers a condition on the rows whose attributes are `columns`; those it reads are columns of a source. */
export function lowerCondition(condition: Condition, columns: Readonly<Record<string, Term>>): Predicate {
  switch (condition.kind) {
    case 'compare':
    case 'like':
    case 'json':
    case 'json-null':
      return { ...condition, column: columnOf(columns, condition.attribute) }
    case 'is-null':
      return { kind: 'is-null', column: columnOf(columns, condition.attribute) }
    case 'sql':
      return condition
    case 'in':
      return { ...condition, columns: condition.attributes.map((name) => columnOf(columns, name)) }
    case 'matches': {
      const { source, on } = condition
      const there = on.map(([, name]) => name)
      const select = choosable(lower(source), source.heading, there)
      return {
        kind: 'exists',
        select,
        on: on.map(([here, name]) => ({
          left: columnOf(columns, here),
          right: columnOf(select.columns, name),
          nulls: 'differ',
        })),
      }
    }
    case 'and':
    case 'or':
      return { kind: condition.kind, predicates: condition.conditions.map((part) => lowerCondition(part, columns)) }
    case 'not':
      return { kind: 'not', predicate: lowerCondition(condition.condition, columns) }
  }
}

function lowerProject({ source, columns, heading }: ProjectNode): Select {
  const computed = Object.values(columns).filter((column) => typeof column !== 'string')
  const read = computed.flatMap((expression) => (expression.kind === 'json' ? [expression.attribute] : []))
  const select = lower(source)
  const inner = computed.some(({ kind }) => kind === 'sql')
    ? nameable(select, source.heading)
    : computed.length > 0
      ? choosable(select, source.heading, read)
      : select
  const term = (column: string | Expression, name: string): Term => {
    if (typeof column === 'string') return termOf(inner.columns, column)
    const { storage } = requireAttribute(heading, name).type
    switch (column.kind) {
      case 'sql':
        return { kind: 'sql', sql: column.sql, storage }
      case 'json':
        return { kind: 'json', column: columnOf(inner.columns, column.attribute), path: column.path, storage }
      case 'aggregate':
        throw new RangeError('an aggregate expression outside an aggregation')
    }
  }
  return { ...inner, columns: mapValues(columns, term) }
}

function lowerJoin({ left, right, on, keep, heading }: JoinNode): Select {
  const first = joinable(lower(left), left.heading)
  const second = keep === 'left' ? optional(lower(right), right.heading) : addable(lower(right), right.heading)
  const joined = joinSelects(first, second, pairsOf(on, first, second), keep === 'left' ? 'left' : 'inner')
  return {
    ...ungrouped(joined),
    columns: Object.fromEntries(heading.map(({ name }) => [name, first.columns[name] ?? columnOf(joined.right, name)])),
  }
}

/**
 * The rows of both sides are joined and grouped by the key of the source. Where SQL text is among the expressions, the
 * common attributes of the group are hidden behind other names, so that the text sees those of the source: they have a value
 * also where no row of the group matches.
 */
function lowerAggregate({ source, group, on, keep, columns, heading }: AggregateNode): Select {
  const expressions = Object.values(columns).filter((column) => typeof column !== 'string')
  const sql = expressions.some(({ kind }) => kind === 'sql')
  const plain = lower(source)
  const first = joinable(sql ? nameable(plain, source.heading) : plain, source.heading)
  const marked = keep === 'all' && on.length === 0
  const nameOf = (name: string): string => (sql && on.includes(name) ? `group ${name}` : name)
  const second = marked
    ? fence(mark(lower(group), group))
    : sql
      ? fence(hide(lower(group), group, nameOf))
      : groupSelect(lower(group))
  const pairs = on.map((name): Pair => ({
    left: columnOf(first.columns, name),
    right: columnOf(second.columns, nameOf(name)),
    nulls: 'differ',
  }))
  const joined = joinSelects(first, second, pairs, keep === 'all' ? 'left' : 'inner')
  const counted = keep === 'matching' ? null : columnOf(joined.right, on[0] === undefined ? MARK : nameOf(on[0]))
  const rows = Object.fromEntries(group.heading.map(({ name }) => [name, columnOf(joined.right, nameOf(name))]))
  const term = (column: string | Expression, name: string): Term => {
    if (typeof column === 'string') return columnOf(first.columns, column)
    return aggregateTerm(column, requireAttribute(heading, name).type.storage, rows, counted)
  }
  const by = source.heading.filter(({ inKey }) => inKey)
  return {
    ...ungrouped(joined),
    columns: mapValues(columns, term),
    group: { by: by.map(({ name }) => columnOf(first.columns, name)), ofNone: false },
  }

  function groupSelect(select: Select): Select {
    return keep === 'all' ? optional(select, group.heading) : addable(select, group.heading)
  }
}

const MARK = 'group row'

/** With one more column that is NULL only where a join has found nothing. */
function mark(select: Select, { heading }: RelationNode): Select {
  const inner = joinable(select, heading)
  const one = { kind: 'integer', bits: 8 } as const
  const marked: Select = { ...inner, columns: { ...inner.columns, [MARK]: { kind: 'one', storage: one } } }
  const outer = selectAll({ select: marked }, heading)
  return {
    ...outer,
    columns: { ...outer.columns, [MARK]: { kind: 'column', source: 0, name: MARK, storage: one } },
  }
}

/** With names for some attributes that no attribute has. */
function hide(select: Select, { heading }: RelationNode, nameOf: (name: string) => string): Select {
  const renamed = Object.fromEntries(Object.entries(select.columns).map(([name, term]) => [nameOf(name), term]))
  const hidden = heading.map((attribute) => ({ ...attribute, name: nameOf(attribute.name) }))
  return selectAll({ select: { ...select, columns: renamed } }, hidden)
}

function lowerDistinct({ source, columns, heading }: DistinctNode): Select {
  const all = Object.values(columns)
  const select = lower(source)
  const read = all.flatMap((column) =>
    typeof column === 'string' ? [column] : column.kind === 'aggregate' ? (column.attribute ?? []) : [],
  )
  const sql = all.some((column) => typeof column !== 'string' && column.kind === 'sql')
  const inner = sql ? nameable(select, source.heading) : choosable(select, source.heading, read)
  if (all.length === 0) return { ...inner, columns: {}, order: [], limit: 1 }
  const term = (column: string | Expression, name: string): Term => {
    if (typeof column === 'string') return columnOf(inner.columns, column)
    return aggregateTerm(column, requireAttribute(heading, name).type.storage, inner.columns, null)
  }
  const by = all.flatMap((column) => (typeof column === 'string' ? columnOf(inner.columns, column) : []))
  const group = { by, ofNone: true }
  const made = { ...inner, columns: mapValues(columns, term), group, order: [] }
  if (by.length > 0) return made
  // an aggregate function makes one row of all, and is not to be projected away; a condition on that row stays outside
  return selectAll({ select: { ...made, columns: { ...made.columns, [MARK]: count }, fenced: true } }, heading)
}

const count: Term = { kind: 'aggregate', aggregation: 'count', column: null, storage: { kind: 'integer', bits: 53 } }

function aggregateTerm(
  expression: Expression,
  storage: Term['storage'],
  rows: Readonly<Record<string, Term>>,
  counted: Term | null,
): Term {
  switch (expression.kind) {
    case 'sql':
      return { kind: 'sql', sql: expression.sql, storage }
    case 'aggregate': {
      const { aggregation, attribute } = expression
      const column = attribute === null ? counted : columnOf(rows, attribute)
      return { kind: 'aggregate', aggregation, column: column?.kind === 'column' ? column : null, storage }
    }
    case 'json':
      throw new RangeError('a member of one JSON value of many')
  }
}

function lowerTop({ source, order, limit, offset }: TopNode): Select {
  const ordering = order.map(({ attribute }) => attribute)
  const inner = choosable(lower(source), source.heading, ordering)
  return {
    ...inner,
    order: order.map(({ attribute, descending }) => ({ column: columnOf(inner.columns, attribute), descending })),
    limit,
    offset,
  }
}

const ungrouped = ({ from, joins, where }: Pick<Select, 'from' | 'joins' | 'where'>) => ({
  from,
  joins,
  where,
  group: null,
  order: [],
  limit: null,
  offset: 0,
})

const pairsOf = (on: readonly string[], left: Select, right: Select): readonly Pair[] =>
  on.map((name) => ({ left: columnOf(left.columns, name), right: columnOf(right.columns, name), nulls: 'differ' }))

function termOf(columns: Readonly<Record<string, Term>>, name: string): Term {
  const term = columns[name]
  if (term === undefined) throw new RangeError(`no column for the attribute ${name}`)
  return term
}

const mapValues = <A, B>(record: Readonly<Record<string, A>>, f: (value: A, name: string) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value, name)]))
