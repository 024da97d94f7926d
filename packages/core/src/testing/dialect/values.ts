import { describe, expect, test } from 'vitest'
import { parseAttributeType } from '../../attribute/attribute-type.ts'
import { toStored } from '../../attribute/to-stored.ts'
import { matches } from '../../relation/matches.ts'
import { restrict } from '../../relation/restrict.ts'
import { top } from '../../relation/top.ts'
import { benchFor } from './bench.ts'
import type { DialectUnderTest } from './dialect-under-test.ts'

const everyByte = Uint8Array.from({ length: 256 }, (_, index) => index)

/** Values at the edges of each type, which must come back as they are. */
const edges: readonly (readonly [type: string, values: readonly unknown[]])[] = [
  ['int8', [-128, 0, 127]],
  ['int16', [-32_768, 32_767]],
  ['int32', [-2_147_483_648, 2_147_483_647]],
  ['int64', [-(2n ** 63n), 2n ** 53n + 1n, 2n ** 63n - 1n]],
  ['tinyint', [-128, 127]],
  ['tinyint unsigned', [0, 255]],
  ['smallint unsigned', [0, 65_535]],
  ['mediumint', [-8_388_608, 8_388_607]],
  ['mediumint unsigned', [0, 16_777_215]],
  ['int unsigned', [0, 4_294_967_295]],
  ['bigint unsigned', [0n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n]],
  ['float32', [0, 0.1, -1.5, 3.4028234663852886e38, 1.401298464324817e-45]],
  ['float64', [0, 0.1, 1 / 3, -1.7976931348623157e308, 5e-324]],
  ['float unsigned', [0, 0.1]],
  ['float(7,3)', [0.001, -1234.5678]],
  ['double', [1 / 3, -5e-324]],
  ['double(12,3) unsigned', [0.1, 123_456_789.1234]],
  ['bool', [true, false]],
  ['tinyint(1)', [true, false]],
  ['decimal(15,5)', ['0.00000', '-0.00001', '9999999999.99999', '-1234567890.12345']],
  ['decimal(12,3) unsigned', ['0.000', '999999999.999']],
  ['decimal', ['-9999999999', '0']],
  ['decimal(30,10)', ['12345678901234567890.0123456789', '-0.0000000001']],
  ['char(5)', ['', 'abc', 'ÄÖ😀']],
  ['varchar(20)', ['', ' a ', 'a', 'A', "o'neil", '"\\`%_?', 'Ελληνικά 😀', 'a\nb\tc', 'NULL', '007']],
  ["enum('a','B','it''s')", ['a', 'B', "it's"]],
  ['date', ['1000-01-01', '2024-02-29', '9999-12-31']],
  ['datetime', ['2020-01-01 00:00:00', '1969-12-31 23:59:59']],
  ['datetime(3)', ['2020-01-01 00:00:00.000', '2020-01-01 12:34:56.789']],
  ['datetime(6)', ['2020-01-01 00:00:00.000001', '2020-01-01 23:59:59.999999', '2020-01-01 00:00:00.100000']],
  ['timestamp', ['1970-01-01 00:00:01', '2038-01-19 03:14:07']],
  ['timestamp(3)', ['2020-03-29 02:30:00.000', '2038-01-19 03:14:07.999']],
  ['time', ['00:00:00', '-838:59:59', '838:59:59', '-00:00:01', '09:05:00']],
  ['time(3)', ['-00:00:00.001', '23:59:59.500']],
  ['time(6)', ['00:00:00.000001', '-100:00:00.100000']],
  ['year', [0, 1901, 2155]],
  ['uuid', ['00000000-0000-0000-0000-000000000000', '6cc2ab29-c670-088a-d42b-8aa5b4507646']],
]

