import { describe, expect, test } from 'vitest'
import { parseAttributeType } from '../../attribute/attribute-type.ts'
import type { Comparison, Condition } from '../../relation/condition.ts'
import type { JsonPath } from '../../relation/expression.ts'
import { InvalidExpressionError } from '../../relation/errors.ts'
import { project } from '../../relation/project.ts'
import { restrict } from '../../relation/restrict.ts'
import { type Bench, benchFor } from './bench.ts'
import type { DialectUnderTest } from './dialect-under-test.ts'

/** Names that mean something to a path, to SQL or to JSON. */
const oddNames = [
  'a"b',
  "it's",
  '$',
  '*',
  '**',
  'a.b',
  '[0]',
  'a\\b',
  '',
  ' ',
  '?',
  "'; DROP TABLE x; --",
  'é',
  'a-1',
  'last',
]

const member = (path: JsonPath, operator: Comparison, value: string | number | boolean): Condition => ({
  kind: 'json',
  attribute: 'value',
  path,
  operator,
  value,
})

/** What conditions and expressions read of JSON values and of text. */
export function testMembers(dialect: DialectUnderTest): void {
  describe('members of JSON values', () => {
    const open = benchFor(dialect)
    const values: readonly unknown[] = [
      { a: 1, b: { c: 'x' }, list: [1, 'two', { deep: true }] },
      { a: '1', b: { c: 'X' }, list: { 0: 'no array' } },
      { a: true, b: null },
      { a: 1.5, list: [] },
      { a: -3 },
      { a: 1e20 },
      7,
      'text',
      [1],
    ]
    const fill = async (bench: Bench) => {
      const table = await bench.table('Setting', `id : int32\n---\nvalue = null : json`)
      await bench.insert(
        table,
        [...values, null].map((value, id) => ({ id, value })),
      )
      return async (condition: Condition) => (await bench.values(restrict(table.node, condition), 'id')).map(Number)
    }

    test('equal a value of their own type alone, and the others are neither equal nor different', async () => {
      const ids = await fill(await open())
      expect(await ids(member(['a'], '=', 1))).toEqual([0])
      expect(await ids(member(['a'], '=', '1'))).toEqual([1])
      expect(await ids(member(['a'], '=', true))).toEqual([2])
      expect(await ids(member(['a'], '!=', 1))).toEqual([3, 4, 5])
      expect(await ids({ kind: 'not', condition: member(['a'], '=', 1) })).toEqual([3, 4, 5])
      expect(await ids(member(['a'], '>', 1))).toEqual([3, 5])
      expect(await ids(member(['b', 'c'], '=', 'x'))).toEqual([0])
      expect(await ids(member(['b', 'c'], '<', 'x'))).toEqual([1])
      expect(await ids(member([], '=', 7))).toEqual([6])
      expect(await ids(member([], '=', 'text'))).toEqual([7])
    })

    test('stand in arrays at places, and nowhere else', async () => {
      const ids = await fill(await open())
      expect(await ids(member(['list', 0], '=', 1))).toEqual([0])
      expect(await ids(member(['list', 2, 'deep'], '=', true))).toEqual([0])
      expect(await ids(member(['list', '0'], '=', 'no array'))).toEqual([1])
      expect(await ids(member(['list', 0], '=', 'no array'))).toEqual([])
      // to the servers, what is no array is the first element of one
      expect(await ids(member([0], '=', 7))).toEqual([])
      expect(await ids(member([0], '=', 1))).toEqual([8])
      expect(await ids(member(['a', 0], '=', 1))).toEqual([])
    })

    test('are absent or null alike', async () => {
      const ids = await fill(await open())
      expect(await ids({ kind: 'json-null', attribute: 'value', path: ['b'] })).toEqual([2, 3, 4, 5, 6, 7, 8, 9])
      expect(await ids({ kind: 'json-null', attribute: 'value', path: ['list', 0] })).toEqual([
        1, 2, 3, 4, 5, 6, 7, 8, 9,
      ])
    })

    test('are computed as a type, NULL where they are of another or do not fit', async () => {
      const bench = await open()
      const table = await bench.table('Setting', `id : int32\n---\nvalue = null : json`)
      await bench.insert(
        table,
        values.map((value, id) => ({ id, value })),
      )
      const read = async (type: string) => {
        const node = project(table.node, {
          read: { kind: 'json', attribute: 'value', path: ['a'], type: parseAttributeType(type) },
        })
        return (await bench.rows(node)).toSorted((a, b) => Number(a['id']) - Number(b['id'])).map((row) => row['read'])
      }
      expect((await read('int64')).slice(0, 6)).toEqual([1n, null, null, null, -3n, null])
      expect((await read('float64')).slice(0, 6)).toEqual([1, null, null, 1.5, -3, 1e20])
      expect((await read('varchar(8)')).slice(0, 6)).toEqual([null, '1', null, null, null, null])
      expect((await read('bool')).slice(0, 6)).toEqual([null, null, 1n, null, null, null])
    })

    test('may have any name, which is never more than a name', async () => {
      const bench = await open()
      const table = await bench.table('Odd', `id : int32\n---\nvalue : json`)
      await bench.insert(
        table,
        oddNames.map((name, id) => ({ id, value: { [name]: { x: id } } })),
      )
      for (const [id, name] of oddNames.entries()) {
        const found = await bench.values(restrict(table.node, member([name, 'x'], '>=', 0)), 'id')
        expect({ name, found }).toEqual({ name, found: [BigInt(id)] })
      }
    })

    test('whose names start with a hyphen are found, or refused by name', async () => {
      const bench = await open()
      const table = await bench.table('Odd', `id : int32\n---\nvalue : json`)
      await bench.insert(table, [{ id: 1, value: { '-1': 5 } }])
      const found = await bench
        .values(restrict(table.node, member(['-1'], '=', 5)), 'id')
        .catch((error: unknown) => (error instanceof InvalidExpressionError ? error.message : error))
      expect([[1n], expect.stringContaining('`-1`')]).toContainEqual(found)
    })
  })

  describe('text like a pattern', () => {
    const open = benchFor(dialect)

    test('is compared letter by letter, and a backslash makes a letter itself', async () => {
      const bench = await open()
      const words = ['abc', 'ABC', 'a%c', 'a_c', 'a\\c', 'a*c', 'a[b]c', 'a?c', '', 'äbc', 'ab\nc', 'abc ']
      const table = await bench.table('Word', `word : varchar(16)\n---\nkind = null : enum('one', 'One')`)
      await bench.insert(
        table,
        words.map((word, at) => ({ word, kind: at === 0 ? 'one' : at === 1 ? 'One' : null })),
      )
      const like = (pattern: string, attribute = 'word') =>
        bench.values(restrict(table.node, { kind: 'like', attribute, pattern }), 'word')
      expect(await like('abc')).toEqual(['abc'])
      expect(await like('A%')).toEqual(['ABC'])
      expect(await like('a_c')).toEqual(['a%c', 'a*c', 'a?c', 'a\\c', 'a_c', 'abc'])
      expect(await like('a\\%c')).toEqual(['a%c'])
      expect(await like('a\\_c')).toEqual(['a_c'])
      expect(await like('a\\\\c')).toEqual(['a\\c'])
      expect(await like('a*c')).toEqual(['a*c'])
      expect(await like('a?c')).toEqual(['a?c'])
      expect(await like('a[b]c')).toEqual(['a[b]c'])
      expect(await like('_bc')).toEqual(['abc', 'äbc'])
      expect(await like('ab%c')).toEqual(['ab\nc', 'abc'])
      expect(await like('')).toEqual([''])
      expect(await like('%')).toHaveLength(words.length)
      expect(await like('o%', 'kind')).toEqual(['abc'])
      const not: Condition = { kind: 'not', condition: { kind: 'like', attribute: 'kind', pattern: 'o%' } }
      expect(await bench.values(restrict(table.node, not), 'word')).toEqual(['ABC'])
    })
  })
}
