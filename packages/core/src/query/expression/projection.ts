import type { Heading } from '../../attribute/attribute.ts'
import type { Flatten } from '../../definition/types.ts'
import type { Column } from '../../relation/expression.ts'
import { namesOf, primaryKey, requireAttribute } from '../../relation/heading.ts'
import { ExcludedKeyError, InvalidAttributeNameError, RepeatedNameError } from '../algebra-errors.ts'
import { show } from '../call.ts'
import { type AnyComputed, type Computed, isComputed, type ValueOfComputed } from './computed.ts'
import { InvalidCallError } from '../errors.ts'
import { isPlain } from '../given-row.ts'
import type { JsonNames } from './restriction.ts'

type Names<Row extends object> = keyof Row & string

/**
 * An attribute to keep; `'...'` for all of them, and `'-name'` for all but one; or names for others: `{ new: 'old' }`
 * renames, `` { length: sql`stop - start`.as('float64') } `` computes.
 */
export type Selection<Row extends object> =
  | Names<Row>
  | '...'
  | `-${Names<Row>}`
  | { readonly [name: string]: Names<Row> | Computed<unknown, Names<Row>, JsonNames<Row>> }

type Intersect<U> = (U extends unknown ? (member: U) => void : never) extends (member: infer I) => void ? I : never
type Columns<S extends readonly unknown[]> =
  Extract<S[number], object> extends never ? {} : Intersect<Extract<S[number], object>>
type Renames<S extends readonly unknown[]> = {
  [N in keyof Columns<S> as Columns<S>[N] extends string ? N : never]: Columns<S>[N]
}
type Originals<S extends readonly unknown[]> = Renames<S>[keyof Renames<S>]
type Renamed<Values, S extends readonly unknown[]> = {
  -readonly [
    N in keyof Renames<S> as Renames<S>[N] extends keyof Values ? N : never
  ]: Renames<S>[N] extends keyof Values ? Values[Renames<S>[N]] : never
}
type ComputedIn<S extends readonly unknown[], Group> = {
  -readonly [N in keyof Columns<S> as Columns<S>[N] extends string ? never : N]: ValueOfComputed<Columns<S>[N], Group>
}

/** Whether a selection keeps an attribute under its own name. */
type Keeps<Name, S extends readonly unknown[]> = Name extends S[number]
  ? `-${Name & string}` extends S[number]
    ? false
    : true
  : '...' extends S[number]
    ? Name extends Originals<S>
      ? false
      : `-${Name & string}` extends S[number]
        ? false
        : true
    : false

/** The key after a projection: all of it, under its new names; what keeps its own name too is in the key under both. */
export type ProjectedKey<Key extends object, S extends readonly unknown[]> = Flatten<
  { [K in keyof Key as K extends Exclude<Originals<S>, S[number]> ? never : K]: Key[K] } & Renamed<Key, S>
>

/** The row after a projection; `Group` is what aggregated attributes are computed from. */
export type ProjectedRow<Key extends object, Row extends object, S extends readonly unknown[], Group = Row> = Flatten<
  ProjectedKey<Key, S> & { [K in keyof Row as Keeps<K, S> extends true ? K : never]: Row[K] } & Renamed<Row, S> &
    ComputedIn<S, Group>
>

/** The attributes of an aggregation: some of the relation's own, and what the rows of the group amount to. */
export interface AggregateColumns<Row extends object, Group extends object> {
  readonly [name: string]:
    | Names<Row>
    | Computed<unknown, Names<Row> | Names<Group>>
    | { readonly kind: 'computed'; readonly '~aggregation': unknown; readonly '~attribute': Names<Group> | null }
}

/** What the attributes of a projection of `heading` are, by their names after it. */
export function columnsOf(selections: readonly unknown[], heading: Heading): Readonly<Record<string, Column>> {
  const texts = selections.filter((selection) => typeof selection === 'string')
  const named = selections.filter((selection) => typeof selection !== 'string').flatMap(entriesOf)
  const excluded = new Set(texts.filter((text) => text.startsWith('-')).map((text) => excludedIn(text, heading)))
  const originals = new Set(named.map(([, column]) => column))
  const all = texts.includes('...') ? namesOf(heading.filter(({ inKey }) => !inKey)) : []
  const kept = new Set([
    ...texts.filter((text) => text !== '...' && !text.startsWith('-')),
    ...all.filter((name) => !originals.has(name)),
  ])
  const columns = new Map<string, Column>()
  for (const name of kept) if (!excluded.has(name)) columns.set(name, name)
  for (const [name, column] of named) {
    if (columns.has(name)) throw new RepeatedNameError(name)
    columns.set(name, column)
  }
  return Object.fromEntries(columns)
}

/** The names that an object gives, and what they stand for. */
export function entriesOf(columns: unknown): readonly (readonly [string, Column])[] {
  if (isComputed(columns)) {
    throw new InvalidCallError('A computed attribute needs a name: { name: sql`…`.as(type) }.')
  }
  // of a promise or a list, what it holds is not among its members
  if (typeof columns !== 'object' || columns === null || !isPlain(columns)) {
    throw new InvalidCallError(
      `Attributes are named one by one, 'a', 'b', and new ones by an object, { name: 'a' }; this is ${show(columns)}.`,
    )
  }
  return Object.entries(columns).map(([name, column]) => {
    if (!/^[a-z][a-z0-9_]{0,63}$/.test(name)) throw new InvalidAttributeNameError(name)
    return [name, columnOf(name, column)] as const
  })
}

function columnOf(name: string, column: string | AnyComputed | undefined): Column {
  if (typeof column === 'string') return column
  if (isComputed(column)) return column.expression
  throw new InvalidCallError(
    `\`${name}\` is neither the name of an attribute nor a computed one. Write an attribute's name, sql\`…\`.as(type), ` +
      `json(…), or, in an aggregation, count() and the like.`,
  )
}

function excludedIn(text: string, heading: Heading): string {
  const name = text.slice(1).trim()
  requireAttribute(heading, name)
  if (primaryKey(heading).some((attribute) => attribute.name === name)) throw new ExcludedKeyError(name)
  return name
}
