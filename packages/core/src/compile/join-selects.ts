import type { Column, Join, Pair, Predicate, Select, Term } from './select.ts'

/** What a SELECT reads, before it is said what of it. */
export type Sources = Pick<Select, 'from' | 'joins' | 'where'>

/** The sources of `left`, and then those of `right`, whose columns `pairs` refers to as `right` itself does. */
export function joinSelects(
  left: Select,
  right: Select,
  pairs: readonly Pair[],
  kind: Join['kind'],
): Sources & { readonly right: Readonly<Record<string, Term>> } {
  const first = 1 + left.joins.length
  const moved = shift(right, first)
  const on = pairs.map((pair) => ({ ...pair, right: shiftColumn(pair.right, first) }))
  return {
    from: left.from,
    joins: [...left.joins, ...place(on, [{ kind, source: moved.from, on: [] }, ...moved.joins], first)],
    where: [...left.where, ...moved.where],
    right: moved.columns,
  }
}

/** Gives each pair to the join that brings the later of its columns: an ON sees the sources up to its own. */
const place = (pairs: readonly Pair[], joins: readonly Join[], first: number): readonly Join[] =>
  joins.map((join, index) => ({
    ...join,
    on: [...join.on, ...pairs.filter(({ left, right }) => Math.max(left.source, right.source) === first + index)],
  }))

const shiftColumn = (column: Column, by: number): Column => ({ ...column, source: column.source + by })

/** The same SELECT with its sources numbered from `by`. */
function shift(select: Select, by: number): Select {
  const move = (column: Column): Column => shiftColumn(column, by)
  const moveTerm = (term: Term): Term => {
    switch (term.kind) {
      case 'column':
        return move(term)
      case 'json':
        return { ...term, column: move(term.column) }
      case 'aggregate':
        return { ...term, column: term.column && move(term.column) }
      case 'sql':
      case 'null':
      case 'one':
        return term
    }
  }
  const moveAll = (predicate: Predicate): Predicate => {
    switch (predicate.kind) {
      case 'compare':
      case 'is-null':
      case 'like':
      case 'json':
      case 'json-null':
        return { ...predicate, column: move(predicate.column) }
      case 'sql':
        return predicate
      case 'in':
        return { ...predicate, columns: predicate.columns.map(move) }
      case 'exists':
        return { ...predicate, on: predicate.on.map((pair) => ({ ...pair, left: move(pair.left) })) }
      case 'and':
      case 'or':
        return { ...predicate, predicates: predicate.predicates.map(moveAll) }
      case 'not':
        return { ...predicate, predicate: moveAll(predicate.predicate) }
    }
  }
  return {
    ...select,
    joins: select.joins.map((join) => ({
      ...join,
      on: join.on.map((pair) => ({ ...pair, left: move(pair.left), right: move(pair.right) })),
    })),
    columns: Object.fromEntries(Object.entries(select.columns).map(([name, term]) => [name, moveTerm(term)])),
    where: select.where.map(moveAll),
  }
}
