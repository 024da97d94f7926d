import { describe, expect, test } from 'vitest'
import type { Condition } from '../../relation/condition.ts'
import { join } from '../../relation/join.ts'
import { matches } from '../../relation/matches.ts'
import { project } from '../../relation/project.ts'
import { restrict } from '../../relation/restrict.ts'
import { top } from '../../relation/top.ts'
import { type Bench, benchFor } from './bench.ts'
import type { DialectUnderTest } from './dialect-under-test.ts'

const is = (attribute: string, value: bigint | string): Condition => ({
  kind: 'compare',
  attribute,
  operator: '=',
  value,
})
const not = (condition: Condition): Condition => ({ kind: 'not', condition })

/** Three people, four animals of which one has no owner, and two weighings of the first. */
async function fill(bench: Bench) {
  const Person = await bench.table('Person', `person : varchar(8)\n---\nage : int16`)
  const Animal = await bench.table('Animal', `animal : int32\n---\n-> [nullable] Person\nsex = null : enum('M','F')`, {
    references: { Person },
  })
  const Weighing = await bench.table('Weighing', `-> Animal\nday : date\n---\nweight : float64`, {
    references: { Animal },
  })
  await bench.insert(Person, [
    { person: 'ann', age: 30 },
    { person: 'bob', age: 40 },
    { person: 'eve', age: 40 },
  ])
  await bench.insert(Animal, [
    { animal: 1, person: 'ann', sex: 'F' },
    { animal: 2, person: 'ann', sex: null },
    { animal: 3, person: null, sex: 'M' },
    { animal: 4, person: 'bob', sex: 'M' },
  ])
  await bench.insert(Weighing, [
    { animal: 1, day: '2020-01-01', weight: 20.5 },
    { animal: 1, day: '2020-01-02', weight: 21 },
  ])
  return { Person: Person.node, Animal: Animal.node, Weighing: Weighing.node }
}

