import { expect, test } from 'vitest'
import { migrate } from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'
import { changing, migrated } from './migrating.ts'

/** A type, a value of it, another type, and what the value is there. */
const kept: readonly (readonly [from: string, given: unknown, to: string, now: unknown])[] = [
  ['int16', 300, 'int32', 300],
  ['int32', 100, 'int8', 100],
  ['int32', 7, 'int64', 7n],
  ['int16', 3, 'float64', 3],
  ['float64', 3, 'int16', 3],
  ['float64', 0.5, 'float32', 0.5],
  ['float32', 0.25, 'float64', 0.25],
  ['int16', 1, 'bool', true],
  ['bool', true, 'int8', 1],
  ['decimal(5,2)', '1.50', 'decimal(9,3)', '1.500'],
  ['decimal(5,2)', '2.00', 'int16', 2],
  ['decimal(5,2)', '2.50', 'varchar(9)', '2.50'],
  ['decimal(5,2)', '2.50', 'float64', 2.5],
  ['int16', 3, 'decimal(5,2)', '3.00'],
  ['int16', -3, 'varchar(4)', '-3'],
  ['varchar(4)', '-12', 'int8', -12],
  ['varchar(4)', 'abcd', 'varchar(400)', 'abcd'],
  ['varchar(40)', 'ähñd', 'varchar(4)', 'ähñd'],
  ['varchar(4)', 'b', 'enum("a","b")', 'b'],
  ['enum("a","b")', 'b', 'enum("c","b","a")', 'b'],
  ['enum("a","b","c")', 'b', 'enum("a","b")', 'b'],
  ['enum("a","b")', 'b', 'varchar(1)', 'b'],
  ['date', '2020-03-04', 'datetime(3)', '2020-03-04 00:00:00.000'],
  ['datetime(3)', '2020-03-04 00:00:00.000', 'date', '2020-03-04'],
  ['datetime(3)', '2020-03-04 05:06:07.000', 'datetime', '2020-03-04 05:06:07'],
  ['datetime', '2020-03-04 05:06:07', 'datetime(6)', '2020-03-04 05:06:07.000000'],
  ['varchar(10)', '2020-03-04', 'date', '2020-03-04'],
  ['time(3)', '-10:00:00.000', 'time', '-10:00:00'],
  ['int16', 2020, 'year', 2020],
]

/** A type, a value of it, and a type that would round or cut it. */
const lost: readonly (readonly [from: string, given: unknown, to: string])[] = [
  ['int32', 200, 'int8'],
  ['float64', 0.5, 'int16'],
  ['float64', 0.1, 'float32'],
  ['int32', 2 ** 24 + 1, 'float32'],
  ['decimal(5,2)', '1.25', 'decimal(5,1)'],
  ['varchar(8)', 'abcdefgh', 'varchar(4)'],
  ['varchar(8)', 'c', 'enum("a","b")'],
  ['varchar(8)', '007', 'int16'],
  ['varchar(8)', 'x ', 'char(8)'],
  ['datetime(3)', '2020-01-02 03:04:05.678', 'datetime'],
  ['datetime', '2020-01-02 03:04:05', 'date'],
  ['enum("a","b")', 'b', 'enum("a","c")'],
]

const definition = (types: readonly string[], initial = ''): string =>
  ['thing : int16', '---', ...types.map((type, at) => `v${at}${initial} : ${type}`)].join('\n')

const rowOf = (values: readonly unknown[], thing = 1): object => ({
  thing,
  ...Object.fromEntries(values.map((value, at) => [`v${at}`, value])),
})

onEveryDatabase('a migration of types', (database) => {
  test('keeps every value that is one of the new type, and NULL', async () => {
    const missing = rowOf(
      kept.map(() => null),
      2,
    )
    await migrated(
      database,
      {
        from: {
          Thing: definition(
            kept.map(([from]) => from),
            ' = null',
          ),
        },
        rows: { Thing: [rowOf(kept.map(([, given]) => given)), missing] },
        to: {
          Thing: definition(
            kept.map(([, , to]) => to),
            ' = null',
          ),
        },
      },
      async ({ rows }) => expect(await rows('Thing')).toEqual([rowOf(kept.map(([, , , now]) => now)), missing]),
    )
  })

  test('is refused where a value would be rounded or cut, with the key of its row', async () => {
    await changing(
      database,
      {
        from: { Thing: definition(lost.map(([from]) => from)) },
        rows: { Thing: [rowOf(lost.map(([, given]) => given))] },
        to: { Thing: definition(lost.map(([, , to]) => to)) },
      },
      async ({ db, plan }) => {
        const steps = plan.tables[0]?.steps ?? []
        expect(steps.map(({ what, checks }) => [what, checks[0]?.rows, checks[0]?.example?.['thing']])).toEqual(
          lost.map((_, at) => [expect.stringMatching(new RegExp(`^.v${at} : `)), 1, '1']),
        )
        await expect(migrate(db, plan)).rejects.toMatchObject({ code: 'blocked-migration' })
      },
    )
  })
})
