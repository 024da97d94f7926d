import { describe, expect, test } from 'vitest'
import { matches } from '../../relation/matches.ts'
import { restrict } from '../../relation/restrict.ts'
import { type Bench, benchFor, type TestTable } from './bench.ts'
import type { DialectUnderTest } from './dialect-under-test.ts'

async function fill(bench: Bench) {
  const Parent = await bench.table('Parent', `p : int32\n---\nname : varchar(9)\nunique index (name)`)
  const Child = await bench.table('Child', `-> Parent\nc : int32\n---\nx = null : int32`, { references: { Parent } })
  await bench.insert(
    Parent,
    [1, 2, 3].map((p) => ({ p, name: `n${p}` })),
  )
  await bench.insert(Child, [
    { p: 1, c: 1, x: 5 },
    { p: 1, c: 2, x: null },
    { p: 2, c: 1, x: 5 },
  ])
  return { Parent, Child }
}

const is = (attribute: string, value: bigint) => ({ kind: 'compare', attribute, operator: '=', value }) as const

export function testChange(dialect: DialectUnderTest): void {
  describe('delete', () => {
    const open = benchFor(dialect)

    test('removes the rows that satisfy a condition and tells their number', async () => {
      const bench = await open()
      const { Child } = await fill(bench)
      const { name, heading } = Child.declaration
      const remove = (condition: Parameters<typeof bench.connection.dialect.delete>[2]) =>
        bench.connection.execute(bench.connection.dialect.delete(name, heading, condition))
      expect(
        await remove({
          kind: 'in',
          attributes: ['p', 'c'],
          keys: [
            [1n, 1n],
            [9n, 9n],
          ],
        }),
      ).toBe(1)
      expect(await remove(matches(Child.node, restrict(Child.node, is('x', 5n))))).toBe(1)
      expect(await bench.values(Child.node, 'c')).toEqual([2n])
      expect(await remove({ kind: 'and', conditions: [] })).toBe(1)
    })
  })

  describe('errors', () => {
    const open = benchFor(dialect)

    test('tell what was wrong by their code, with the table', async () => {
      const bench = await open()
      const { Parent, Child } = await fill(bench)
      const { connection } = bench
      await expect(bench.insert(Parent, [{ p: 1, name: 'x' }])).rejects.toMatchObject({
        code: 'duplicate-entry',
        table: fullName(Parent),
      })
      await expect(bench.insert(Parent, [{ p: 9, name: 'n1' }])).rejects.toMatchObject({ code: 'duplicate-entry' })
      await expect(bench.insert(Child, [{ p: 9, c: 1 }])).rejects.toMatchObject({
        code: 'missing-parent',
        table: fullName(Child),
      })
      for (const condition of [is('p', 1n), { kind: 'in', attributes: ['p'], keys: [[1n]] } as const]) {
        const remove = connection.dialect.delete(Parent.declaration.name, Parent.declaration.heading, condition)
        await expect(connection.execute(remove)).rejects.toMatchObject({
          code: 'still-referenced',
          table: fullName(Parent),
        })
      }
      await expect(bench.insert(Parent, [{ p: 9 }])).rejects.toMatchObject({ code: 'missing-value', attribute: 'name' })
      const nowhere = bench.define('Nowhere', `n : int32`)
      await expect(bench.rows(nowhere.node)).rejects.toMatchObject({ code: 'no-such-table', table: fullName(nowhere) })
      const nonsense = connection.query({ sql: 'SELEC 1', parameters: [] })
      await expect(nonsense).rejects.toMatchObject({ code: 'invalid-sql' })
    })

    test('a value that does not fit is refused by the database too', async () => {
      const bench = await open()
      const table = await bench.table(
        'Fit',
        `n : int8\n---\nt = 'x' : varchar(3)\ne = 'a' : enum('a')\nd = null : datetime`,
      )
      const [n, t, e, d] = table.declaration.heading
      const insert = (attribute: typeof n, value: bigint | string) => {
        if (!n || !attribute) throw new RangeError('a table without attributes')
        const attributes = attribute === n ? [n] : [n, attribute]
        const row = attribute === n ? [value] : [1n, value]
        return bench.connection.execute(
          bench.connection.dialect.insert(table.declaration.name, attributes, [row], 'fail'),
        )
      }
      await expect(insert(n, 128n)).rejects.toMatchObject({ code: 'invalid-value', attribute: 'n' })
      await expect(insert(t, 'long')).rejects.toMatchObject({ code: 'invalid-value', attribute: 't' })
      await expect(insert(e, 'b')).rejects.toMatchObject({ code: 'invalid-value', attribute: 'e' })
      await expect(insert(d, '2021-02-30 00:00:00')).rejects.toMatchObject({ code: 'invalid-value', attribute: 'd' })
      expect(await bench.count(table.node)).toBe(0)
    })

    test('a statement that fails leaves none of its rows', async () => {
      const bench = await open()
      const { Parent } = await fill(bench)
      const rows = [10, 11, 1].map((p) => ({ p, name: `m${p}` }))
      await expect(bench.insert(Parent, rows)).rejects.toMatchObject({ code: 'duplicate-entry' })
      expect(await bench.count(Parent.node)).toBe(3)
    })

    test('skipping duplicates keeps the row that is there, and still tells of another unique index', async () => {
      const bench = await open()
      const { Parent, Child } = await fill(bench)
      const rows = [1, 4].map((p) => ({ p, name: `new${p}` }))
      expect(await bench.insert(Parent, rows, { skip: true })).toBe(1)
      expect(await bench.values(Parent.node, 'name')).toEqual(['n1', 'n2', 'n3', 'new4'])
      await expect(bench.insert(Parent, [{ p: 5, name: 'n1' }], { skip: true })).rejects.toMatchObject({
        code: 'duplicate-entry',
      })
      await expect(bench.insert(Child, [{ p: 9, c: 1 }], { skip: true })).rejects.toMatchObject({
        code: 'missing-parent',
      })
      expect(await bench.insert(Child, [{ p: 1, c: 1, x: 9 }], { skip: true })).toBe(0)
    })
  })
}

const fullName = ({ declaration: { name } }: TestTable): string => `${name.schema}.${name.table}`