export function testAlgebra(dialect: DialectUnderTest): void {
  describe('restrict and exclude', () => {
    const open = benchFor(dialect)

    test('by comparison, null, and, or and not', async () => {
      const bench = await open()
      const { Animal } = await fill(bench)
      const animals = (condition: Condition) => bench.values(restrict(Animal, condition), 'animal')
      expect(await animals(is('sex', 'M'))).toEqual([3n, 4n])
      expect(await animals({ kind: 'compare', attribute: 'animal', operator: '>=', value: 3n })).toEqual([3n, 4n])
      expect(await animals({ kind: 'compare', attribute: 'animal', operator: '!=', value: 3n })).toEqual([1n, 2n, 4n])
      expect(await animals({ kind: 'is-null', attribute: 'sex' })).toEqual([2n])
      expect(await animals({ kind: 'or', conditions: [is('sex', 'F'), is('animal', 4n)] })).toEqual([1n, 4n])
      expect(await animals({ kind: 'and', conditions: [] })).toEqual([1n, 2n, 3n, 4n])
      expect(await animals({ kind: 'or', conditions: [] })).toEqual([])
    })

    test('excluding by an object of two attributes keeps the rows that differ in either (X1)', async () => {
      const bench = await open()
      const { Weighing } = await fill(bench)
      const both: Condition = { kind: 'and', conditions: [is('animal', 1n), is('day', '2020-01-01')] }
      expect(await bench.values(restrict(Weighing, not(both)), 'day')).toEqual(['2020-01-02'])
    })

    test('a semijoin never matches NULL, and excluding keeps the rows with NULL on either side (T2)', async () => {
      const bench = await open()
      const { Person, Animal } = await fill(bench)
      const owners = matches(Person, Animal)
      expect(await bench.values(restrict(Person, owners), 'person')).toEqual(['ann', 'bob'])
      expect(await bench.values(restrict(Person, not(owners)), 'person')).toEqual(['eve'])
      const owned = matches(Animal, Person)
      expect(await bench.values(restrict(Animal, owned), 'animal')).toEqual([1n, 2n, 4n])
      expect(await bench.values(restrict(Animal, not(owned)), 'animal')).toEqual([3n])
    })

    test('a table restricted by itself keeps rows with NULL, and excluding by itself leaves the others', async () => {
      const bench = await open()
      const { Animal } = await fill(bench)
      const some = restrict(Animal, { kind: 'compare', attribute: 'animal', operator: '>', value: 1n })
      expect(await bench.values(restrict(Animal, matches(Animal, some)), 'animal')).toEqual([2n, 3n, 4n])
      expect(await bench.values(restrict(Animal, not(matches(Animal, some))), 'animal')).toEqual([1n])
    })

    test('a semijoin with cut rows sees those rows alone (T3)', async () => {
      const bench = await open()
      const { Animal, Weighing } = await fill(bench)
      const first = top(project(Animal, {}), { limit: 1, offset: 1 })
      expect(await bench.values(restrict(Animal, matches(Animal, first)), 'animal')).toEqual([2n])
      expect(await bench.count(restrict(Weighing, matches(Weighing, first)))).toBe(0)
    })

    test('a semijoin without common attributes asks whether there are rows', async () => {
      const bench = await open()
      const { Person, Weighing } = await fill(bench)
      const weights = project(Weighing, { a: 'animal', d: 'day' })
      expect(await bench.count(restrict(Person, matches(Person, weights)))).toBe(3)
      expect(await bench.count(restrict(Person, matches(Person, restrict(weights, is('a', 9n)))))).toBe(0)
    })

    test('70,000 keys are one value, whether they restrict or exclude', async () => {
      const bench = await open()
      const table = await bench.table('Key', `name : varchar(10)\nn : int32`)
      const rows = Array.from({ length: 10_000 }, (_, n) => ({ name: `k${n}`, n }))
      await bench.insert(table, rows)
      const keys = Array.from({ length: 70_000 }, (_, n) => [`k${n + 5000}`, BigInt(n + 5000)])
      const listed = { kind: 'in', attributes: ['name', 'n'], keys } as const
      expect(await bench.count(restrict(table.node, listed))).toBe(5000)
      expect(await bench.count(restrict(table.node, not(listed)))).toBe(5000)
      expect(await bench.count(restrict(table.node, not(not(listed))))).toBe(5000)
      expect(await bench.count(restrict(table.node, { ...listed, keys: [] }))).toBe(0)
      expect(await bench.count(restrict(table.node, not({ ...listed, keys: [] })))).toBe(10_000)
    }, 20_000)

    test('a row with NULL is neither in a list of keys nor outside it', async () => {
      const bench = await open()
      const { Animal } = await fill(bench)
      const listed = { kind: 'in', attributes: ['person'], keys: [['ann']] } as const
      expect(await bench.values(restrict(Animal, listed), 'animal')).toEqual([1n, 2n])
      expect(await bench.values(restrict(Animal, not(listed)), 'animal')).toEqual([4n])
      const either: Condition = { kind: 'or', conditions: [listed, is('animal', 3n)] }
      expect(await bench.values(restrict(Animal, not(not(either))), 'animal')).toEqual([1n, 2n, 3n])
      expect(await bench.values(restrict(Animal, not(either)), 'animal')).toEqual([4n])
    })
  })

  describe('project and join', () => {
    const open = benchFor(dialect)

    test('a projection renames, and a restriction after it uses the new name', async () => {
      const bench = await open()
      const { Animal } = await fill(bench)
      const renamed = project(Animal, { id: 'animal', owner: 'person' })
      expect(await bench.rows(restrict(renamed, is('owner', 'bob')))).toEqual([{ id: 4n, owner: 'bob' }])
    })

    test('a projection swaps names', async () => {
      const bench = await open()
      const { Weighing } = await fill(bench)
      const swapped = project(Weighing, { day: 'animal', animal: 'day' })
      expect(await bench.values(restrict(swapped, is('day', 1n)), 'animal')).toEqual(['2020-01-01', '2020-01-02'])
    })

    test('a join pairs the rows that agree, under any nesting', async () => {
      const bench = await open()
      const { Person, Animal, Weighing } = await fill(bench)
      expect(await bench.rows(restrict(join(Person, Animal), is('sex', 'M')))).toEqual([
        { animal: 4n, person: 'bob', sex: 'M', age: 40n },
      ])
      const left = join(join(Weighing, Animal), Person)
      const right = join(Weighing, join(Animal, Person))
      expect(left.heading).toEqual(right.heading)
      expect(await bench.values(left, 'weight')).toEqual([20.5, 21])
      expect(await bench.values(right, 'weight')).toEqual([20.5, 21])
    })

    test('without common attributes a join gives all pairs', async () => {
      const bench = await open()
      const { Person, Weighing } = await fill(bench)
      expect(await bench.count(join(Person, Weighing))).toBe(6)
    })

    test('a table joins itself under other names (X4)', async () => {
      const bench = await open()
      const { Animal } = await fill(bench)
      const pairs = join(project(Animal, { person: 'person' }), project(Animal, { other: 'animal', person: 'person' }))
      expect(await bench.count(pairs)).toBe(5)
      expect(await bench.count(join(project(Animal, {}), project(Animal, {})))).toBe(4)
    })
  })

  describe('top', () => {
    const open = benchFor(dialect)
    const order = [{ attribute: 'sex', descending: true }]

    test('orders with NULL first, and breaks ties by the key', async () => {
      const bench = await open()
      const { Animal } = await fill(bench)
      const ids = async (options: Parameters<typeof top>[1]) =>
        (await bench.rows(top(Animal, options))).map((row) => row['animal'])
      expect(await ids({ order: [{ attribute: 'person', descending: false }], limit: 4 })).toEqual([3n, 1n, 2n, 4n])
      expect(await ids({ order: [{ attribute: 'person', descending: true }], limit: 2 })).toEqual([4n, 1n])
      expect(await ids({ limit: 2, offset: 1 })).toEqual([2n, 3n])
      expect(await ids({ offset: 3 })).toEqual([4n])
      expect(await ids({ limit: 0 })).toEqual([])
    })

    test('survives restriction, projection, join, count, another top, and being a condition (T1)', async () => {
      const bench = await open()
      const { Animal, Weighing } = await fill(bench)
      const first = top(Animal, { limit: 2 })
      expect(await bench.count(first)).toBe(2)
      expect(await bench.values(restrict(first, is('sex', 'M')), 'animal')).toEqual([])
      expect(await bench.values(project(first, { id: 'animal' }), 'id')).toEqual([1n, 2n])
      expect(await bench.count(join(first, Weighing))).toBe(2)
      expect(await bench.count(join(top(Animal, { limit: 2, offset: 1 }), Weighing))).toBe(0)
      expect(
        await bench.values(top(first, { order: [{ attribute: 'animal', descending: true }], limit: 1 }), 'animal'),
      ).toEqual([2n])
      expect(await bench.values(restrict(Animal, not(matches(Animal, first))), 'animal')).toEqual([3n, 4n])
    })

    test('ordered by an attribute that is projected away afterwards, it keeps its rows (X9)', async () => {
      const bench = await open()
      const { Animal } = await fill(bench)
      const renamed = project(Animal, { how: 'sex' })
      const last = top(renamed, { order: [{ attribute: 'how', descending: true }], limit: 2 })
      expect(await bench.values(project(last, {}), 'animal')).toEqual(
        await bench.values(top(Animal, { order, limit: 2 }), 'animal'),
      )
    })
  })
}
