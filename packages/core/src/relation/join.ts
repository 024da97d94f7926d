import type { Attribute, AttributeType, Heading } from '../attribute/attribute.ts'
import { isNumber } from './compute.ts'
import { InvalidConditionError, UndeterminedJoinError, UnrelatedNamesakeError } from './errors.ts'
import { namesOf, primaryKey, requireAttribute } from './heading.ts'
import { requireKey } from './keyless.ts'
import type { JoinNode, RelationNode } from './node.ts'

/** Whether attributes of one name must be of one lineage to be matched, or match by their names. */
export type Matching = 'lineage' | 'names'

export interface JoinOptions {
  readonly keep?: JoinNode['keep']
  readonly matching?: Matching
}

/**
 * Pairs of rows that agree on all common attributes. Attributes of one name must have one lineage, so that a join never
 * happens on a name alone. The key is that of the side which determines the other, else both keys together. Where all rows
 * of the left are kept, the left must determine the right, whose attributes are NULL beside a row that matches nothing.
 */
export function join(
  left: RelationNode,
  right: RelationNode,
  { keep = 'matching', matching = 'lineage' }: JoinOptions = {},
): JoinNode {
  if (keep === 'left') requireKey(right, 'extend by')
  const on = matchedNames(left.heading, right.heading, matching)
  const heading =
    keep === 'left' ? extendedHeading(left.heading, right.heading) : joinHeading(left.heading, right.heading, on)
  return { kind: 'join', heading, left, right, on, keep }
}

/** The common names of two headings, which are refused where they must be of one lineage and are not. */
export function matchedNames(left: Heading, right: Heading, matching: Matching): readonly string[] {
  const on = commonNames(left, right)
  for (const name of on) requireMatch(left, right, name, matching)
  return on
}

/** Refuses attributes of one name that are not to be compared. */
export function requireMatch(left: Heading, right: Heading, name: string, matching: Matching): void {
  if (matching === 'lineage') return requireSameLineage(left, right, name)
  const [here, there] = [requireAttribute(left, name).type, requireAttribute(right, name).type]
  // a server reads text as a number there, and takes 'x' for 0
  if (readsAsNumber(here) !== readsAsNumber(there)) {
    throw new InvalidConditionError(
      `Cannot match on \`${name}\`: it is ${here.text} on the left and ${there.text} on the right. Rename one with project().`,
    )
  }
}

export function commonNames(left: Heading, right: Heading): string[] {
  const names = new Set(namesOf(right))
  return left.filter(({ name }) => names.has(name)).map(({ name }) => name)
}

const readsAsNumber = (type: AttributeType): boolean => isNumber(type) || type.storage.kind === 'year'

function requireSameLineage(left: Heading, right: Heading, name: string): void {
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

function extendedHeading(left: Heading, right: Heading): Heading {
  const names = new Set(namesOf(left))
  const missing = namesOf(primaryKey(right)).filter((name) => !names.has(name))
  if (missing.length > 0) throw new UndeterminedJoinError(missing, namesOf(left))
  const added = right.filter(({ name }) => !names.has(name))
  return [...left, ...added.map((attribute) => ({ ...attribute, inKey: false, nullable: true }))]
}

function determined(by: Heading, other: Heading, joined: (attribute: Attribute) => Attribute): Heading {
  const names = new Set(namesOf(by))
  const added = other.filter(({ name }) => !names.has(name)).map((attribute) => ({ ...attribute, inKey: false }))
  return [...by.map(joined), ...added]
}

const unique = (heading: Heading): Heading =>
  heading.filter(({ name }, index) => heading.findIndex((attribute) => attribute.name === name) === index)
