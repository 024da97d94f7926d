import * as fc from 'fast-check'
import { parseAttributeType } from '../../attribute/attribute-type.ts'
import { PipelineError } from '../../errors.ts'
import { aggregate } from '../../relation/aggregate.ts'
import { distinct } from '../../relation/distinct.ts'
import type { Aggregation, Expression, SqlText } from '../../relation/expression.ts'
import { join } from '../../relation/join.ts'
import { matches } from '../../relation/matches.ts'
import type { RelationNode } from '../../relation/node.ts'
import { project } from '../../relation/project.ts'
import { restrict } from '../../relation/restrict.ts'
import { top } from '../../relation/top.ts'
import { union } from '../../relation/union.ts'
import type { SqlMeaning } from './naive.ts'
import { comparable, memberPaths, randomCondition, requireSome } from './random-condition.ts'
import { pick } from './random-schema.ts'
import { groupSql, rowSql, sqlExpression } from './random-sql.ts'

const kinds = [
  'push',
  'restrict',
  'exclude',
  'project',
  'compute',
  'join',
  'extend',
  'aggregate',
  'distinct',
  'union',
  'top',
  'semijoin',
  'antijoin',
] as const

/** One step of a machine with a stack of relations; the numbers choose among what is possible then. */
export interface Step {
  readonly kind: (typeof kinds)[number]
  readonly choices: readonly number[]
}

export const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom(...kinds, 'push'),
    choices: fc.array(fc.nat(1000), { minLength: 12, maxLength: 12 }),
  }),
  { minLength: 1, maxLength: 9 },
)

/** Relations made of some tables, with the meaning of the SQL text in them. */
export class RandomRelations {
  readonly meanings = new Map<SqlText, SqlMeaning>()
  readonly #tables: readonly RelationNode[]
  readonly #accept: (node: RelationNode) => boolean

  /** `accept` refuses relations that have too many rows to go on with. */
  constructor(tables: readonly RelationNode[], accept: (node: RelationNode) => boolean = () => true) {
    this.#tables = tables
    this.#accept = accept
  }

