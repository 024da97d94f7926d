import { expect, test } from 'vitest'
import {
  and,
  attribute,
  between,
  defineSchema,
  gt,
  gte,
  like,
  lt,
  lte,
  ne,
  not,
  oneOf,
  or,
  sql,
  universalSet,
} from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'

onEveryDatabase('a restriction', (database) => {
  const open = async () => {
    const schema = defineSchema(`${database.prefix()}restriction`)
    const Animal = schema.manual(
      'Animal',
      {},
      `
      animal : varchar(8)
      ---
      sex : enum('M', 'F', 'U')
      alive : bool
      litter = null : int8
      cells : int64
      weight = null : float32
      price : decimal(8,2)
      tag : uuid
      born = null : date
      seen : datetime(3)
      checked : datetime
      settings = null : json
      thumbnail : bytes
    `,
    )
    const Weighing = schema.manual('Weighing', { Animal }, '-> Animal\nday : int16\n---\nkind : varchar(8)')
    const pipeline = await database.pipeline([schema])
    const { db } = pipeline
    const common = {
      thumbnail: new Uint8Array([1, 2]),
      seen: '2024-05-01 10:00:00.125',
      checked: '2024-05-01 10:00:00',
    }
    await db(Animal).insert([
      {
        ...common,
        animal: 'a_1',
        sex: 'M',
        alive: true,
        litter: -3,
        cells: 2n ** 53n + 1n,
        weight: 20.5,
        price: '12.50',
        tag: '00000000-0000-0000-0000-000000000001',
        born: '2024-01-31',
        settings: { gain: { left: 5, right: 5.5 }, on: true, name: 'probe', 'odd name': 1, list: [{ x: 1 }, 'y'] },
      },
      {
        ...common,
        animal: 'b%2',
        sex: 'F',
        alive: false,
        cells: 2n ** 53n,
        price: '9.00',
        tag: '00000000-0000-0000-0000-000000000002',
        seen: '2024-05-01 10:00:00.126',
        thumbnail: new Uint8Array([3]),
        settings: { gain: { left: 6 }, on: false, name: null },
      },
      {
        ...common,
        animal: 'C',
        sex: 'U',
        alive: true,
        litter: 100,
        cells: -1n,
        weight: 0.1,
        price: '-1.00',
        tag: '00000000-0000-0000-0000-000000000003',
        born: '2023-12-31',
        checked: '2024-05-01 10:00:01',
      },
    ])
    await db(Weighing).insert([
      { animal: 'a_1', day: 1, kind: 'first' },
      { animal: 'a_1', day: 2, kind: 'second' },
    ])
    const all = db(Animal)
    const found = async (relation: typeof all): Promise<string> =>
      (await relation.keys())
        .map(({ animal }) => animal)
        .toSorted()
        .join(' ')
    const where = (...restriction: Parameters<typeof all.restrict>) => found(all.restrict(...restriction))
    return { db, all, Animal, Weighing, found, where, [Symbol.asyncDispose]: () => pipeline[Symbol.asyncDispose]() }
  }

  test('compares values of every type as its attribute orders them', async () => {
    await using lab = await open()
    const { where } = lab
    expect(await where({ animal: gt('a_1') })).toBe('b%2')
    expect(await where({ animal: lte('a_1') })).toBe('C a_1')
    expect(await where({ sex: ne('F') })).toBe('C a_1')
    expect(await where({ alive: ne(true) })).toBe('b%2')
    expect(await where({ litter: gt(-3) })).toBe('C')
    expect(await where({ litter: between(-3, 99) })).toBe('a_1')
    expect(await where({ cells: gt(2n ** 53n) })).toBe('a_1')
    expect(await where({ cells: lt(0) })).toBe('C')
    expect(await where({ weight: lte(0.1) })).toBe('C')
    expect(await where({ weight: ne(20.5) })).toBe('C')
    expect(await where({ price: gte('9') })).toBe('a_1 b%2')
    expect(await where({ price: lt('-0.5') })).toBe('C')
    expect(
      await where({ tag: oneOf(['00000000-0000-0000-0000-000000000001', '00000000000000000000000000000003']) }),
    ).toBe('C a_1')
    expect(await where({ born: lt('2024-01-01') })).toBe('C')
    expect(await where({ seen: gt('2024-05-01 10:00:00.125') })).toBe('b%2')
    expect(await where({ thumbnail: ne(new Uint8Array([1, 2])) })).toBe('b%2')
    expect(await where({ thumbnail: oneOf([new Uint8Array([3])]) })).toBe('b%2')
  })

  test('finds NULL by null alone', async () => {
    await using lab = await open()
    const { where, found, all } = lab
    expect(await where({ litter: null })).toBe('b%2')
    expect(await where({ litter: ne(null) })).toBe('C a_1')
    expect(await where({ litter: oneOf([100, null]) })).toBe('C b%2')
    expect(await where({ litter: oneOf([]) })).toBe('')
    expect(await where({ litter: ne(100) })).toBe('a_1')
    expect(await found(all.exclude({ litter: gt(0) }))).toBe('a_1')
    expect(await found(all.exclude({ litter: oneOf([100, null]) }))).toBe('a_1')
  })

  test('takes a Date where a date or time is meant, whatever digits of a second it has', async () => {
    await using lab = await open()
    const { where } = lab
    expect(await where({ born: new Date('2024-01-31') })).toBe('a_1')
    expect(await where({ seen: new Date('2024-05-01T10:00:00.126Z') })).toBe('b%2')
    expect(await where({ checked: lt(new Date('2024-05-01T10:00:00.500Z')) })).toBe('a_1 b%2')
    expect(await where({ checked: gte(new Date('2024-05-01T10:00:00.500Z')) })).toBe('C')
    expect(
      await where({ checked: between(new Date('2024-05-01T10:00:00.500Z'), new Date('2024-05-01T10:00:01Z')) }),
    ).toBe('C')
  })

  test('compares text with patterns in which case counts', async () => {
    await using lab = await open()
    const { where } = lab
    expect(await where({ animal: like('a%') })).toBe('a_1')
    expect(await where({ animal: like('A%') })).toBe('')
    expect(await where({ animal: like('_') })).toBe('C')
    expect(await where({ animal: like('_\\_1') })).toBe('a_1')
    expect(await where({ animal: like('%\\%%') })).toBe('b%2')
    expect(await where({ sex: like('M') })).toBe('a_1')
  })

  test('reaches members of JSON values', async () => {
    await using lab = await open()
    const { where, found, all } = lab
    expect(await where({ 'settings.gain.left': 5 })).toBe('a_1')
    expect(await where({ 'settings.gain.left': gt(5) })).toBe('b%2')
    expect(await where({ 'settings.gain.right': 5.5, 'settings.on': true })).toBe('a_1')
    expect(await where({ 'settings.on': ne(true) })).toBe('b%2')
    expect(await where({ 'settings.name': oneOf(['probe', 'other']) })).toBe('a_1')
    expect(await where({ 'settings.name': null })).toBe('C b%2')
    expect(await where({ 'settings.name': ne(null) })).toBe('a_1')
    expect(await where({ 'settings.list[0].x': between(0, 1) })).toBe('a_1')
    expect(await where({ 'settings.list[1]': 'y' })).toBe('a_1')
    expect(await where({ 'settings."odd name"': 1 })).toBe('a_1')
    expect(await where({ 'settings.gain.left': '5' })).toBe('')
    expect(await found(all.exclude({ 'settings.gain.left': 5 }))).toBe('b%2')
  })

  test('is put together by and, or, not and lists', async () => {
    await using lab = await open()
    const { where, found, all, Weighing } = lab
    expect(await where(and({ alive: true }, { litter: gt(0) }))).toBe('C')
    expect(await where(or({ sex: 'F' }, { litter: gt(0) }))).toBe('C b%2')
    expect(await where(not({ litter: 100 }))).toBe('a_1')
    expect(await where(not(and({ animal: 'C', litter: 100 })))).toBe('a_1 b%2')
    expect(await where(and())).toBe('C a_1 b%2')
    expect(await where(or())).toBe('')
    expect(await where([and({ sex: 'M' }, lab.db(Weighing)), not([{ sex: 'M' }, { sex: 'F' }])])).toBe('C a_1')
    expect(await found(all.exclude(or({ sex: 'F' }, { litter: gt(0) })))).toBe('a_1')
    expect(await where(universalSet('anything'))).toBe('C a_1 b%2')
  })

  test('by SQL has its values bound, and its attributes checked', async () => {
    await using lab = await open()
    const { where, all } = lab
    expect(await where(sql`litter + ${1} > ${0}`)).toBe('C')
    const alive = sql`${attribute('alive')} = ${true}`
    expect(await where(sql`${alive} and ${attribute('animal')} <> ${"a' or 1=1 -- "} and litter < ${0}`)).toBe('a_1')
    expect(await where(and({ alive: true }, not(sql`litter > ${5n}`)))).toBe('a_1')
    expect(await where(sql`checked > ${new Date('2024-05-01T10:00:00Z')}`)).toBe('C')
    // @ts-expect-error: misspelt
    expect(() => all.restrict(sql`${attribute('liter')} > 1`)).toThrow(
      expect.objectContaining({ code: 'unknown-attribute', attribute: 'liter' }),
    )
  })

  test('by another relation matches by lineage, by names, or as strictly as DataJoint', async () => {
    await using lab = await open()
    const { where, found, all, Weighing, db } = lab
    expect(await where(Weighing)).toBe('a_1')
    const alien = db(Weighing).project({ sex: 'kind', day_number: 'day' })
    expect(() => all.restrict(alien)).toThrow(expect.objectContaining({ code: 'unrelated-namesake', attribute: 'sex' }))
    expect(await where(alien, { matching: 'names' })).toBe('')
    expect(await found(all.exclude([alien], { matching: 'names' }))).toBe('C a_1 b%2')
    expect(await where(all.restrict({ alive: true }))).toBe('C a_1')
    expect(() => all.restrict(all, { matching: 'strict' })).toThrow(
      expect.objectContaining({ code: 'unrelated-namesake' }),
    )
    expect(await where(all.restrict({ alive: true }).project(), { matching: 'strict' })).toBe('C a_1')
    // @ts-expect-error: misspelt, and not to be taken for natural matching
    expect(() => all.restrict(Weighing, { matching: 'name' })).toThrow(
      expect.objectContaining({ code: 'invalid-call' }),
    )
  })

  test('refuses values that the attribute never has, with what is expected', async () => {
    await using lab = await open()
    const { all } = lab
    const refused = (restriction: unknown, facts: object) =>
      // @ts-expect-error: what JavaScript may give
      expect(() => all.restrict(restriction)).toThrow(expect.objectContaining(facts))
    refused({ litter: 300 }, { code: 'invalid-value', table: 'Animal', attribute: 'litter', type: 'int8', value: 300 })
    refused({ litter: gt(1.5) }, { code: 'invalid-value', attribute: 'litter' })
    refused({ weight: Number.NaN }, { code: 'invalid-value', attribute: 'weight' })
    refused({ weight: Number.POSITIVE_INFINITY }, { code: 'invalid-value', attribute: 'weight' })
    refused({ price: '1.234' }, { code: 'invalid-value', attribute: 'price' })
    refused({ sex: oneOf(['M', 'X']) }, { code: 'invalid-value', attribute: 'sex', value: 'X' })
    refused({ tag: 'no uuid' }, { code: 'invalid-value', attribute: 'tag' })
    refused({ born: '2024-02-30' }, { code: 'invalid-value', attribute: 'born' })
    refused({ animal: 'much too long' }, { code: 'invalid-value', attribute: 'animal' })
    refused({ settings: { gain: 1 } }, { code: 'invalid-restriction' })
    refused({ litter: [1, 2] }, { code: 'invalid-restriction', message: expect.stringContaining('oneOf') })
    refused({ litter: undefined }, { code: 'invalid-restriction' })
    refused({ litter: sql`1` }, { code: 'invalid-restriction' })
    refused({ litter: like('1%') }, { code: 'invalid-condition' })
    refused({ 'settings.gain': new Date() }, { code: 'invalid-restriction' })
    refused({ 'settings..gain': 1 }, { code: 'invalid-path', path: '.gain' })
    refused({ 'animal.gain': 1 }, { code: 'invalid-expression' })
    refused({ 'setings.gain': 1 }, { code: 'unknown-attribute', attribute: 'setings' })
    refused(null, { code: 'invalid-restriction' })
    refused(5, { code: 'invalid-restriction' })
    refused('animal = 1', { code: 'invalid-restriction' })
    refused([null], { code: 'invalid-restriction' })
    refused(and(not(5 as never)), { code: 'invalid-restriction' })
    refused(gt(5), { code: 'invalid-restriction' })
    refused(sql`1`.as('int8'), { code: 'invalid-restriction' })
  })

  test('never finds all rows for what says nothing of them, nor takes JSON for a part of an expression', async () => {
    await using lab = await open()
    const { all } = lab
    const hidden = Object.defineProperty({}, 'litter', { value: 'x' })
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    const sayNothing = [
      new Map([['litter', 1]]),
      new Set(),
      Object.assign([], { length: 1 }),
      { [Symbol('litter')]: 1 },
      argumentsOf(),
      hidden,
      proxy,
    ]
    const throwing = {
      get litter(): never {
        throw new TypeError('no litter')
      },
    }
    const compare = { kind: 'compare', operator: '> 0 OR 1 =', value: 1 }
    const fromJson = [
      { kind: 'sql', sql: { text: ['1 = 1'], operands: [] } },
      { kind: 'logic', operator: 'not', restrictions: [[]] },
      { kind: 'universal-set', attributes: [] },
      { kind: 'relation', node: {} },
      { kind: 'table', declaration: { name: { schema: 'mysql', table: 'user' }, heading: [] } },
      { litter: { kind: 'comparison', test: compare } },
      { 'settings.gain': { kind: 'comparison', test: compare } },
    ]
    for (const restriction of [...sayNothing, throwing, ...fromJson]) {
      const code: unknown = expect.stringMatching(/^(?:invalid-restriction|unknown-attribute|invalid-value)$/)
      expect(() => all.restrict(restriction as never)).toThrow(expect.objectContaining({ code }))
      expect(() => all.exclude(restriction as never)).toThrow(expect.objectContaining({ code }))
    }
    const computed = { kind: 'computed', expression: { kind: 'sql', sql: { text: ['1'], operands: [] } } }
    expect(() => all.project({ litter: computed as never })).toThrow(expect.objectContaining({ code: 'invalid-call' }))
  })
})

