import { expectedOf, type RecordedCase, type Tree } from './recorded.ts'

/** Why an answer of ours may differ from the recorded one: a trap of section 12 where ours is defined otherwise. */
interface Explanation {
  readonly trap: string
  readonly reason: string
  /** Whether it can be the reason in this case. */
  readonly applies: (recorded: RecordedCase) => boolean
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
]

/** The explanation of a difference, where there is one. */
export const explain = (recorded: RecordedCase): Explanation | undefined =>
  explanations.find(({ trap, applies }) => recorded.traps.includes(trap) && applies(recorded))

/** Whether some part of an expression, conditions included, is as wanted. */
function some(value: unknown, wanted: (tree: Tree) => boolean): boolean {
  if (typeof value !== 'object' || value === null) return false
  // what has an `op` in a recorded expression is one
  if ('op' in value && wanted(value as Tree)) return true
  return Object.values(value).some((part) => some(part, wanted))
}