/** Only kept, not searched: the databases compare these by their bytes or not at all. */
const unsearched: readonly (readonly [type: string, values: readonly unknown[]])[] = [
  ['json', [{ a: [1, null, 'ü"\\\0'] }, 'text', 0, [], JSON.parse('['.repeat(31) + ']'.repeat(31))]],
  ['tinytext', ['', 'ä'.repeat(127), ' a ', "'\\"]],
  ['text', ['a'.repeat(65_535)]],
  ['mediumtext', ['😀'.repeat(20_000)]],
  ['longtext', ['a\0b', 'ü'.repeat(100_000)]],
  ['bytes', [new Uint8Array(), everyByte, new Uint8Array(3_000_000).fill(7)]],
]

export function testValues(dialect: DialectUnderTest): void {
  describe('values', () => {
    const open = benchFor(dialect)

    const held = ([type]: readonly [type: string, values: readonly unknown[]]) => !dialect.lacks?.includes(type)

    test.each([...edges, ...unsearched].filter(held))(
      '%s comes back as it was given, and null as null',
      async (type, values) => {
        const bench = await open()
        const table = await bench.table('Kept', `n : int32\n---\nx = null : ${type}`)
        const rows = [...values, null].map((x, n) => ({ n, x }))
        for (const row of rows) await bench.insert(table, [row])
        const stored = rows.map(({ x }) => toStored({ name: 'x', nullable: true, type: parseAttributeType(type) }, x))
        const found = await bench.rows(table.node)
        // as JSON, so that a failure over megabytes prints little
        for (const { n, x } of found) expect(spell(x)).toBe(spell(stored[Number(n)]))
        expect(found).toHaveLength(rows.length)
      },
    )

    test.each(dialect.lacks ?? [])('%s is refused where the database cannot hold it exactly', async (type) => {
      const bench = await open()
      await expect(bench.table('Refused', `n : int32\n---\nx : ${type}`)).rejects.toMatchObject({
        code: 'unsupported-type',
        type,
      })
    })

    test.each(edges.filter(held))(
      '%s is found by each of its values, alone and in a list of keys',
      async (type, values) => {
        const bench = await open()
        const table = await bench.table('Found', `x : ${type}\nn : int8`)
        const attribute = table.declaration.heading[0]
        if (!attribute) throw new RangeError('a table without attributes')
        await bench.insert(
          table,
          values.map((x, n) => ({ x, n })),
        )
        for (const [n, x] of values.entries()) {
          const value = toStored(attribute, x)
          if (value === null) continue
          const equal = restrict(table.node, { kind: 'compare', attribute: 'x', operator: '=', value })
          expect(await bench.values(equal, 'n'), `= ${String(x)}`).toEqual([BigInt(n)])
          const listed = restrict(table.node, {
            kind: 'in',
            attributes: ['x', 'n'],
            keys: [
              [value, BigInt(n)],
              [value, 99n],
            ],
          })
          expect(await bench.values(listed, 'n'), `in ${String(x)}`).toEqual([BigInt(n)])
          expect(await bench.count(restrict(table.node, matches(table.node, equal)))).toBe(1)
        }
      },
    )

    test('times are ordered and compared as what they are', async () => {
      const bench = await open()
      const table = await bench.table('Span', `took : time(3)`)
      const times = [
        '-100:00:00.000',
        '-02:00:00.500',
        '-02:00:00.000',
        '00:00:00.000',
        '09:00:00.000',
        '100:00:00.000',
      ]
      await bench.insert(
        table,
        times.toReversed().map((took) => ({ took })),
      )
      const ordered = top(table.node, { order: [{ attribute: 'took', descending: false }], offset: 1 })
      expect((await bench.rows(ordered)).map(({ took }) => took)).toEqual(times.slice(1))
      const long = restrict(table.node, { kind: 'compare', attribute: 'took', operator: '>', value: '-02:00:00.250' })
      expect(await bench.count(long)).toBe(4)
    })

    test('text keys differ by case and by spaces at the end', async () => {
      const bench = await open()
      const table = await bench.table('Name', `name : varchar(5)`)
      await bench.insert(
        table,
        ['a', 'A', 'a ', ' a', 'ä', ''].map((name) => ({ name })),
      )
      expect(await bench.count(table.node)).toBe(6)
    })

    test('defaults fill what is not given', async () => {
      const bench = await open()
      const table = await bench.table(
        'Filled',
        `n : int8\n---\na = 7 : int16\nb = 'it''s' : varchar(9)\nc = null : float64\nd = 2.50 : decimal(5,2)\n` +
          `e = CURRENT_TIMESTAMP(3) : datetime(3)\nf = CURRENT_TIMESTAMP : datetime\ng = "-30:00" : time\nh = 1999 : year\n` +
          `i = CURRENT_TIMESTAMP : timestamp\nj = null : timestamp(3)\nk = 4294967295 : int unsigned`,
      )
      await bench.insert(table, [{ n: 1 }])
      const [row] = await bench.rows(table.node)
      expect(row).toMatchObject({ n: 1n, a: 7n, b: "it's", c: null, d: '2.50', g: '-30:00:00', h: 1999n })
      expect(row).toMatchObject({ i: row?.['f'], j: null, k: 4_294_967_295n })
      expect(row?.['e']).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/)
      const age = Date.now() - Date.parse(`${String(row?.['f']).replace(' ', 'T')}Z`)
      expect(Math.abs(age)).toBeLessThan(60_000)
    })

    test('a table of one row takes one row', async () => {
      const bench = await open()
      const table = bench.defineOneRow('Setup', `threshold : float64`)
      await bench.declare(table)
      await bench.insert(table, [{ threshold: 0.5 }])
      expect(await bench.rows(table.node)).toEqual([{ threshold: 0.5 }])
      await expect(bench.insert(table, [{ threshold: 1 }])).rejects.toMatchObject({ code: 'duplicate-entry' })
      expect(await bench.insert(table, [{ threshold: 1 }], { skip: true })).toBe(0)
    })

    test('one statement takes as many rows as the dialect promises', async () => {
      const bench = await open()
      const table = await bench.table('Many', `a : int32\n---\nb : float64`)
      const rows = Math.floor(bench.connection.dialect.supports.parameters / 2)
      const inserted = await bench.insert(
        table,
        Array.from({ length: rows }, (_, a) => ({ a, b: a / 7 })),
      )
      expect(inserted).toBe(rows)
      expect(await bench.count(table.node)).toBe(rows)
    })

    test('one statement takes as many bytes as the dialect promises', async () => {
      const bench = await open()
      const table = await bench.table('Large', `a : int32\n---\nb : bytes`)
      const b = new Uint8Array(bench.connection.dialect.supports.statementBytes / 4).fill(1)
      await bench.insert(
        table,
        [0, 1, 2, 3].map((a) => ({ a, b })),
      )
      const found = await bench.rows(table.node)
      expect(found.map((row) => (row['b'] instanceof Uint8Array ? row['b'].length : null))).toEqual(
        Array(4).fill(b.length),
      )
    })

    test('odd names and values of tables are quoted', async () => {
      const bench = await open()
      const { declaration } = bench.define('Odd', `x : varchar(20)\n---\nselect_ : varchar(50)`)
      const [key, other] = declaration.heading
      if (!key || !other) throw new RangeError('a table without attributes')
      const odd = {
        ...declaration,
        heading: [
          { ...key, name: 'o\'d"d`?', lineage: null },
          { ...other, name: 'select; --' },
        ],
      }
      const table = { declaration: odd, node: { kind: 'table', heading: odd.heading, name: odd.name } as const }
      await bench.declare(table)
      await bench.insert(table, [{ 'o\'d"d`?': "'; DROP TABLE x; --", 'select; --': '"`\\' }])
      const condition = { kind: 'compare', attribute: 'select; --', operator: '=', value: '"`\\' } as const
      expect(await bench.rows(restrict(table.node, condition))).toEqual([
        { 'o\'d"d`?': "'; DROP TABLE x; --", 'select; --': '"`\\' },
      ])
    })
  })
}

const spell = (value: unknown): string =>
  value instanceof Uint8Array
    ? `${value.length} bytes in a ${value.constructor.name}, sum ${value.reduce((sum, byte) => sum + byte, 0)}`
    : `${typeof value} ${String(value)}`