test('comparisons are refused where they are written', () => {
  for (const wrong of [null, undefined, Number.NaN, [1], {}, new Date('no date')]) {
    // @ts-expect-error: what JavaScript may give
    expect(() => gt(wrong)).toThrow(expect.objectContaining({ code: 'invalid-restriction' }))
    // @ts-expect-error: what JavaScript may give
    expect(() => between(1, wrong)).toThrow(expect.objectContaining({ code: 'invalid-restriction' }))
  }
  // @ts-expect-error: what JavaScript may give
  expect(() => oneOf(1, 2)).toThrow('Give a list')
  // @ts-expect-error: what JavaScript may give
  expect(() => oneOf([1, [2]])).toThrow(expect.objectContaining({ code: 'invalid-restriction' }))
  // @ts-expect-error: what JavaScript may give
  expect(() => like(/a/)).toThrow(expect.objectContaining({ code: 'invalid-restriction' }))
})

test('SQL is a template: a text with values in it is refused, and so is what cannot be bound', () => {
  // @ts-expect-error: an injection
  expect(() => sql("subject = 'x'")).toThrow(expect.objectContaining({ code: 'invalid-call' }))
  for (const wrong of [undefined, Number.NaN, [1], {}, new Date('no date'), sql`1`.as('int8')]) {
    // @ts-expect-error: what JavaScript may give
    expect(() => sql`x = ${wrong}`).toThrow(expect.objectContaining({ code: 'invalid-call' }))
  }
  expect(sql`a = ${1} and ${sql`b = ${'x'}`} or ${attribute('c')} is null`.sql).toEqual({
    text: ['a = ', ' and b = ', ' or ', ' is null'],
    operands: [
      { kind: 'value', value: 1n },
      { kind: 'value', value: 'x' },
      { kind: 'attribute', name: 'c' },
    ],
  })
})

test('a refusal is thrown in the line that asked', () => {
  const line = (): unknown => gt(null as never)
  expect(line).toThrow(expect.objectContaining({ stack: expect.stringMatching(/restriction\.test\.ts/) }))
})

function argumentsOf(): unknown {
  // oxlint-disable-next-line prefer-rest-params -- what JavaScript may give
  return arguments
}
