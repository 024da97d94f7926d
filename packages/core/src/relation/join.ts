import type { Attribute, Heading } from '../attribute/attribute.ts'
import { UnrelatedNamesakeError } from './errors.ts'
import { namesOf, primaryKey } from './heading.ts'
import type { JoinNode, RelationNode } from './node.ts'

/**
 * Pairs of rows that agree on all common attributes. Attributes of one name must have one lineage, so that a join never
 * happens on a name alone. The key is that of the side which determines the other, else both keys together.
 */
export function join(left: RelationNode, right: RelationNode): JoinNode {
  const on = commonNames(left.heading, right.heading)
  for (const name of on) requireSameLineage(left.heading, right.heading, name)
  return { kind: 'join', heading: joinHeading(left.heading, right.heading, on), left, right, on }
}

export function commonNames(left: Heading, right: Heading): string[] {
  const names = new Set(namesOf(right))
  return left.filter(({ name }) => names.has(name)).map(({ name }) => name)
}

export function requireSameLineage(left: Heading, right: Heading, name: string): void {
  const [here, there] = [left, right].map(
    (heading) => heading.find((attribute) => attribute.name === name)?.lineage ?? null,
  )
  if (here === null || here === undefined || here !== there) {
    throw new UnrelatedNamesakeError(name, here ?? null, there ?? null)
  }
}

function joinHeading(left: Heading, right: Heading, on: readonly string[]): Heading {
  const [leftNames, rightNames] = [new Set(namesOf(left)), new Set(namesOf(right))]
  const joined = (attribute: Attribute): Attribute =>
    on.includes(attribute.name) ? { ...attribute, nullable: false } : attribute
  if (primaryKey(right).every(({ name }) => leftNames.has(name))) return determined(left, right, joined)
  if (primaryKey(left).every(({ name }) => rightNames.has(name))) return determined(right, left, joined)
  const key = unique([...primaryKey(left), ...primaryKey(right)])
  const inKey = new Set(namesOf(key))
  const rest = unique([...left, ...right]).filter(({ name }) => !inKey.has(name))
  return [...key, ...rest].map(joined)
}

function determined(by: Heading, other: Heading, joined: (attribute: Attribute) => Attribute): Heading {
  const names = new Set(namesOf(by))
  const added = other.filter(({ name }) => !names.has(name)).map((attribute) => ({ ...attribute, inKey: false }))
  return [...by.map(joined), ...added]
}

const unique = (heading: Heading): Heading =>
  heading.filter(({ name }, index) => heading.findIndex((attribute) => attribute.name === name) === index)
