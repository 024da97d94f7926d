import type { Heading } from '../attribute/attribute.ts'
import type { Condition } from '../relation/condition.ts'
import type { RelationNode } from '../relation/node.ts'
import { UnrelatedKeyError } from './errors.ts'
import { equals } from './restriction.ts'

/** The headings of the keys that the engine made: they know which lineage each value has. */
const headings = new WeakMap<object, Heading>()

export function rememberKey(key: object, heading: Heading): void {
  headings.set(key, heading)
}

/** The condition that rows belong to a key of another relation. */
export function keyCondition(key: object, node: RelationNode, label: string): Condition {
  const made = headings.get(key)
  const shared = node.heading.filter(({ name, inKey, lineage }) => {
    if (!(name in key)) return false
    // A name alone is no relation: what is called alike need not be the same (trap T0).
    return made ? lineage !== null && made.some((other) => other.name === name && other.lineage === lineage) : inKey
  })
  if (shared.length === 0) {
    const findable = node.heading.filter(({ inKey }) => inKey).map(({ name }) => name)
    throw new UnrelatedKeyError(label, Object.keys(key), findable)
  }
  const values = new Map(Object.entries(key))
  return { kind: 'and', conditions: shared.map((attribute) => equals(attribute, values.get(attribute.name))) }
}