  /** Builds the relation that steps describe; a step that the algebra refuses is left out. */
  build(all: readonly Step[]): RelationNode {
    const stack: RelationNode[] = []
    for (const { kind, choices } of all) {
      const node = stack.pop() ?? pick(this.#tables, choices[0])
      if (kind === 'push') {
        stack.push(node, pick(this.#tables, choices[1]))
        continue
      }
      const made = this.#firstPossible(kind, node, stack.at(-1), choices)
      stack.push(made ?? node)
    }
    return stack.at(-1) ?? pick(this.#tables, 0)
  }

  /** What the step makes of a relation and the first other one with which the algebra lets it. */
  #firstPossible(
    kind: Exclude<Step['kind'], 'push'>,
    node: RelationNode,
    below: RelationNode | undefined,
    choices: readonly number[],
  ): RelationNode | null {
    const from = (choices[1] ?? 0) % this.#tables.length
    const others = [...(below ? [below] : []), ...this.#tables.slice(from), ...this.#tables.slice(0, from), node]
    for (const other of others) {
      try {
        const made = this.#apply(kind, node, other, choices)
        return this.#accept(made) ? made : null
      } catch (error) {
        if (!(error instanceof PipelineError)) throw error
      }
    }
    return null
  }

  #apply(
    kind: Exclude<Step['kind'], 'push'>,
    node: RelationNode,
    other: RelationNode,
    choices: readonly number[],
  ): RelationNode {
    const [, , third = 0, fourth = 0, fifth = 0] = choices
    const matching = third % 5 === 0 ? 'names' : 'lineage'
    switch (kind) {
      case 'restrict':
      case 'exclude': {
        const condition = randomCondition(node, choices, this.meanings)
        return restrict(node, kind === 'restrict' ? condition : { kind: 'not', condition })
      }
      case 'project':
        return project(node, kept(node, choices))
      case 'compute':
        return project(node, { ...kept(node, choices), ...this.#computed(node, choices) })
      case 'join':
        return join(node, third % 3 === 0 ? project(other, {}) : other)
      case 'extend':
        return join(node, this.#withComputed(other, choices), { keep: 'left' })
      case 'aggregate': {
        const group = this.#withComputed(other, choices)
        const columns = { ...kept(node, choices), ...this.#aggregated(node, group, choices) }
        return aggregate(node, group, columns, { keep: fourth % 2 === 0 ? 'all' : 'matching', matching })
      }
      case 'distinct': {
        const names = node.heading.filter((_, index) => (choices[index % 12] ?? 0) % 3 === 0).map(({ name }) => name)
        const columns = Object.fromEntries(names.map((name) => [name, name]))
        return distinct(node, fourth % 2 === 0 ? columns : { ...columns, ...this.#aggregated(null, node, choices) })
      }
      case 'union':
        return union(node, third % 2 === 0 ? other : project(other, {}))
      case 'top': {
        const order = { attribute: pick(comparable(node), choices[1]).name, descending: third % 2 === 0 }
        const limit = fourth % 4
        return top(node, { order: [order], limit: limit === 3 ? null : limit + 1, offset: fifth % 2 })
      }
      case 'semijoin':
      case 'antijoin': {
        const condition = matches(node, other)
        return restrict(node, kind === 'semijoin' ? condition : { kind: 'not', condition })
      }
    }
  }

  /** Sometimes with one more attribute, which is computed: servers forget that it is NULL beside a row that matches nothing. */
  #withComputed(node: RelationNode, choices: readonly number[]): RelationNode {
    if ((choices[5] ?? 0) % 3 > 0) return node
    const all = Object.fromEntries(node.heading.map(({ name }) => [name, name]))
    return project(node, { ...all, ...this.#computed(node, choices) })
  }

  #computed(node: RelationNode, choices: readonly number[]): Readonly<Record<string, Expression>> {
    const name = freshName(node, choices)
    const json = node.heading.find(({ type }) => type.storage.kind === 'json')
    if (json && (choices[7] ?? 0) % 3 > 0) {
      const path = pick(memberPaths, choices[8])
      const type = parseAttributeType(pick(['int32', 'int64', 'float64', 'varchar(8)', 'bool'], choices[9]))
      return { [name]: { kind: 'json', attribute: json.name, path, type } }
    }
    const written = rowSql(requireSome(node).heading, choices.slice(7))
    this.meanings.set(written.sql, written.meaning)
    return { [name]: sqlExpression(written) }
  }

  #aggregated(
    source: RelationNode | null,
    group: RelationNode,
    choices: readonly number[],
  ): Readonly<Record<string, Expression>> {
    const name = freshName(source ?? group, choices)
    const aggregation = pick(aggregations, choices[9])
    // what is computed stands last
    const chosen = (choices[8] ?? 0) % 2 === 0 ? group.heading.at(-1) : pick(requireSome(group).heading, choices[10])
    const attribute = chosen?.name ?? null
    const own: Expression = { kind: 'aggregate', aggregation, attribute }
    const made: Record<string, Expression> = {
      [name]: aggregation === 'count' && (choices[8] ?? 0) % 2 === 0 ? { ...own, attribute: null } : own,
    }
    if ((choices[11] ?? 0) % 3 === 0) {
      const names = new Set(group.heading.map((one) => one.name))
      const beside = source?.heading.filter((one) => !names.has(one.name)) ?? []
      const written = groupSql(requireSome(group).heading, beside, choices.slice(5))
      this.meanings.set(written.sql, written.meaning)
      made[`${name}q`] = sqlExpression(written)
    }
    return made
  }
}

const aggregations: readonly Aggregation[] = ['count', 'count-distinct', 'sum', 'average', 'min', 'max']

function kept(node: RelationNode, choices: readonly number[]): Readonly<Record<string, string>> {
  const some = node.heading.filter((_, index) => (choices[index % 12] ?? 0) % 3 > 0)
  return Object.fromEntries(
    some.map(({ name }, index) => [(choices[index % 12] ?? 0) % 3 === 1 ? name : `${name}_`, name]),
  )
}

const freshName = ({ heading }: RelationNode, choices: readonly number[]): string =>
  `c${heading.length}${(choices[6] ?? 0) % 4}`
