import type { Heading } from '../attribute/attribute.ts'
import type { Condition } from '../relation/condition.ts'
import { requireAttribute } from '../relation/heading.ts'
import type { RelationNode } from '../relation/node.ts'
import type { Column, Join, Predicate, Select, Source } from './select.ts'

/**
 * Lowers a relation to SELECTs, opening a subquery only where SQL needs one: around rows that a limit has cut off, before
 * anything else happens to them. The rules for that are all here; no node and no dialect has its own.
 */
export function lower(node: RelationNode): Select {
  switch (node.kind) {
    case 'table':
      return selectAll({ table: node.name }, node.heading)
    case 'restrict': {
      const inner = uncut(lower(node.source), node.source)
      return { ...inner, where: [...inner.where, lowerCondition(node.condition, inner.columns)] }
    }
    case 'project': {
      const inner = lower(node.source)
      return { ...inner, columns: mapValues(node.columns, (from) => columnOf(inner.columns, from)) }
    }
    case 'join': {
      const left = uncut(lower(node.left), node.left)
      const right = shift(uncut(lower(node.right), node.right), 1 + left.joins.length)
      const on = node.on.map((name) => [columnOf(left.columns, name), columnOf(right.columns, name)] as const)
      return {
        from: left.from,
        joins: [...left.joins, ...place(on, [{ source: right.from, on: [] }, ...right.joins], 1 + left.joins.length)],
        columns: identity(node.heading, (name) => left.columns[name] ?? columnOf(right.columns, name)),
        where: [...left.where, ...right.where],
        order: [],
        limit: null,
        offset: 0,
      }
    }
    case 'top': {
      const inner = uncut(lower(node.source), node.source)
      const order = node.order.map(({ attribute, descending }) => ({
        column: columnOf(inner.columns, attribute),
        descending,
      }))
      return { ...inner, order, limit: node.limit, offset: node.offset }
    }
  }
}

/** Lowers a condition on the rows whose attributes are `columns`. */
export function lowerCondition(condition: Condition, columns: Readonly<Record<string, Column>>): Predicate {
  switch (condition.kind) {
    case 'compare':
      return { ...condition, column: columnOf(columns, condition.attribute) }
    case 'is-null':
      return { kind: 'is-null', column: columnOf(columns, condition.attribute) }
    case 'in':
      return { ...condition, columns: condition.attributes.map((name) => columnOf(columns, name)) }
    case 'matches': {
      const select = uncut(lower(condition.source), condition.source)
      const on = condition.on.map(
        ([here, there]) => [columnOf(columns, here), columnOf(select.columns, there)] as const,
      )
      return { kind: 'exists', select, on }
    }
    case 'and':
    case 'or':
      return { kind: condition.kind, predicates: condition.conditions.map((part) => lowerCondition(part, columns)) }
    case 'not':
      return { kind: 'not', predicate: lowerCondition(condition.condition, columns) }
  }
}

/** The columns of a base table as its own SELECT, UPDATE or DELETE sees them. */
export const tableColumns = (heading: Heading): Readonly<Record<string, Column>> =>
  identity(heading, (name) => ({ source: 0, name, storage: requireAttribute(heading, name).type.storage }))

export const isCut = ({ limit, offset }: Select): boolean => limit !== null || offset > 0

const selectAll = (from: Source, heading: Heading): Select => ({
  from,
  joins: [],
  columns: tableColumns(heading),
  where: [],
  order: [],
  limit: null,
  offset: 0,
})

const uncut = (select: Select, { heading }: RelationNode): Select =>
  isCut(select) ? selectAll({ select }, heading) : select

/** The same SELECT with its sources numbered from `by`. */
function shift(select: Select, by: number): Select {
  const move = (column: Column): Column => ({ ...column, source: column.source + by })
  const moveAll = (predicate: Predicate): Predicate => {
    switch (predicate.kind) {
      case 'compare':
      case 'is-null':
        return { ...predicate, column: move(predicate.column) }
      case 'in':
        return { ...predicate, columns: predicate.columns.map(move) }
      case 'exists':
        return { ...predicate, on: predicate.on.map(([here, there]) => [move(here), there]) }
      case 'and':
      case 'or':
        return { ...predicate, predicates: predicate.predicates.map(moveAll) }
      case 'not':
        return { ...predicate, predicate: moveAll(predicate.predicate) }
    }
  }
  return {
    ...select,
    joins: select.joins.map(({ source, on }) => ({ source, on: on.map(([a, b]) => [move(a), move(b)]) })),
    columns: mapValues(select.columns, move),
    where: select.where.map(moveAll),
  }
}

/** Gives each pair to the join that brings the later of its columns: an ON sees the sources up to its own. */
const place = (pairs: Join['on'], joins: readonly Join[], first: number): readonly Join[] =>
  joins.map(({ source, on }, index) => ({
    source,
    on: [...on, ...pairs.filter(([a, b]) => Math.max(a.source, b.source) === first + index)],
  }))

function columnOf(columns: Readonly<Record<string, Column>>, name: string): Column {
  const column = columns[name]
  // nodes check their attributes when they are made
  if (!column) throw new RangeError(`no column for the attribute ${name}`)
  return column
}

const identity = (heading: Heading, columnFor: (name: string) => Column) =>
  Object.fromEntries(heading.map(({ name }) => [name, columnFor(name)]))

const mapValues = <A, B>(record: Readonly<Record<string, A>>, f: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, f(value)]))
