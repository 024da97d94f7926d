import { expectedOf, type RecordedCase, type Tree } from './recorded.ts'

/** Why an answer of ours may differ from the recorded one. */
interface Explanation {
  /** A trap of section 12 where ours is defined otherwise; `null` for what a server does by itself. */
  readonly trap: string | null
  readonly reason: string
  /** Whether it is the reason for this difference. */
  readonly applies: (recorded: RecordedCase, difference: string) => boolean
}

export const explanations: readonly Explanation[] = [
  {
    trap: 'T7',
    reason:
      'The universal set of no attributes, restricted by a relation, is one row without attributes where the relation has rows; ' +
      'the reference writes SQL that no server reads.',
    applies: (recorded) =>
      expectedOf(recorded).error !== undefined &&
      some(recorded.expr, (tree) => tree.op === 'u_restrict' && tree.attrs.length === 0),
  },
  {
    trap: 'T7',
    reason:
      'A relation without a primary key, which a universal set of no attributes makes, has one row at most, and its aggregation ' +
      'by another relation as many; SQL without GROUP BY always gives one.',
    applies: (recorded) => some(recorded.expr, (tree) => tree.op === 'aggr' && isKeyless(tree.arg)),
  },
  {
    trap: 'T9',
    reason:
      'An enum has the order of its values in the type, also after a union, which makes text of it on a server; which rows a ' +
      'top keeps depends on it.',
    applies: (recorded, difference) =>
      /^expected (\d+) rows, found \1;/.test(difference) &&
      some(recorded.expr, (tree) => tree.op === 'top' && some(tree.arg, (part) => part.op === 'union')),
  },
  {
    trap: null,
    reason:
      'MySQL takes IS NULL of a date that is never NULL for a comparison with 0000-00-00, and refuses that date in its ' +
      'strict mode. The answers were recorded on MariaDB.',
    applies: (_recorded, difference) => difference.includes("Incorrect DATE value: '0000-00-00'"),
  },
]

/** The explanation of a difference, where there is one. */
export const explain = (recorded: RecordedCase, difference: string): Explanation | undefined =>
  explanations.find(
    ({ trap, applies }) => (trap === null || recorded.traps.includes(trap)) && applies(recorded, difference),
  )

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
    case 'table':
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
