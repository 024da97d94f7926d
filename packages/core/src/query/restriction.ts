import type { Attribute } from '../attribute/attribute.ts'
import { toStored } from '../attribute/to-stored.ts'
import type { Condition } from '../relation/condition.ts'
import { matches } from '../relation/matches.ts'
import { InvalidRestrictionError, UnknownNameError } from './errors.ts'
import { isPlain } from './given-row.ts'
import { type AnyRelation, isOperand, nodeBeside, type Operand } from './operand.ts'
import type { Given } from './table.ts'

/**
 * What rows must satisfy: an object of attributes and their values (`null` finds NULL; an unknown name is an error),
 * another relation (some row of it has the same values), or a list of these, one of which must hold.
 */
export type Restriction<Row extends object> =
  | { readonly [K in keyof Row]?: Given<Row[K]> }
  | Operand
  | readonly Restriction<Row>[]

/** The condition that a restriction states about a relation. */
export function conditionOf(restriction: unknown, relation: AnyRelation): Condition {
  const { node, label } = relation
  if (isOperand(restriction)) return matches(node, nodeBeside(relation, restriction))
  if (Array.isArray(restriction)) {
    return anyOf(restriction.map((one) => conditionOf(one, relation)))
  }
  // A promise, a set or an instance with getters has no members that would be read here, and so would restrict nothing.
  if (typeof restriction !== 'object' || restriction === null || !isPlain(restriction)) {
    throw new InvalidRestrictionError(
      describe(restriction),
      'Give a plain object of attributes and values, a relation, or a list of them.',
    )
  }
  const conditions = Object.entries(restriction).map(([name, value]) => {
    const attribute = node.heading.find((candidate) => candidate.name === name)
    if (!attribute)
      throw new UnknownNameError(
        name,
        label,
        node.heading.map((candidate) => candidate.name),
      )
    return equals(attribute, value)
  })
  return { kind: 'and', conditions }
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

/** The condition that an attribute has a value; `null` means that it is NULL. */
export function equals(attribute: Attribute, value: unknown): Condition {
  const { name, type } = attribute
  if (value === null) return { kind: 'is-null', attribute: name }
  if (type.codec !== null || type.storage.kind === 'json') {
    throw new InvalidRestrictionError(`\`${name}\`, which is ${type.text}`, 'Its values cannot be compared.')
  }
  if (value === undefined || Array.isArray(value)) {
    throw new InvalidRestrictionError(
      `\`${name}\` = ${describe(value)}`,
      'Give one value; for one of several, restrict by a list of objects.',
    )
  }
  const stored = toStored(attribute, value)
  if (stored === null) return { kind: 'is-null', attribute: name }
  return { kind: 'compare', attribute: name, operator: '=', value: stored }
}

const describe = (value: unknown): string =>
  value === undefined
    ? 'undefined'
    : Array.isArray(value)
      ? `a list of ${value.length}`
      : typeof value === 'object' && value !== null
        ? `a ${value.constructor.name}${value instanceof Promise ? ' (await it)' : ''}`
        : `${typeof value} ${String(value)}`
