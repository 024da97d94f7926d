import { InvalidTopError } from './errors.ts'
import { primaryKey, requireAttribute } from './heading.ts'
import type { Order, RelationNode, TopNode } from './node.ts'

export interface TopOptions {
  readonly order?: readonly Order[]
  readonly limit?: number | null
  readonly offset?: number
}

/**
 * The rows from `offset` on, `limit` at most, in the order given. Where rows are cut off, ties are broken by the primary
 * key, so that the same rows are kept every time.
 */
export function top(source: RelationNode, { order = [], limit = null, offset = 0 }: TopOptions): TopNode {
  for (const { attribute } of order) requireAttribute(source.heading, attribute)
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

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0
