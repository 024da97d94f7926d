import type { Quirk } from './build-relation.ts'
import { expectedOf, type RecordedCase, type Tree } from './recorded.ts'

/** Why an answer of ours may differ from the recorded one. */
export interface Explanation {
  /** A trap of section 12 where ours is defined otherwise; `null` for what a server does by itself. */
  readonly trap: string | null
  readonly reason: string
  /** What ours must give with a quirk, and nothing less: the recorded answer, or the same as without it. */
  readonly proof: { readonly quirk: Quirk; readonly gives: 'recorded' | 'same' } | null
  /** Whether it may be the reason for this difference. */
  readonly applies: (recorded: RecordedCase, difference: string) => boolean
}

const explanations: readonly Explanation[] = [
  {
    trap: 'T6',
    reason:
      'The reference takes every word in small letters of SQL text for an attribute; ours leaves the text to the server, which ' +
      'knows its own words, and refuses what is none and no attribute either.',
    proof: null,
    applies: (recorded) =>
      expectedOf(recorded).error === 'DataJointError' &&
      /^Attribute `\w+` is not found in query/.test(expectedOf(recorded).message ?? '') &&
      /"c":"sql"/.test(JSON.stringify(recorded.expr)),
  },
  {
    trap: 'T7',
    reason:
      'The universal set of no attributes, restricted by a relation, is one row without attributes where the relation has rows; ' +
      'the reference writes SQL that no server reads.',
    proof: { quirk: 'universal by count', gives: 'same' },
    applies: (recorded) =>
      !['DataJointError', undefined].includes(expectedOf(recorded).error) &&
      some(recorded.expr, (tree) => tree.op === 'u_restrict' && tree.attrs.length === 0),
  },
  {
    trap: 'T7',
    reason:
      'A relation without a primary key, which a universal set of no attributes makes, has one row at most, and its aggregation ' +
      'by another relation as many; SQL without GROUP BY always gives one.',
    proof: { quirk: 'one row of all', gives: 'recorded' },
    applies: (recorded) => some(recorded.expr, (tree) => tree.op === 'aggr' && isKeyless(tree.arg)),
  },
  {
    trap: 'T9',
    reason:
      'An enum has the order of its values in the type, also after a union, which makes text of it on a server; which rows a ' +
      'top keeps depends on it.',
    proof: { quirk: 'enum as text', gives: 'recorded' },
    applies: (recorded) =>
      some(recorded.expr, (tree) => tree.op === 'top' && some(tree.arg, (part) => part.op === 'union')),
  },
  {
    trap: null,
    reason:
      'MariaDB, on which the answers were recorded, computes the least and the greatest of a computed attribute also where no ' +
      'row of the group matches; it is NULL there.',
    proof: { quirk: 'value of nothing', gives: 'recorded' },
    applies: (recorded) => some(recorded.expr, (tree) => tree.op === 'aggr' && tree.keep),
  },
  {
    trap: null,
    reason:
      'MySQL takes IS NULL of a date that is never NULL for a comparison with 0000-00-00, and refuses that date in its ' +
      'strict mode. The answers were recorded on MariaDB.',
    proof: null,
    applies: (recorded, difference) =>
      difference.includes("Incorrect DATE value: '0000-00-00'") &&
      /is\s+(?:not\s+)?null/i.test(JSON.stringify(recorded.expr)),
  },
]

/** What may explain a difference. */
export const explanationsFor = (recorded: RecordedCase, difference: string): readonly Explanation[] =>
  explanations.filter(({ applies }) => applies(recorded, difference))

/** Whether an expression comes of a universal set of no attributes. */
function isKeyless(tree: Tree): boolean {
  switch (tree.op) {
    case 'u_restrict':
    case 'u_aggr':
      return tree.attrs.length === 0
    case 'restrict':
    case 'antirestrict':
    case 'proj':
    case 'top':
    case 'aggr':
      return isKeyless(tree.arg)
    case 'union':
    case 'leftjoin':
      return isKeyless(tree.left)
    case 'join':
      return isKeyless(tree.left) && isKeyless(tree.right)
    default:
      return false
  }
}

/** Whether some part of an expression, conditions included, is as wanted. */
function some(value: unknown, wanted: (tree: Tree) => boolean): boolean {
  if (typeof value !== 'object' || value === null) return false
  // what has an `op` in a recorded expression is one
  if ('op' in value && wanted(value as Tree)) return true
  return Object.values(value).some((part) => some(part, wanted))
}
