import type { Attribute } from '../attribute/attribute.ts'
import { InvalidExpressionError, InvalidTopError } from './errors.ts'
import { primaryKey, requireAttribute } from './heading.ts'
import type { Order, RelationNode, TopNode } from './node.ts'

export interface TopOptions {
  readonly order?: readonly Order[]
  readonly limit?: number | null
  readonly offset?: number
}

/**
 * The rows from `offset` on, `limit` at most, in the order given; where none is, in that of the top which `source` is. Where
 * rows are cut off, ties are broken by the primary key, so that the same rows are kept every time.
 */
export function top(source: RelationNode, { order: given = [], limit = null, offset = 0 }: TopOptions): TopNode {
  const order = given.length === 0 && source.kind === 'top' ? source.order : given
  for (const { attribute } of order) requireOrdered(requireAttribute(source.heading, attribute))
  if (limit !== null && !isCount(limit)) throw new InvalidTopError('limit', limit)
  if (!isCount(offset)) throw new InvalidTopError('offset', offset)
  const ordered = new Set(order.map(({ attribute }) => attribute))
  const ties = limit === null && offset === 0 ? [] : primaryKey(source.heading).filter(({ name }) => !ordered.has(name))
  return {
    kind: 'top',
    heading: source.heading,
    source,
    order: [...order, ...ties.map(({ name }) => ({ attribute: name, descending: false }))],
    limit,
    offset,
  }
}

/** Databases put JSON in orders of their own, by its text or by what it says: a cut would keep other rows on each. */
function requireOrdered({ name, type }: Attribute): void {
  if (type.storage.kind !== 'json') return
  throw new InvalidExpressionError(
    `Cannot order by \`${name}\`, which is ${type.text} and has no order. Order by a value in it, which a projection names.`,
  )
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0
