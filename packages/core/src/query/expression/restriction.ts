import type { JsonValue } from '../../attribute/json-type.ts'
import { PipelineError } from '../../errors.ts'
import type { Condition } from '../../relation/condition.ts'
import { matches } from '../../relation/matches.ts'
import type { RelationNode } from '../../relation/node.ts'
import type { Comparing, Pattern } from './comparison.ts'
import { attributeCondition, jsonCondition } from './conditions.ts'
import { InvalidRestrictionError, UnknownNameError } from '../errors.ts'
import { isPlain } from '../given-row.ts'
import { splitJsonName } from './json.ts'
import { isLogic, type Logic } from './logic.ts'
import { isMade } from '../made.ts'
import { type Matching, matchStrictly } from './matching.ts'
import {
  type AnyRelation,
  type AnyUniversalSet,
  isOperand,
  isUniversalSet,
  nodeBeside,
  type Operand,
} from '../operand.ts'
import { describeRestriction } from './restriction-text.ts'
import { isSql, type Sql } from './sql.ts'

/**
 * What rows must satisfy: an object of attributes with their values or comparisons with them (`null` finds NULL; an unknown
 * name is an error), another relation (some row of it has the same values), `sql`, `and`, `or` and `not` of these, or a list
 * of them, one of which must hold.
 */
export type Restriction<Row extends object> =
  | ObjectRestriction<Row>
  | Operand
  | AnyUniversalSet
  | Sql<keyof Row & string>
  | Logic<Row>
  | readonly Restriction<Row>[]

/** The same of a table, whose `Own` attributes are known to the compiler where the rows of the tables that it refers to are not. */
export type TableRestriction<Row extends object, Own extends object> = Restriction<Row> | Restriction<Own>

type ObjectRestriction<Row extends object> = [JsonNames<Row>] extends [never]
  ? AttributeValues<Row>
  : AttributeValues<Row> & JsonMembers<Row>

/** The names of what else may be given are said to be none of the attributes: the compiler would let them pass. */
type AttributeValues<Row extends object> = { readonly [K in keyof Row]?: Wanted<Row[K]> } & {
  readonly [K in Exclude<OtherName, keyof Row>]?: never
}
type OtherName = keyof Operand | keyof AnyUniversalSet | keyof Sql | keyof Logic<object> | 'length'

/**
 * An `int64` may be given as a number, and a date or time as a `Date`: which attributes are one, the compiler cannot tell from
 * other text here.
 */
type Value<V> = V | (V extends bigint ? number : never) | (string extends V ? Date : never)
type Wanted<V> = Value<V> | Comparing<Value<V>> | (NonNullable<V> extends string ? Pattern : never)

/** `'settings.gain.left'`: a member of a JSON attribute. */
type JsonMembers<Row extends object> = {
  readonly [Path in `${JsonNames<Row>}${'.' | '['}${string}`]?: JsonMember | Comparing<JsonMember>
}
type JsonMember = string | number | boolean | null

/** The attributes that hold JSON. What is `unknown` to the compiler may be anything. */
export type JsonNames<Row extends object> = {
  [K in keyof Row & string]: unknown extends Row[K] ? never : JsonValue extends Row[K] ? K : never
}[keyof Row & string]

/** The condition that a restriction states about a relation. */
export function conditionOf(restriction: unknown, relation: AnyRelation, matching: Matching = 'lineage'): Condition {
  try {
    return readRestriction(restriction, relation, matching)
  } catch (error) {
    if (error instanceof PipelineError) throw error
    // of a getter, or a proxy
    const advice = 'Give a plain object of attributes and values.'
    throw new InvalidRestrictionError('an object that throws when it is read', advice, { cause: error })
  }
}

function readRestriction(restriction: unknown, relation: AnyRelation, matching: Matching): Condition {
  const partOf = (part: unknown): Condition => readRestriction(part, relation, matching)
  if (isOperand(restriction)) return matchOf(relation.node, nodeBeside(relation, restriction), matching)
  if (isUniversalSet(restriction)) return everything
  if (isSql(restriction)) return { kind: 'sql', sql: restriction.sql }
  if (isLogic(restriction)) {
    const conditions = restriction.restrictions.map(partOf)
    const [first = everything] = conditions
    if (restriction.operator === 'not') return { kind: 'not', condition: first }
    return restriction.operator === 'or' ? anyOf(conditions) : { kind: 'and', conditions }
  }
  // also the places of a list that hold nothing
  if (Array.isArray(restriction)) return anyOf(Array.from(restriction, partOf))
  // A promise, a set or an instance with getters has no members that would be read here, and so would restrict nothing.
  if (typeof restriction !== 'object' || restriction === null || !isPlain(restriction) || isMade(restriction)) {
    throw new InvalidRestrictionError(
      describeRestriction(restriction),
      'Give a plain object of attributes and values, a relation, sql`…`, and(…), or(…), not(…), or a list of them.',
    )
  }
  return {
    kind: 'and',
    conditions: Reflect.ownKeys(restriction).map((name) => memberOf(name, restriction, relation)),
  }
}

const everything: Condition = { kind: 'and', conditions: [] }

const matchOf = (left: RelationNode, right: RelationNode, matching: Matching): Condition =>
  matching === 'strict' ? matchStrictly(left, right) : matches(left, right, matching)

function memberOf(name: string | symbol, restriction: object, { node, label }: AnyRelation): Condition {
  const wanted: unknown = Reflect.get(restriction, name)
  // it would restrict nothing
  if (typeof name === 'symbol') {
    throw new InvalidRestrictionError(`\`${String(name)}\``, 'Name attributes by text: { subject: 5 }.')
  }
  const attribute = node.heading.find((candidate) => candidate.name === name)
  if (attribute) return attributeCondition(attribute, wanted, label)
  const member = splitJsonName(name)
  if (member && node.heading.some((candidate) => candidate.name === member.attribute)) {
    return jsonCondition(member.attribute, member.path, wanted)
  }
  const known = node.heading.map((candidate) => candidate.name)
  throw new UnknownNameError(member?.attribute ?? name, label, known)
}

/** One of the conditions holds. Those that say which values the same attributes have become one list of keys. */
function anyOf(conditions: readonly Condition[]): Condition {
  const groups = Map.groupBy(conditions, (condition) => {
    const said = valuesOf(condition)
    return said === null ? condition : `${said.equal.map(({ attribute }) => attribute).join()} ${said.none.join()}`
  })
  const merged = [...groups.values()].flatMap((group): readonly Condition[] => {
    const said = group.map(valuesOf).filter((values) => values !== null)
    const [first] = said
    if (!first || group.length === 1) return group
    const attributes = first.equal.map(({ attribute }) => attribute)
    const keys = said.map(({ equal }) => equal.map(({ value }) => value))
    const none = first.none.map((attribute) => ({ kind: 'is-null', attribute }) as const)
    return [{ kind: 'and', conditions: attributes.length === 0 ? none : [{ kind: 'in', attributes, keys }, ...none] }]
  })
  const [only, ...others] = merged
  return only && others.length === 0 ? only : { kind: 'or', conditions: merged }
}

/** What a condition says that says nothing but the values of attributes, and which of them are NULL; `null` for any other. */
function valuesOf(condition: Condition) {
  if (condition.kind !== 'and' || condition.conditions.length === 0) return null
  const equal: Extract<Condition, { kind: 'compare' }>[] = []
  const none: string[] = []
  for (const part of condition.conditions) {
    if (part.kind === 'compare' && part.operator === '=') equal.push(part)
    else if (part.kind === 'is-null') none.push(part.attribute)
    else return null
  }
  return { equal, none }
}
