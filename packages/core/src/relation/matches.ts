import type { Condition } from './condition.ts'
import { namesOf, primaryKey } from './heading.ts'
import { commonNames, type Matching, requireMatch } from './join.ts'
import type { RelationNode, TableNode } from './node.ts'

/**
 * The condition that a row of `left` has a match in `right`: equal values in all common attributes, which must have one
 * lineage. An attribute that comes on both sides from one attribute of a base table whose whole key is common as well needs no
 * comparison: equal keys mean the same row, also where the attribute is NULL. Without common attributes: `right` has rows.
 */
export function matches(left: RelationNode, right: RelationNode, matching: Matching = 'lineage'): Condition {
  const common = commonNames(left.heading, right.heading)
  const on = common.filter((name) => !followsFromKey(left, right, name, common))
  for (const name of on) requireMatch(left.heading, right.heading, name, matching)
  return equalIn(right, on)
}

/** The condition that some row of `source` has in its attributes `there` the values of the attributes `here`, in their order. */
export const equalIn = (source: RelationNode, here: readonly string[], there = here): Condition => ({
  kind: 'matches',
  source,
  on: here.map((name, index) => [name, there[index] ?? name]),
})

/** Where an attribute's values come from: an attribute of one occurrence of a base table in the tree. */
interface Origin {
  readonly table: TableNode
  readonly occurrence: string
  readonly attribute: string
}

function followsFromKey(left: RelationNode, right: RelationNode, name: string, common: readonly string[]): boolean {
  return originsOf(left, name).some((here) =>
    originsOf(right, name).some((there) => {
      if (!sameAttribute(here, there)) return false
      const key = namesOf(primaryKey(here.table.heading))
      return (
        !key.includes(here.attribute) &&
        key.every((attribute) => shares({ ...here, attribute }, { ...there, attribute }))
      )
    }),
  )

  function shares(here: Origin, there: Origin): boolean {
    return common.some(
      (other) =>
        originsOf(left, other).some((origin) => sameOrigin(origin, here)) &&
        originsOf(right, other).some((origin) => sameOrigin(origin, there)),
    )
  }
}

const sameAttribute = (a: Origin, b: Origin): boolean =>
  a.attribute === b.attribute &&
  a.table.name.schema === b.table.name.schema &&
  a.table.name.table === b.table.name.table

const sameOrigin = (a: Origin, b: Origin): boolean => a.occurrence === b.occurrence && sameAttribute(a, b)

function originsOf(node: RelationNode, name: string, path = ''): readonly Origin[] {
  if (!node.heading.some((attribute) => attribute.name === name)) return []
  switch (node.kind) {
    case 'table':
      return [{ table: node, occurrence: path, attribute: name }]
    case 'restrict':
    case 'top':
      return originsOf(node.source, name, path)
    case 'project':
    case 'aggregate':
    case 'distinct': {
      const column = node.columns[name]
      return typeof column === 'string' ? originsOf(node.source, column, path) : []
    }
    case 'join':
      return [
        ...originsOf(node.left, name, `${path}l`),
        // beside a row that matched nothing, what should come from the right is NULL whatever its key
        ...(node.keep === 'left' ? [] : originsOf(node.right, name, `${path}r`)),
      ]
    case 'union':
      // a row of one side has NULL for the attributes of the other
      return []
  }
}
