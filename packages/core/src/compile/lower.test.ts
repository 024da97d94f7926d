import { describe, expect, test } from 'vitest'
import { parseAttributeType } from '../attribute/attribute-type.ts'
import { mariadb } from '../dialect/mariadb/dialect.ts'
import { sqlite } from '../dialect/sqlite/dialect.ts'
import type { Condition } from '../relation/condition.ts'
import { join } from '../relation/join.ts'
import { matches } from '../relation/matches.ts'
import type { RelationNode } from '../relation/node.ts'
import { project } from '../relation/project.ts'
import { restrict } from '../relation/restrict.ts'
import { tableNode } from '../relation/table.ts'
import { top } from '../relation/top.ts'
import { lower } from './lower.ts'

const attribute = (name: string, inKey: boolean, lineage: string | null) => ({
  name,
  type: parseAttributeType('int32'),
  inKey,
  nullable: false,
  default: { kind: 'required' } as const,
  comment: '',
  lineage,
})
const a = tableNode({
  name: { schema: 'lab', table: 'a' },
  heading: [attribute('id', true, 'lab.a.id'), attribute('x', false, null)],
})
const b = tableNode({
  name: { schema: 'lab', table: 'b' },
  heading: [attribute('id', true, 'lab.a.id'), attribute('n', true, 'lab.b.n'), attribute('y', false, null)],
})
const is = (name: string, value: bigint) => ({ kind: 'compare', attribute: name, operator: '=', value }) as const
const sqlOf = (node: RelationNode) => sqlite.select(lower(node)).sql

