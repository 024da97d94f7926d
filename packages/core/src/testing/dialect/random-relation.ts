import * as fc from 'fast-check'
import type { Attribute } from '../../attribute/attribute.ts'
import type { StoredValue } from '../../attribute/storage.ts'
import { PipelineError } from '../../errors.ts'
import type { Comparison, Condition } from '../../relation/condition.ts'
import { join } from '../../relation/join.ts'
import { matches } from '../../relation/matches.ts'
import type { RelationNode } from '../../relation/node.ts'
import { project } from '../../relation/project.ts'
import { restrict } from '../../relation/restrict.ts'
import { top } from '../../relation/top.ts'

/** One step of a machine with a stack of relations; the numbers choose among what is possible then. */
export interface Step {
  readonly kind: 'push' | 'restrict' | 'exclude' | 'project' | 'join' | 'top' | 'semijoin' | 'antijoin'
  readonly choices: readonly number[]
}

export const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('push', 'push', 'restrict', 'exclude', 'project', 'join', 'top', 'semijoin', 'antijoin'),
    choices: fc.array(fc.nat(1000), { minLength: 12, maxLength: 12 }),
  }),
  { minLength: 1, maxLength: 9 },
)

/** Builds the relation that steps describe; a step that the algebra refuses is left out. */
export function buildRelation(
  all: readonly Step[],
  tables: readonly RelationNode[],
  valuesOf: (attribute: Attribute) => readonly Exclude<StoredValue, null>[],
): RelationNode {
  const stack: RelationNode[] = []
  for (const { kind, choices } of all) {
    const left = stack.pop() ?? pick(tables, choices[0])
    try {
      const made = apply(kind, left)
      stack.push(...made)
    } catch (error) {
      if (!(error instanceof PipelineError)) throw error
      stack.push(left)
    }

    function apply(step: Step['kind'], node: RelationNode): readonly RelationNode[] {
      switch (step) {
        case 'push':
          return [node, pick(tables, choices[1])]
        case 'restrict':
          return [restrict(node, condition(node, choices, valuesOf))]
        case 'exclude':
          return [restrict(node, { kind: 'not', condition: condition(node, choices, valuesOf) })]
        case 'project': {
          const kept = node.heading.filter((_, index) => (choices[index % 12] ?? 0) % 3 > 0)
          const columns = kept.map(({ name }, index) => [
            (choices[index % 12] ?? 0) % 3 === 1 ? name : `${name}_`,
            name,
          ])
          return [project(node, Object.fromEntries(columns))]
        }
        case 'top': {
          const order = { attribute: pick(node.heading, choices[1]).name, descending: (choices[2] ?? 0) % 2 === 0 }
          const limit = (choices[3] ?? 0) % 4
          return [top(node, { order: [order], limit: limit === 3 ? null : limit + 1, offset: (choices[4] ?? 0) % 2 })]
        }
        case 'join':
          return [join(node, stack.pop() ?? pick(tables, choices[1]))]
        case 'semijoin':
        case 'antijoin': {
          const match = matches(node, stack.at(-1) ?? pick(tables, choices[1]))
          return [restrict(node, step === 'semijoin' ? match : { kind: 'not', condition: match })]
        }
      }
    }
  }
  return stack.at(-1) ?? pick(tables, 0)
}

const operators: readonly Comparison[] = ['=', '!=', '<', '<=', '>', '>=']

function condition(
  node: RelationNode,
  choices: readonly number[],
  valuesOf: (attribute: Attribute) => readonly Exclude<StoredValue, null>[],
): Condition {
  const leaf = ([a = 0, b = 0, c = 0]: readonly number[]): Condition => {
    const attribute = pick(node.heading, a)
    const values = valuesOf(attribute)
    if (b % 8 === 6) return { kind: 'is-null', attribute: attribute.name }
    if (b % 8 === 7) {
      return { kind: 'in', attributes: [attribute.name], keys: values.slice(0, c % 4).map((value) => [value]) }
    }
    return { kind: 'compare', attribute: attribute.name, operator: pick(operators, b), value: pick(values, c) }
  }
  const [first, second] = [leaf(choices.slice(0, 3)), leaf(choices.slice(3, 6))]
  switch ((choices[6] ?? 0) % 4) {
    case 0:
      return { kind: 'and', conditions: [first, second] }
    case 1:
      return { kind: 'or', conditions: [first, { kind: 'not', condition: second }] }
    default:
      return first
  }
}

function pick<T>(items: readonly T[], choice = 0): T {
  const item = items[choice % items.length]
  if (item === undefined) throw new RangeError('nothing to choose from')
  return item
}
