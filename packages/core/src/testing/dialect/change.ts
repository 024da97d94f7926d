import { describe, expect, test } from 'vitest'
import type { StoredValue } from '../../attribute/storage.ts'
import type { OnDuplicate } from '../../compile/dialect.ts'
import { lower } from '../../compile/lower.ts'
import { join } from '../../relation/join.ts'
import { matches } from '../../relation/matches.ts'
import type { RelationNode } from '../../relation/node.ts'
import { project } from '../../relation/project.ts'
import { restrict } from '../../relation/restrict.ts'
import { tableNode } from '../../relation/table.ts'
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

  describe('delete by another relation', () => {
    const open = benchFor(dialect)

    test('removes the rows that refer to one of its rows, by renamed attributes and by nullable ones', async () => {
      const bench = await open()
      const { Parent } = await fill(bench)
      const Pair = await bench.table('Pair', `pair : int32\n---\nfirst = null : int32\nother = null : int32`)
      await bench.insert(Pair, [
        { pair: 1, first: 1, other: 2 },
        { pair: 2, first: 2, other: 1 },
        { pair: 3, first: null, other: 3 },
        { pair: 4, first: 3, other: null },
      ])
      const { name, heading } = Pair.declaration
      const remove = (source: RelationNode, on: readonly (readonly [string, string])[]) =>
        bench.connection.execute(bench.connection.dialect.delete(name, heading, { kind: 'matches', source, on }))
      expect(await remove(restrict(Parent.node, is('p', 3n)), [['first', 'p']])).toBe(1)
      expect(await bench.values(Pair.node, 'pair')).toEqual([1n, 2n, 3n])
      expect(
        await remove(Pair.node, [
          ['first', 'other'],
          ['other', 'first'],
        ]),
      ).toBe(2)
      expect(await bench.values(Pair.node, 'pair')).toEqual([3n])
      expect(await remove(restrict(Parent.node, is('p', 9n)), [])).toBe(0)
      expect(await remove(Parent.node, [])).toBe(1)
    })
  })

  describe('replace, update and copies', () => {
    const open = benchFor(dialect)

    test('a replacement takes the place of the row with its key, to which others go on referring', async () => {
      const bench = await open()
      const { Parent, Child } = await fill(bench)
      const replace = (rows: readonly (readonly StoredValue[])[]) =>
        bench.connection.execute(
          bench.connection.dialect.insert(Parent.declaration.name, Parent.declaration.heading, rows, 'replace'),
        )
      await replace([
        [1n, 'one'],
        [4n, 'four'],
        [4n, 'again'],
      ])
      expect(await bench.values(Parent.node, 'name')).toEqual(['again', 'n2', 'n3', 'one'])
      expect(await bench.count(Child.node)).toBe(3)
      await expect(replace([[5n, 'n2']])).rejects.toMatchObject({ code: 'duplicate-entry' })
      await expect(replace([[1n, 'n2']])).rejects.toMatchObject({ code: 'duplicate-entry' })
      expect(await bench.values(Parent.node, 'name')).toEqual(['again', 'n2', 'n3', 'one'])
    })

    test('the row of a table of one row is replaced, and kept where it is skipped', async () => {
      const bench = await open()
      const single = bench.defineOneRow('Single', 'n : int32')
      await bench.declare(single)
      const { name, heading } = single.declaration
      const insert = (value: bigint, onDuplicate: OnDuplicate) =>
        bench.connection.execute(bench.connection.dialect.insert(name, heading, [[value]], onDuplicate))
      await insert(1n, 'fail')
      await insert(2n, 'skip')
      expect(await bench.values(single.node, 'n')).toEqual([1n])
      await insert(3n, 'replace')
      expect(await bench.values(single.node, 'n')).toEqual([3n])
    })

    test('an update changes the rows that satisfy a condition', async () => {
      const bench = await open()
      const { Child } = await fill(bench)
      const { name, heading } = Child.declaration
      const x = heading.find((attribute) => attribute.name === 'x')
      if (!x) throw new RangeError('no attribute x')
      const update = (value: bigint | null) =>
        bench.connection.execute(bench.connection.dialect.update(name, heading, [[x, value]], is('p', 1n)))
      await update(7n)
      expect(await bench.values(restrict(Child.node, is('p', 1n)), 'x')).toEqual([7n, 7n])
      await update(null)
      expect(await bench.values(Child.node, 'x')).toEqual([5n, null, null])
    })

    test('a copy takes what a relation gives, by name, and skips or replaces what is there', async () => {
      const bench = await open()
      const { Parent } = await fill(bench)
      const Copy = await bench.table('Copy', `p : int32\n---\nname : varchar(9)`)
      const { name, heading } = Copy.declaration
      const copy = (node: RelationNode, onDuplicate: OnDuplicate) =>
        bench.connection.execute(bench.connection.dialect.insertSelect(name, heading, lower(node), onDuplicate))
      expect(await copy(restrict(Parent.node, is('p', 1n)), 'fail')).toBe(1)
      await expect(copy(Parent.node, 'fail')).rejects.toMatchObject({ code: 'duplicate-entry' })
      expect(await copy(Parent.node, 'skip')).toBe(2)
      const shifted = project(restrict(Parent.node, is('p', 1n)), { old: 'p', name: 'name' })
      const moved = join(project(Parent.node, { p: 'p' }), shifted)
      await copy(moved, 'replace')
      expect(await bench.values(Copy.node, 'name')).toEqual(['n1', 'n1', 'n1'])
      await expect(copy(project(Copy.node, { p: 'p', name: 'name' }), 'skip')).resolves.toBe(0)
    })

    test('rows are staged in a table that only the session knows', async () => {
      const bench = await open()
      const { Parent } = await fill(bench)
      const [p, name] = Parent.declaration.heading
      if (!p || !name) throw new RangeError('no attributes')
      const stage = tableNode({
        name: { schema: Parent.declaration.name.schema, table: 'stage 1' },
        heading: [{ ...p, name: '~row' }, { ...p, inKey: false }, name],
      })
      await bench.connection.transaction(async (transaction) => {
        const { dialect } = transaction
        await transaction.execute(dialect.createStage(stage.name, stage.heading))
        await transaction.execute(dialect.insert(stage.name, stage.heading, [[0n, 8n, 'eight']], 'fail'))
        const statement = dialect.insertSelect(Parent.declaration.name, [p, name], lower(stage), 'fail')
        expect(await transaction.execute(statement)).toBe(1)
        await transaction.execute(dialect.dropStage(stage.name))
      })
      expect(await bench.values(Parent.node, 'name')).toContain('eight')
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
