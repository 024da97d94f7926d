import type { Condition } from '../../relation/condition.ts'
import { matchedNames, type Matching as JoinMatching } from '../../relation/join.ts'
import { equalIn } from '../../relation/matches.ts'
import type { RelationNode } from '../../relation/node.ts'
import { checkOptions } from '../call.ts'
import { InvalidCallError } from '../errors.ts'

/**
 * How attributes of one name belong together: of one lineage (else an error), or by their names. A relation that restricts
 * may also be matched `strict`ly, as DataJoint does: then every common attribute must be of one lineage and equal, also where
 * both come from the same row, so that a table with secondary attributes of its own cannot be restricted by itself.
 */
export type Matching = JoinMatching | 'strict'

/** How the attributes of two relations belong together. */
export interface JoinOptions {
  /** By `lineage`, the default, or by `names`. */
  readonly matching?: JoinMatching
}

/** How the attributes of a relation that restricts belong to those that are restricted. */
export interface RestrictOptions {
  /** By `lineage`, the default, by `names`, or `strict`ly. */
  readonly matching?: Matching
}

/** What was asked for; from JavaScript it may be misspelt, and must not be taken for "by their names". */
export function matchingOf<M extends Matching>(
  call: string,
  options: { readonly matching?: M },
  allowed: readonly M[],
): M | 'lineage' {
  checkOptions(call, options, ['matching'])
  const { matching = 'lineage' } = options
  if (matching === 'lineage' || allowed.includes(matching)) return matching
  const known = ['lineage', ...allowed].map((name) => `'${name}'`).join(', ')
  throw new InvalidCallError(`There is no matching '${matching}'. There are ${known}.`)
}

/** The condition that some row of `right` is equal in every common attribute. */
export const matchStrictly = (left: RelationNode, right: RelationNode): Condition =>
  equalIn(right, matchedNames(left.heading, right.heading, 'lineage'))
