import type { Attribute, Heading } from '../../attribute/attribute.ts'
import type { Condition } from '../../relation/condition.ts'
import type { RelationNode } from '../../relation/node.ts'
import { equals } from './conditions.ts'
import { show } from '../call.ts'
import { AmbiguousKeyError, InvalidCallError, UnrelatedKeyError } from '../errors.ts'
import { gives, valueIn } from '../given-row.ts'
import { keyNames } from '../key-names.ts'

/** The headings of the keys that the engine made: they know which lineage each value has. */
const headings = new WeakMap<object, Heading>()

export function rememberKey(key: object, heading: Heading): void {
  headings.set(key, heading)
}

/** The condition that rows belong to a key of another relation. */
export function keyCondition(key: object, node: RelationNode, label: string): Condition {
  if (typeof key !== 'object' || key === null) {
    throw new InvalidCallError(`forKey() takes a key, an object such as keys() gives, and was given ${show(key)}.`)
  }
  const made = headings.get(key)
  const shared = made
    ? matchByLineage(made, node.heading, label)
    : node.heading
        .filter(({ name, inKey }) => inKey && gives(key, name))
        .map((attribute) => ({ attribute, name: attribute.name }))
  if (shared.length === 0) throw new UnrelatedKeyError(label, Object.keys(key), keyNames(node))
  return { kind: 'and', conditions: shared.map(({ attribute, name }) => equals(attribute, valueIn(key, name), label)) }
}

/**
 * Which attributes are equal to which of a key. A name alone is no relation (trap T0), and a renamed attribute is still the
 * same: of one lineage, the namesake, else the only one in the primary key.
 */
function matchByLineage(key: Heading, heading: Heading, label: string) {
  const related = (one: Attribute, other: Attribute) => one.lineage !== null && one.lineage === other.lineage
  const isNamesake = (one: Attribute) => (other: Attribute) => one.name === other.name && related(one, other)
  const matched = heading.flatMap((attribute) => {
    const namesake = key.find(isNamesake(attribute))
    return namesake ? [{ attribute, name: namesake.name }] : []
  })
  const free = heading.filter((attribute) => attribute.inKey && !key.some(isNamesake(attribute)))
  for (const part of key) {
    if (heading.some(isNamesake(part))) continue
    const [attribute, ...others] = free.filter((candidate) => related(candidate, part))
    if (!attribute) continue
    const rivals = key.filter((other) => related(other, part) && !heading.some(isNamesake(other)))
    if (others.length > 0 || rivals.length > 1) {
      const names = (list: Heading) => list.map(({ name }) => name)
      throw new AmbiguousKeyError(label, names(rivals), names([attribute, ...others]))
    }
    matched.push({ attribute, name: part.name })
  }
  return matched
}
