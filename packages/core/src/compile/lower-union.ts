import type { RelationNode, UnionNode } from '../relation/node.ts'
import { requireAttribute } from '../relation/heading.ts'
import { choosable, columnOf, joinable, optional } from './derive.ts'
import { joinSelects } from './join-selects.ts'
import type { Pair, Select, Source, Term } from './select.ts'

/**
 * The keys of both sides once. With secondary attributes: the rows of the side that has them, extended by the other where
 * both have some, and after them the rows that are on the other side alone.
 */
export function lowerUnion(node: UnionNode, left: Select, right: Select): Source {
  const sides = [sideOf(node, node.left, left), sideOf(node, node.right, right)] as const
  const [full, other] = sides[0].secondary.length === 0 ? [sides[1], sides[0]] : sides
  if (full.secondary.length === 0) return { union: [rowsOf(full), rowsOf(other)], all: false }
  return { union: [other.secondary.length === 0 ? rowsOf(full) : extended(full, other), alone(other, full)], all: true }
}

interface Side {
  readonly union: UnionNode
  readonly node: RelationNode
  readonly select: Select
  readonly secondary: readonly string[]
}

function sideOf(union: UnionNode, node: RelationNode, select: Select): Side {
  const secondary = node.heading.filter(({ inKey }) => !inKey).map(({ name }) => name)
  return { union, node, select, secondary }
}

/** The rows of one side, with NULL for what it has not. */
function rowsOf(side: Side): Select {
  const select = choosable(side.select, side.node.heading, allNames(side))
  return { ...select, order: [], columns: fill(side.union, select.columns) }
}

function extended(full: Side, other: Side): Select {
  const left = joinable(full.select, full.node.heading)
  const right = optional(other.select, other.node.heading)
  const joined = joinSelects(left, right, pairs(full, left, other, right), 'left')
  return {
    ...left,
    from: joined.from,
    joins: joined.joins,
    where: joined.where,
    order: [],
    columns: fill(full.union, { ...joined.right, ...left.columns }),
  }
}

/** The rows of `side` whose keys are not in `other`. */
function alone(side: Side, other: Side): Select {
  const select = choosable(side.select, side.node.heading, allNames(side))
  const there = choosable(other.select, other.node.heading, keyNames(other.union))
  const found = { kind: 'exists', select: there, on: pairs(side, select, other, there) } as const
  return {
    ...select,
    order: [],
    where: [...select.where, { kind: 'not', predicate: found }],
    columns: fill(side.union, select.columns),
  }
}

/** Keys are the same where NULL meets NULL too, so that a key stays one row. */
const pairs = (left: Side, here: Select, right: Side, there: Select): readonly Pair[] =>
  keyNames(left.union).map((name) => ({
    left: columnOf(here.columns, name),
    right: columnOf(there.columns, name),
    nulls: [left, right].every(({ node }) => requireAttribute(node.heading, name).nullable) ? 'same' : 'differ',
  }))

const fill = ({ heading }: UnionNode, columns: Readonly<Record<string, Term>>): Readonly<Record<string, Term>> =>
  Object.fromEntries(
    heading.map(({ name, type }) => [name, columns[name] ?? ({ kind: 'null', storage: type.storage } as const)]),
  )

const allNames = ({ node }: Side): readonly string[] => node.heading.map(({ name }) => name)

const keyNames = ({ heading }: UnionNode): readonly string[] =>
  heading.filter(({ inKey }) => inKey).map(({ name }) => name)
