import { PipelineError } from '../../errors.ts'
import type { Comparison, Condition } from '../../relation/condition.ts'
import type { JsonPath, SqlText } from '../../relation/expression.ts'
import type { RelationNode } from '../../relation/node.ts'
import type { SqlMeaning } from './naive.ts'
import { pick, storedValuesOf } from './random-schema.ts'
import { conditionSql } from './random-sql.ts'

const operators: readonly Comparison[] = ['=', '!=', '<', '<=', '>', '>=']
const patterns = ['a', '%', '_', 'b%', 'A_', '\\%', '%\\_%', '\\', '[a]', '*', '']
const members = [1, 1.5, 'x', '1', true, false, 'X']

/** Places in the JSON values of random rows, and beside them. */
export const memberPaths: readonly JsonPath[] = [
  ['a'],
  ['b', 'c d'],
  ['l', 0],
  ['l', 1],
  [0],
  ['a', 0],
  ['l', '0'],
  [],
  ['nope', 'x'],
]

/** A condition on the attributes of a relation; what its SQL text means goes into `meanings`. */
export function randomCondition(
  node: RelationNode,
  choices: readonly number[],
  meanings: Map<SqlText, SqlMeaning>,
): Condition {
  const [first, second] = [leaf(choices.slice(0, 3)), leaf(choices.slice(3, 6))]
  switch ((choices[6] ?? 0) % 5) {
    case 0:
      return { kind: 'and', conditions: [first, second] }
    case 1:
      return { kind: 'or', conditions: [first, { kind: 'not', condition: second }] }
    default:
      return first
  }

  function leaf([a = 0, b = 0, c = 0]: readonly number[]): Condition {
    const json = node.heading.filter(({ type }) => type.storage.kind === 'json')
    if (json.length > 0 && b % 10 < 5) {
      const { name } = pick(json, a)
      if (c % 5 === 0) return { kind: 'json-null', attribute: name, path: pick(memberPaths, a) }
      const [path, operator, value] = [pick(memberPaths, a), pick(operators, b), pick(members, c)]
      return { kind: 'json', attribute: name, path, operator, value }
    }
    if (b % 10 === 9) {
      const written = conditionSql(requireSome(node).heading, [a, c, b])
      meanings.set(written.sql, written.meaning)
      return { kind: 'sql', sql: written.sql }
    }
    const attribute = pick(comparable(node), a)
    const values = storedValuesOf(attribute)
    if (b % 10 === 6) return { kind: 'is-null', attribute: attribute.name }
    if (b % 10 === 7) {
      return { kind: 'in', attributes: [attribute.name], keys: values.slice(0, c % 4).map((value) => [value]) }
    }
    if (b % 10 === 8 && attribute.type.storage.kind === 'text') {
      return { kind: 'like', attribute: attribute.name, pattern: pick(patterns, c) }
    }
    return { kind: 'compare', attribute: attribute.name, operator: pick(operators, b), value: pick(values, c) }
  }
}

/** The attributes whose values have an order. */
export const comparable = ({ heading }: RelationNode) => {
  const found = heading.filter(({ type }) => type.storage.kind !== 'json')
  if (found.length === 0) throw new NothingToCompareError()
  return found
}

/** The relation where it has attributes. */
export function requireSome(node: RelationNode): RelationNode {
  if (node.heading.length === 0) throw new NothingToCompareError()
  return node
}

/** A step that finds nothing to work on is left out, like one that the algebra refuses. */
class NothingToCompareError extends PipelineError {
  override readonly name = 'NothingToCompareError'
  readonly code = 'nothing-to-compare'
  constructor() {
    super('The relation has no attribute of which something can be said.')
  }
}
