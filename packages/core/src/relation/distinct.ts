import { computed, isComparable } from './compute.ts'
import { DuplicateAttributeError, InvalidExpressionError } from './errors.ts'
import type { Column } from './expression.ts'
import { requireAttribute } from './heading.ts'
import type { DistinctNode, RelationNode } from './node.ts'

/**
 * The distinct values of some attributes of `source`: a list of them, each named once, or by new name. They are the key, and
 * keep their lineage. Computed attributes are over the rows that have these values. NULL is a value here, once.
 */
export function distinct(
  source: RelationNode,
  columns: readonly string[] | Readonly<Record<string, Column>>,
): DistinctNode {
  const wanted: (readonly [string, Column])[] = isList(columns)
    ? columns.map((name) => [name, name])
    : Object.entries(columns)
  const seen = new Set<string>()
  const key = wanted.flatMap(([name, from]) => {
    if (typeof from !== 'string') return []
    const attribute = requireAttribute(source.heading, from)
    if (isList(columns) && seen.has(from)) throw new DuplicateAttributeError(from)
    seen.add(from)
    if (!isComparable(attribute.type)) {
      throw new InvalidExpressionError(`\`${from}\` is ${attribute.type.text}, whose values cannot be told apart.`)
    }
    return [[{ ...attribute, name, inKey: true }, from] as const]
  })
  const made = wanted.flatMap(([name, expression]) =>
    typeof expression === 'string'
      ? []
      : [[computed(name, expression, { of: 'group', heading: source.heading }), expression] as const],
  )
  const all = [...key, ...made]
  return {
    kind: 'distinct',
    heading: all.map(([attribute]) => attribute),
    source,
    columns: Object.fromEntries(all.map(([{ name }, column]) => [name, column])),
  }
}

/** `Array.isArray` does not tell a read-only list from a record. */
const isList = (columns: readonly string[] | Readonly<Record<string, Column>>): columns is readonly string[] =>
  Array.isArray(columns)
