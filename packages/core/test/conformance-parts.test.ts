import { describe, expect, test } from 'vitest'
import { parseAttributeType } from '../src/attribute/attribute-type.ts'
import { readDumpedRows } from '../conformance/dump.ts'
import { typeOfExpression } from '../conformance/expression-type.ts'
import { type Found, judge } from '../conformance/judge.ts'
import type { RecordedCase } from '../conformance/recorded.ts'
import { convert } from '../conformance/restricting-value.ts'

describe('a dump', () => {
  test('gives the rows of each table, with text unescaped, bytes and NULL', () => {
    const dump = [
      'USE `lab`;',
      'CREATE TABLE `odd` (',
      '  `id` int(11) NOT NULL,',
      '  `name` varchar(12) DEFAULT NULL,',
      '  `data` longblob DEFAULT NULL,',
      '  PRIMARY KEY (`id`)',
      ') ENGINE=InnoDB;',
      'INSERT INTO `odd` VALUES',
      "(1,'it\\'s; (a), \\\\ ''x''',0x00FF),",
      "(-2,'two\\nlines',NULL),(3.5e2,NULL,_binary 'ab');",
      'UNLOCK TABLES;',
    ].join('\n')
    expect(readDumpedRows(dump)).toEqual([
      {
        schema: 'lab',
        table: 'odd',
        attributes: ['id', 'name', 'data'],
        rows: [
          ['1', "it's; (a), \\ 'x'", Buffer.from([0, 255])],
          ['-2', 'two\nlines', null],
          ['3.5e2', null, Buffer.from('ab')],
        ],
      },
    ])
  })
})

describe('the type of a recorded expression', () => {
  const types = new Map([
    ['n', 'int16'],
    ['d', 'date'],
    ['s', 'varchar(12)'],
    ['e', "enum('lo','hi')"],
  ])
  const none = { heading: [], rows: [] }
  const cases = [
    ['count(*)', 'float64'],
    ['max(d)', 'date'],
    ['min(`s`)', 'varchar(1000)'],
    ['max(e)', 'varchar(1000)'],
    ['max(n) - min(n)', 'float64'],
    ['sum(d is null)', 'float64'],
    ['day(d)', 'float64'],
    ["concat(s, '-', n)", 'varchar(1000)'],
    ['ifnull(d, n)', 'date'],
    ['if(n > 2, d, NULL)', 'date'],
    ['count(distinct s)', 'float64'],
    ['-n', 'float64'],
    ["ifnull(s, 'a - b')", 'varchar(1000)'],
    ['s is null', 'float64'],
    ["CASE WHEN n > 1 THEN 'end of - it' ELSE s END", 'varchar(1000)'],
    ["case s when 'a' then NULL when 'b' then d end", 'date'],
    ["CASE WHEN s = 'a' THEN n + 1 ELSE 0 END", 'float64'],
    ['NULL', 'varchar(1000)'],
  ] as const
  for (const [expression, type] of cases) {
    test(`${expression} is ${type}`, () => {
      expect(typeOfExpression('x', expression, types, none)).toBe(type)
    })
  }

  test('is that of the recorded values where the expression tells none', () => {
    const shown = {
      heading: ['a', 'x'],
      rows: [
        [1, null],
        [2, { date: '2024-01-01' }],
      ],
    } as const
    expect(typeOfExpression('x', 'some_function(n)', types, shown)).toBe('date')
  })
})

describe('a judgement', () => {
  const recorded: RecordedCase = {
    id: 'x',
    schema: 'lab',
    expr: { op: 'table', name: 'T' },
    traps: [],
    agrees: true,
    datajoint: {
      heading: ['a', 'b'],
      pk: ['a'],
      rows: [
        [1, { decimal: '2.50' }],
        [2, { date: '2024-01-01' }],
      ],
    },
  }
  const found: Found = {
    heading: ['a', 'b'],
    pk: ['a'],
    rows: [
      [2n, '2024-01-01'],
      [true, 2.5],
    ],
    count: 2,
    exists: true,
  }

  test('compares rows by value, in any order', () => {
    expect(judge(recorded, found)).toEqual({ verdict: 'agreed' })
  })

  test('tells what differs: rows, heading, key, count and existence', () => {
    const differing: readonly [Partial<typeof found>, string][] = [
      [{ rows: [[1, 2.5]] }, 'missing [2,"2024-01-01"]'],
      [
        {
          rows: [
            [1, 2.5],
            [1, 2.5],
            [2, '2024-01-01'],
          ],
        },
        'not expected [1,2.5]',
      ],
      [
        {
          rows: [
            [1, 2.51],
            [2, '2024-01-01'],
          ],
        },
        'not expected [1,2.51]',
      ],
      [{ heading: ['b', 'a'] }, 'heading'],
      [{ pk: ['a', 'b'] }, 'primary key'],
      [{ count: 3 }, 'count'],
      [{ exists: false }, 'exists'],
    ]
    for (const [change, text] of differing) {
      expect(judge(recorded, { ...found, ...change })).toEqual({
        verdict: 'differing',
        difference: expect.stringContaining(text),
      })
    }
  })

  test('wants an error of ours, when it is built, where the reference has one of its own', () => {
    const refused = { ...recorded, datajoint: { error: 'DataJointError', message: 'no' } }
    expect(judge(refused, found)).toMatchObject({ verdict: 'differing' })
    expect(judge(refused, { error: new TypeError('x'), phase: 'build' })).toMatchObject({ verdict: 'differing' })
    let problem: unknown = null
    try {
      parseAttributeType('no type')
    } catch (error) {
      problem = error
    }
    expect(judge(refused, { error: problem, phase: 'fetch' })).toMatchObject({ verdict: 'differing' })
    expect(judge(refused, { error: problem, phase: 'build' })).toEqual({ verdict: 'refused' })
    expect(judge(recorded, { error: problem, phase: 'build' })).toMatchObject({ verdict: 'differing' })
  })
})

test('a restricting value is converted as the server does', () => {
  const storage = (text: string) => parseAttributeType(text).storage
  expect(convert('lo', storage('int16'))).toBe(0)
  expect(convert('12ab', storage('int16'))).toBe(12)
  expect(convert({ decimal: '2.00' }, storage('int16'))).toBe(2)
  expect(convert(1, storage('bool'))).toBe(true)
  expect(convert(3, storage('bool'))).toBe(3)
  expect(convert({ date: '2024-01-01' }, storage('date'))).toBe('2024-01-01')
  expect(convert(0.5, storage('decimal(6,2)'))).toBe('0.5')
  expect(convert(null, storage('int16'))).toBeNull()
})
