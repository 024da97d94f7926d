import type { Heading } from '../attribute/attribute.ts'
import { UnionError } from './errors.ts'
import { namesOf, primaryKey } from './heading.ts'
import { commonNames, type Matching, requireMatch } from './join.ts'
import { requireKey } from './keyless.ts'
import type { RelationNode, UnionNode } from './node.ts'

/**
 * The rows of two relations of one primary key, by name: a key that both have is one row, with the secondary attributes of
 * both; one that only one has lacks those of the other. No secondary attribute may stand on both sides.
 */
export function union(left: RelationNode, right: RelationNode, matching: Matching = 'lineage'): UnionNode {
  for (const side of [left, right]) requireKey(side, 'unite')
  const [leftKey, rightKey] = [primaryKey(left.heading), primaryKey(right.heading)]
  const alone = [...notIn(leftKey, rightKey), ...notIn(rightKey, leftKey)]
  if (alone.length > 0) throw new UnionError('union-key', alone)
  const key = new Set(namesOf(leftKey))
  const both = commonNames(left.heading, right.heading).filter((name) => !key.has(name))
  if (both.length > 0) throw new UnionError('union-attribute', both)
  for (const name of key) requireMatch(left.heading, right.heading, name, matching)
  const nullableOnRight = new Set(namesOf(rightKey.filter(({ nullable }) => nullable)))
  return {
    kind: 'union',
    heading: [
      ...leftKey.map((attribute) => ({
        ...attribute,
        nullable: attribute.nullable || nullableOnRight.has(attribute.name),
      })),
      ...[...left.heading, ...right.heading]
        .filter(({ inKey }) => !inKey)
        .map((attribute) => ({ ...attribute, nullable: true })),
    ],
    left,
    right,
  }
}

function notIn(heading: Heading, other: Heading): readonly string[] {
  const names = new Set(namesOf(other))
  return namesOf(heading).filter((name) => !names.has(name))
}
