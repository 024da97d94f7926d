import type { Flatten } from '../definition/types.ts'
import { distinct } from '../relation/distinct.ts'
import type { Aggregation, Column } from '../relation/expression.ts'
import { InvalidOperandError, RepeatedNameError } from './algebra-errors.ts'
import type { Computed, ValueOfComputed } from './expression/computed.ts'
import { inCaller } from './call.ts'
import { InvalidCallError } from './errors.ts'
import { isMade, made } from './made.ts'
import type { AnyRelation } from './operand.ts'
import { entriesOf } from './expression/projection.ts'
import { Relation } from './relation.ts'

/** What the rows that have the same values amount to. */
export interface UniversalColumns<Row extends object> {
  readonly [name: string]:
    | Computed<unknown, keyof Row & string>
    | {
        readonly kind: 'computed'
        readonly '~aggregation': Aggregation
        readonly '~attribute': (keyof Row & string) | null
      }
}

/** A relation by its rows alone: in a generic element, the compiler could not compare its key. */
type RelationOf<Row extends object> = AnyRelation & { readonly '~row': Row }

type Of<Row extends object, Name extends string> = { [N in Name & keyof Row]: Row[N] }

/** All values that some attributes could have: what makes them the key of a relation. */
export interface UniversalSet<Name extends string> {
  readonly kind: 'universal-set'
  readonly attributes: readonly Name[]
  /** The distinct values that a relation has of the attributes; of none, one row where it has rows. NULL is a value here. */
  restrict<Row extends { readonly [N in Name]: unknown }>(
    relation: RelationOf<Row>,
  ): Relation<Flatten<Of<Row, Name>>, Flatten<Of<Row, Name>>>
  /** For each of these values, what the rows that have them amount to; of no attributes, one row over all. */
  aggregate<Row extends { readonly [N in Name]: unknown }, const C extends UniversalColumns<Row>>(
    relation: RelationOf<Row>,
    columns: C,
  ): Relation<Flatten<Of<Row, Name>>, Flatten<Of<Row, Name> & { -readonly [N in keyof C]: ValueOfComputed<C[N], Row> }>>
}

/**
 * All values that some attributes could have.
 *
 * ```ts
 * universalSet('sex').restrict(db(Subject))                          // the sexes there are
 * universalSet('sex').aggregate(db(Subject), { subjects: count() })  // and how many subjects have them
 * universalSet().aggregate(db(Subject), { subjects: count() })       // one row
 * ```
 */
export function universalSet<const Name extends string = never>(...attributes: readonly Name[]): UniversalSet<Name> {
  if (attributes.some((name) => typeof name !== 'string')) {
    throw new InvalidCallError("universalSet(…) takes names of attributes: universalSet('subject', 'session').")
  }
  const label = `universalSet(${attributes.join(', ')})`
  const columns = Object.fromEntries(attributes.map((name) => [name, name]))
  const requireRelation = (verb: string, relation: Relation<object, object>) => {
    if (!isMade(relation, 'relation')) throw new InvalidOperandError(verb, relation)
  }
  const infinite = (verb: string) => (): never => {
    throw new InvalidCallError(
      `${label}.${verb}(…) would have no end: a universal set has all values there could be. Restrict it by a relation first.`,
    )
  }
  const set = made({
    kind: 'universal-set',
    attributes,
    restrict: (relation: Relation<object, object>) =>
      inCaller(set.restrict, () => {
        requireRelation(`${label}.restrict()`, relation)
        return Relation.beside(relation, distinct(relation.node, attributes), `${label} & ${relation.label}`)
      }),
    aggregate: (relation: Relation<object, object>, computed: object) =>
      inCaller(set.aggregate, () => {
        requireRelation(`${label}.aggregate()`, relation)
        const node = distinct(relation.node, { ...columns, ...computedIn(computed, attributes) })
        return Relation.beside(relation, node, `${label} & ${relation.label}`)
      }),
    // from JavaScript
    exclude: infinite('exclude'),
    join: infinite('join'),
  } as const)
  // which rows come out follows from types alone
  return set as unknown as UniversalSet<Name>
}

/** The computed attributes: any other would be one more in the key. */
function computedIn(columns: object, attributes: readonly string[]): Readonly<Record<string, Column>> {
  for (const [name, column] of entriesOf(columns)) {
    if (attributes.includes(name)) throw new RepeatedNameError(name)
    if (typeof column === 'string') {
      throw new InvalidCallError(
        `\`${name}\` is computed from many rows, which may differ in \`${column}\`. Name it in universalSet(…), or say which ` +
          `value is meant: min('${column}').`,
      )
    }
  }
  return Object.fromEntries(entriesOf(columns))
}
