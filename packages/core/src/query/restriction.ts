import type { Attribute } from '../attribute/attribute.ts'
import { toStored } from '../attribute/to-stored.ts'
import type { Condition } from '../relation/condition.ts'
import { matches } from '../relation/matches.ts'
import type { RelationNode } from '../relation/node.ts'
import { InvalidRestrictionError, UnknownNameError } from './errors.ts'
import { isOperand, nodeOf, type Operand } from './operand.ts'

/**
 * What rows must satisfy: an object of attributes and their values (`null` finds NULL; an unknown name is an error),
 * another relation (some row of it has the same values), or a list of these, one of which must hold.
 */
export type Restriction<Row extends object> =
  | { readonly [K in keyof Row]?: Row[K] }
  | Operand
  | readonly Restriction<Row>[]

/** The condition that a restriction states about a relation. */
export function conditionOf(restriction: unknown, node: RelationNode, label: string): Condition {
  if (isOperand(restriction)) return matches(node, nodeOf(restriction))
  if (Array.isArray(restriction)) {
    return anyOf(restriction.map((one) => conditionOf(one, node, label)))
  }
  if (typeof restriction !== 'object' || restriction === null) {
    throw new InvalidRestrictionError(
      describe(restriction),
      'Give an object of attributes and values, a relation, or a list of them.',
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
    const names = equalAttributes(condition)
    return names === null ? condition : names.join()
  })
  const merged = [...groups.values()].flatMap((group) => {
    const attributes = equalAttributes(group[0])
    if (attributes === null || group.length === 1) return group
    return [{ kind: 'in', attributes, keys: group.map(valuesOf) } as const]
  })
  const [only, ...others] = merged
  return only && others.length === 0 ? only : { kind: 'or', conditions: merged }
}

/** The attributes of a condition that says nothing but what values they have; `null` for any other. */
function equalAttributes(condition: Condition | undefined): readonly string[] | null {
  if (condition?.kind !== 'and' || condition.conditions.length === 0) return null
  const names = condition.conditions.map((part) =>
    part.kind === 'compare' && part.operator === '=' ? part.attribute : null,
  )
  return names.every((name) => name !== null) ? names : null
}

const valuesOf = (condition: Condition) =>
  condition.kind === 'and' ? condition.conditions.flatMap((part) => (part.kind === 'compare' ? [part.value] : [])) : []

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
      : `${typeof value} ${String(value)}`
