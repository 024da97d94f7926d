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
    return { kind: 'or', conditions: restriction.map((one) => conditionOf(one, node, label)) }
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