describe('lowering', () => {
  test('a restriction adds a condition without a subquery', () => {
    expect(sqlite.select(lower(restrict(restrict(a, is('x', 1n)), is('id', 2n))))).toEqual({
      sql: 'SELECT t0."id", t0."x" FROM "lab.a" AS t0 WHERE t0."x" = ? AND t0."id" = ?',
      parameters: [1n, 2n],
    })
  })

  test('a restriction on a renamed attribute reads the column itself', () => {
    expect(sqlOf(restrict(project(a, { z: 'x' }), is('z', 1n)))).toBe(
      'SELECT t0."id", t0."x" AS "z" FROM "lab.a" AS t0 WHERE t0."x" = ?',
    )
  })

  test('joins stand in one SELECT, each with its own condition', () => {
    const joined = join(join(a, project(b, { y: 'y' })), project(b, { n: 'n', id: 'id' }))
    expect(sqlOf(joined)).toBe(
      'SELECT t0."id", t1."n", t1."y", t0."x" FROM "lab.a" AS t0 JOIN "lab.b" AS t1 ON t0."id" = t1."id" ' +
        'JOIN "lab.b" AS t2 ON t0."id" = t2."id" AND t1."n" = t2."n"',
    )
  })

  test('a join with a join puts each pair where its later source comes in', () => {
    const c = tableNode({ name: { schema: 'lab', table: 'c' }, heading: [attribute('n', true, 'lab.b.n')] })
    const right = join(project(a, { id: 'id' }), project(b, {}))
    expect(sqlOf(join(c, right))).toBe(
      'SELECT t1."id", t0."n" FROM "lab.c" AS t0 JOIN "lab.a" AS t1 JOIN "lab.b" AS t2 ON t1."id" = t2."id" AND t0."n" = t2."n"',
    )
  })

  test('cut rows become a subquery before anything else is done to them', () => {
    const first = top(a, { order: [{ attribute: 'x', descending: true }], limit: 2, offset: 1 })
    const inner = 'SELECT t1."id", t1."x" FROM "lab.a" AS t1 ORDER BY t1."x" DESC, t1."id" LIMIT 2 OFFSET 1'
    expect(sqlOf(restrict(first, is('x', 1n)))).toBe(`SELECT t0."id", t0."x" FROM (${inner}) AS t0 WHERE t0."x" = ?`)
    expect(sqlOf(project(first, {}))).toBe(
      'SELECT t0."id" FROM "lab.a" AS t0 ORDER BY t0."x" DESC, t0."id" LIMIT 2 OFFSET 1',
    )
    expect(sqlOf(join(project(first, {}), b))).toContain('FROM (SELECT')
    expect(sqlite.count(lower(first)).sql).toContain('SELECT COUNT(*) FROM (SELECT')
    expect(mariadb.select(lower(top(a, { offset: 3 }))).sql).toContain('LIMIT 18446744073709551615 OFFSET 3')
  })

  test('a semijoin is EXISTS with an equality per column, and excluding by it NOT EXISTS', () => {
    const condition = matches(a, restrict(b, is('y', 1n)))
    const exists = 'EXISTS (SELECT 1 FROM "lab.b" AS t1 WHERE t1."id" = t0."id" AND t1."y" = ?)'
    expect(sqlOf(restrict(a, condition))).toContain(` WHERE ${exists}`)
    expect(sqlOf(restrict(a, { kind: 'not', condition }))).toContain(` WHERE NOT (${exists})`)
  })

  test('excluding by two conditions negates both together', () => {
    const both = { kind: 'and', conditions: [is('id', 1n), is('x', 0n)] } as const
    expect(sqlOf(restrict(a, { kind: 'not', condition: both }))).toContain(
      'WHERE (NOT (t0."id" = ?) OR NOT (t0."x" = ?))',
    )
  })

  test('values are bound in the order in which the text reads them', () => {
    const inner = top(restrict(b, is('y', 1n)), { limit: 5 })
    const node = restrict(join(restrict(a, is('x', 3n)), restrict(inner, is('n', 2n))), {
      kind: 'or',
      conditions: [matches(a, restrict(b, is('y', 4n))), is('id', 5n)],
    })
    const { sql, parameters } = mariadb.select(lower(node))
    // the subquery in FROM comes first in the text
    expect(parameters).toEqual([1n, 3n, 2n, 4n, 5n])
    expect(sql.split('?')).toHaveLength(6)
  })

  test('a value never stands in the text', () => {
    const { sql, parameters } = sqlite.select(
      lower(restrict(a, { kind: 'compare', attribute: 'x', operator: '=', value: "o'neil" })),
    )
    expect(sql).not.toContain('neil')
    expect(parameters).toEqual(["o'neil"])
  })

  test('a list of keys is one bound value', () => {
    const keys = [
      [1n, 2n ** 60n],
      [2n, -1n],
    ]
    const { sql, parameters } = mariadb.select(lower(restrict(b, { kind: 'in', attributes: ['id', 'n'], keys })))
    expect(parameters).toEqual(['[[1,1152921504606846976],[2,-1]]'])
    expect(sql).toContain("(t0.`id`, t0.`n`) IN (SELECT k.k0 AS k0, k.k1 AS k1 FROM JSON_TABLE(?, '$[*]' COLUMNS")
    expect(sqlOf(restrict(a, { kind: 'in', attributes: ['id'], keys: [] }))).toContain('WHERE 1 = 0')
  })

  test('a list is sought in its own collation where a row is sought in it, and else by the index of the column', () => {
    const type = parseAttributeType('varchar(8)')
    const named = tableNode({ name: a.name, heading: [{ ...attribute('id', true, 'lab.a.id'), type }] })
    const listed = { kind: 'in', attributes: ['id'], keys: [['x']] } as const
    const where = (condition: Condition) => mariadb.select(lower(restrict(named, condition))).sql.split(' WHERE ')[1]
    expect(where(listed)).toMatch(/^t0.`id` IN/)
    const sought = /CONVERT\(t0.`id` USING utf8mb4\) COLLATE utf8mb4_nopad_bin IN/
    expect(where({ kind: 'not', condition: listed })).toMatch(sought)
    expect(where({ kind: 'or', conditions: [listed, { kind: 'is-null', attribute: 'id' }] })).toMatch(sought)
  })
})
