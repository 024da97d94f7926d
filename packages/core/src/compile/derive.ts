import type { Heading } from '../attribute/attribute.ts'
import { requireAttribute } from '../relation/heading.ts'
import type { Column, Predicate, Select, Source, Term } from './select.ts'

/** A SELECT of all columns of one source. */
export const selectAll = (from: Source, heading: Heading): Select => ({
  from,
  joins: [],
  columns: tableColumns(heading),
  where: [],
  group: null,
  order: [],
  limit: null,
  offset: 0,
})

/** The columns of a base table as its own SELECT, UPDATE or DELETE sees them. */
export const tableColumns = (heading: Heading): Readonly<Record<string, Column>> =>
  Object.fromEntries(
    heading.map(({ name }) => [
      name,
      { kind: 'column', source: 0, name, storage: requireAttribute(heading, name).type.storage },
    ]),
  )

export const isCut = ({ limit, offset }: Select): boolean => limit !== null || offset > 0

/*
 * When a SELECT must become a subquery before something is done to it. Each of these returns it as it is where it need not,
 * and otherwise a SELECT of all of its columns.
 */

const derive = (select: Select, heading: Heading): Select => selectAll({ select }, heading)

/** To choose among its rows by `attributes`: they must be columns of its sources, and its rows not yet cut or grouped. */
export function choosable(select: Select, heading: Heading, attributes: readonly string[]): Select {
  const computed = attributes.some((name) => select.columns[name]?.kind !== 'column')
  // a window function sees the rows that are chosen
  const seesRows = Object.values(select.columns).some(({ kind }) => kind === 'sql')
  return isCut(select) || select.group !== null || computed || seesRows ? derive(select, heading) : select
}

/** To stand first in a FROM beside others: SQL text in it would see their columns too. */
export function joinable(select: Select, heading: Heading): Select {
  const plain = columnsOnly(select) && !select.where.some(isSqlText) && !isCut(select) && select.group === null
  return plain ? select : derive(select, heading)
}

/** To stand in a FROM after others: a join in it that keeps rows must not keep theirs. */
export function addable(select: Select, heading: Heading): Select {
  const keeps = select.joins.some(({ kind }) => kind === 'left')
  return keeps ? derive(select, heading) : joinable(select, heading)
}

/** To be joined to rows that are all kept: its conditions must not decide about them. */
export function optional(select: Select, heading: Heading): Select {
  const single = select.joins.length === 0 && select.where.length === 0
  return fence(single ? joinable(select, heading) : derive(select, heading))
}

/**
 * Keeps what is computed in a subquery there. MySQL writes it in the place of the column, where it sees that a column which
 * cannot be NULL is not, and forgets that all of them are NULL beside a row that matches nothing (9.7 and 8.0). So does MariaDB of what MIN and
 * MAX are of (10.11 and 11.8).
 */
export function fence(select: Select): Select {
  if (!('select' in select.from) || !computes(select.from.select)) return select
  return { ...select, from: { select: { ...select.from.select, fenced: true } } }
}

function computes(select: Select): boolean {
  if (!columnsOnly(select)) return true
  const sources = [select.from, ...select.joins.map(({ source }) => source)]
  return sources.some((source) => 'select' in source && computes(source.select))
}

/** For SQL text, which sees the columns of the sources: they must be the attributes, all of them and under their names. */
export function nameable(select: Select, heading: Heading): Select {
  const visible = namesIn(select.from)
  const columns = Object.entries(select.columns)
  const exact =
    select.joins.length === 0 &&
    visible.length === columns.length &&
    columns.every(([name, term]) => term.kind === 'column' && term.name === name)
  return exact && !isCut(select) && select.group === null ? select : derive(select, heading)
}

function namesIn(source: Source): readonly string[] {
  if ('table' in source) return source.attributes
  return Object.keys('select' in source ? source.select.columns : source.union[0].columns)
}

const columnsOnly = ({ columns }: Select): boolean => Object.values(columns).every(({ kind }) => kind === 'column')

/** Of an EXISTS, the text inside sees the sources inside first. */
function isSqlText(predicate: Predicate): boolean {
  switch (predicate.kind) {
    case 'sql':
      return true
    case 'not':
      return isSqlText(predicate.predicate)
    case 'and':
    case 'or':
      return predicate.predicates.some(isSqlText)
    default:
      return false
  }
}

/** The column of an attribute in a SELECT that was derived so that it is one. */
export function columnOf(columns: Readonly<Record<string, Term>>, name: string): Column {
  const term = columns[name]
  // nodes check their attributes when they are made
  if (term?.kind !== 'column') throw new RangeError(`no column for the attribute ${name}`)
  return term
}
