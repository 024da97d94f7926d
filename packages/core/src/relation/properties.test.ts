import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PipelineError } from '../errors.ts'
import { evaluate, type NaiveRow, type World } from '../testing/dialect/naive.ts'
import { makeTables, rowsByTable } from '../testing/dialect/random-pipeline.ts'
import { RandomRelations, steps } from '../testing/dialect/random-relation.ts'
import { schemas } from '../testing/dialect/random-schema.ts'
import { aggregate } from './aggregate.ts'
import type { Condition } from './condition.ts'
import { commonNames, join } from './join.ts'
import { matches } from './matches.ts'
import type { RelationNode } from './node.ts'
import { project } from './project.ts'
import { restrict } from './restrict.ts'
import { top } from './top.ts'
import { union } from './union.ts'

const not = (condition: Condition): Condition => ({ kind: 'not', condition })
const all: Condition = { kind: 'and', conditions: [] }
const none: Condition = { kind: 'or', conditions: [] }
/** Unlike `matches`, asks for equal values also where equal keys tell that they come from one row, as joining does. */
const equals = (left: RelationNode, right: RelationNode): Condition => ({
  kind: 'matches',
  source: right,
  on: commonNames(left.heading, right.heading).map((name) => [name, name]),
})

const spell = (rows: readonly NaiveRow[]): readonly string[] =>
  rows
    .map((row) =>
      Object.entries(row)
        .map(([name, value]) => `${name}=${value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value}`)
        .toSorted()
        .join(),
    )
    .toSorted()

/** Calls `check` with pairs of random relations over random tables; what the algebra refuses is left out. */
function holdsOf(check: (a: RelationNode, b: RelationNode, rows: (node: RelationNode) => readonly NaiveRow[]) => void) {
  let held = 0
  fc.assert(
    fc.property(schemas, fc.array(fc.tuple(steps, steps), { minLength: 10, maxLength: 10 }), (plans, pairs) => {
      const tables = makeTables('lab', plans)
      const nodes = tables.map(({ node }) => node)
      const relations = new RandomRelations(nodes, (node) => rows(node).length <= 100)
      const world: World = { tables: rowsByTable(tables), meanings: relations.meanings }
      const rows = (node: RelationNode) => evaluate(node, world)
      for (const [left, right] of pairs) {
        try {
          check(relations.build(left), relations.build(right), rows)
          held += 1
        } catch (error) {
          if (!(error instanceof PipelineError)) throw error
        }
      }
    }),
    { numRuns: 30 },
  )
  expect(held).toBeGreaterThan(30)
}

// of the evaluator, which every database is checked against
describe('any relation', () => {
  test('has a key that no two of its rows share, and NULL only where its heading says so', () => {
    holdsOf((a, _, rows) => {
      const found = rows(a)
      const keys = spell(rows(project(a, {})))
      expect(new Set(keys).size).toBe(found.length)
      const filled = a.heading.filter(({ nullable }) => !nullable)
      expect(found.flatMap((row) => filled.map(({ name }) => row[name]))).not.toContain(null)
    })
  })

  test('is what another one leaves of it and what that excludes from it', () => {
    holdsOf((a, b, rows) => {
      const condition = matches(a, b)
      const [kept, left] = [rows(restrict(a, condition)), rows(restrict(a, not(condition)))]
      expect(spell([...kept, ...left])).toEqual(spell(rows(a)))
      expect(spell(rows(restrict(restrict(a, condition), condition)))).toEqual(spell(kept))
    })
  })

  test('is all of it where nothing is asked, and nothing of it where one of nothing is', () => {
    holdsOf((a, _, rows) => {
      expect(rows(restrict(a, all))).toEqual(rows(a))
      expect(rows(restrict(a, none))).toEqual([])
      expect(rows(restrict(a, not(none)))).toEqual(rows(a))
    })
  })

  test('joins in either order to the same rows', () => {
    holdsOf((a, b, rows) => expect(spell(rows(join(b, a)))).toEqual(spell(rows(join(a, b)))))
  })

  test('is counted group by group to as many rows as match it', () => {
    holdsOf((a, b, rows) => {
      const counted = rows(aggregate(a, b, { n: { kind: 'aggregate', aggregation: 'count', attribute: null } }))
      expect(counted).toHaveLength(rows(a).length)
      const total = counted.reduce((sum, row) => sum + Number(row['n']), 0)
      // the key of a row of `a` is in `b`, so that a row of `b` belongs to one row of `a` at most
      expect(total).toBe(rows(restrict(b, equals(b, a))).length)
    })
  })

  test('unites in either order to the same rows, and with its own keys to itself', () => {
    holdsOf((a, b, rows) => {
      expect(spell(rows(union(a, project(a, {}))))).toEqual(spell(rows(a)))
      const some = project(restrict(a, matches(a, b)), {})
      expect(spell(rows(union(some, a)))).toEqual(spell(rows(union(a, some))))
    })
  })

  test('has as many rows under other names, and is itself under its own again', () => {
    holdsOf((a, _, rows) => {
      const names = a.heading.map(({ name }) => name)
      const renamed = project(a, Object.fromEntries(names.map((name) => [`${name}_`, name])))
      expect(rows(renamed)).toHaveLength(rows(a).length)
      const back = project(renamed, Object.fromEntries(names.map((name) => [name, `${name}_`])))
      expect(spell(rows(back))).toEqual(spell(rows(a)))
    })
  })

  test('is cut to as many rows as are asked for, also for what is built on them', () => {
    holdsOf((a, b, rows) => {
      const cut = top(a, { limit: 2 })
      expect(rows(cut)).toHaveLength(Math.min(2, rows(a).length))
      const kept = new Set(spell(rows(cut)))
      const joined = rows(restrict(cut, matches(cut, b)))
      expect(spell(joined).every((row) => kept.has(row))).toBe(true)
    })
  })
})
