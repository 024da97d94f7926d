import { expect, test } from 'vitest'
import { between, defineSchema, gt, lt, lte, ne, oneOf } from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'

onEveryDatabase('a restriction by a native type', (database) => {
  const open = async () => {
    const schema = defineSchema(`${database.prefix()}native`)
    const Thing = schema.manual(
      'Thing',
      {},
      `
      thing : smallint unsigned
      ---
      small : tinyint unsigned
      big : int unsigned
      span : time
      moment : timestamp(3)
      founded : year
      ratio : double
      notes : mediumtext
      amount : decimal(14,10)
    `,
    )
    const pipeline = await database.pipeline([schema])
    await pipeline.db(Thing).insert([
      {
        thing: 1,
        small: 255,
        big: 2 ** 32 - 1,
        span: '-100:00:00',
        moment: '2024-05-01 10:00:00.125',
        founded: 1999,
        ratio: 0.1,
        notes: 'long',
        amount: '0.0000000001',
      },
      {
        thing: 60_000,
        small: 0,
        big: 2 ** 31,
        span: '09:00:00',
        moment: '2024-05-01 10:00:00.126',
        founded: 2024,
        ratio: -1e-10,
        notes: 'x'.repeat(300),
        amount: '12.5',
      },
      {
        thing: 2,
        small: 7,
        big: 5,
        span: '100:00:00',
        moment: '2000-01-01 00:00:00',
        founded: 1901,
        ratio: 5,
        notes: '',
        amount: '-3',
      },
    ])
    return { things: pipeline.db(Thing), [Symbol.asyncDispose]: () => pipeline[Symbol.asyncDispose]() }
  }

  test('compares values in the order of their type', async () => {
    await using lab = await open()
    const where = async (restriction: Parameters<typeof lab.things.restrict>[0]) =>
      (await lab.things.restrict(restriction).keys()).map(({ thing }) => thing).toSorted((a, b) => a - b)
    expect(await where({ thing: gt(2) })).toEqual([60_000])
    expect(await where({ small: between(7, 255) })).toEqual([1, 2])
    expect(await where({ big: gt(2 ** 31) })).toEqual([1])
    expect(await where({ big: oneOf([2 ** 32 - 1, 5]) })).toEqual([1, 2])
    expect(await where({ span: lt('09:00:00') })).toEqual([1])
    expect(await where({ span: gt('09:00:00') })).toEqual([2])
    expect(await where({ span: oneOf(['-100:00:00', '100:00:00']) })).toEqual([1, 2])
    expect(await where({ moment: gt(new Date('2024-05-01T10:00:00.125Z')) })).toEqual([60_000])
    expect(await where({ founded: lte(1999) })).toEqual([1, 2])
    expect(await where({ founded: oneOf([2024]) })).toEqual([60_000])
    expect(await where({ ratio: ne(5) })).toEqual([1, 60_000])
    expect(await where({ ratio: 0.1 })).toEqual([1])
    expect(await where({ notes: 'x'.repeat(300) })).toEqual([60_000])
    expect(await where({ amount: gt('0') })).toEqual([1, 60_000])
    expect(await where({ amount: oneOf(['12.5', '-3.0']) })).toEqual([2, 60_000])
  })

  test('orders by them', async () => {
    await using lab = await open()
    const first = async (order: 'span' | 'big desc' | 'founded' | 'amount desc') =>
      (await lab.things.top({ order: [order], limit: 1 }).keys())[0]?.thing
    expect(await first('span')).toBe(1)
    expect(await first('big desc')).toBe(1)
    expect(await first('founded')).toBe(2)
    expect(await first('amount desc')).toBe(60_000)
  })

  test('refuses what they cannot hold', async () => {
    await using lab = await open()
    for (const restriction of [{ small: 256 }, { small: -1 }, { founded: 1800 }, { big: 2 ** 32 }, { span: '25' }]) {
      expect(() => lab.things.restrict(restriction)).toThrow(expect.objectContaining({ code: 'invalid-value' }))
    }
  })
})
