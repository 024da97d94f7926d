import { describe, expect, test } from 'vitest'
import { parseAttributeType } from './attribute-type.ts'
import { fromStored } from './from-stored.ts'
import { safeIntegerType } from './integer-type.ts'
import { toStored } from './to-stored.ts'

const store = (type: string, value: unknown, nullable = false) =>
  toStored({ name: 'depth', type: parseAttributeType(type), nullable }, value)
const andBack = (type: string, value: unknown) => fromStored(parseAttributeType(type), store(type, value))

/** So many lists in one another. */
function nested(depth: number): unknown {
  let value: unknown = []
  for (let within = 1; within < depth; within += 1) value = [value]
  return value
}

const id = '6F6D1A8E-0b57-4b5e-9d0c-0123456789ab'

/** Stands for a Temporal value, which Node 24 does not have yet. */
const temporal = (tag: string, text: string, more: object = {}) => ({
  ...more,
  [Symbol.toStringTag]: `Temporal.${tag}`,
  toString: () => text,
})

describe('a value is kept in the canonical form of its type', () => {
  test.each([
    ['int8', -128, -128n],
    ['int16', 32767n, 32767n],
    ['int32', -0, 0n],
    ['int64', 9223372036854775807n, 9223372036854775807n],
    ['int unsigned', 4294967295, 4294967295n],
    ['mediumint', -8388608, -8388608n],
    ['bigint unsigned', 18446744073709551615n, 18446744073709551615n],
    ['year', 1999, 1999n],
    ['year', 0, 0n],
    ['bool', true, 1n],
    ['tinyint(1)', false, 0n],
    ['bool', 0, 0n],
    ['float32', 0.1, 0.10000000149011612],
    ['float64', 0.1, 0.1],
    ['float(7,3)', 1.23456, 1.2350000143051147],
    ['double(5,1)', -0.04, 0],
    ['float unsigned', 0.5, 0.5],
    ['decimal(5,2)', '+012.5', '12.50'],
    ['decimal(5,2) unsigned', '-0.00', '0.00'],
    ['decimal(5,2)', '-0.00', '0.00'],
    ['decimal(5,2)', 3, '3.00'],
    ['decimal(5,2)', '1.500', '1.50'],
    ['decimal(2,2)', '0.25', '0.25'],
    ['decimal(3,0)', '007', '7'],
    ['varchar(2)', '😀é', '😀é'],
    ['char(2)', 'a', 'a'],
    ['tinytext', 'ä'.repeat(127), 'ä'.repeat(127)],
    ["enum('it''s')", "it's", "it's"],
    ['date', '2024-02-29', '2024-02-29'],
    ['date', new Date('2024-02-29'), '2024-02-29'],
    ['datetime', '2024-02-29T10:20', '2024-02-29 10:20:00'],
    ['datetime', new Date('2024-02-29T12:30:15.000+01:00'), '2024-02-29 11:30:15'],
    ['datetime', '2024-02-29 10:20:30.000', '2024-02-29 10:20:30'],
    ['datetime(3)', '2024-02-29 10:20:30.5', '2024-02-29 10:20:30.500'],
    ['datetime(6)', '2024-02-29T10:20:30.123456Z', '2024-02-29 10:20:30.123456'],
    ['datetime', '2024-02-29', '2024-02-29 00:00:00'],
    ['timestamp(3)', '2038-01-19 03:14:07.999', '2038-01-19 03:14:07.999'],
    ['timestamp', new Date('1970-01-01T00:00:01Z'), '1970-01-01 00:00:01'],
    ['time', '1:02', '01:02:00'],
    ['time', '-838:59:59', '-838:59:59'],
    ['time', '-00:00:00', '00:00:00'],
    ['time(3)', '23:59:59.5', '23:59:59.500'],
    ['time(6)', '030:00:00.000001', '30:00:00.000001'],
    ['json', { a: [1, null, 'x'] }, '{"a":[1,null,"x"]}'],
    ['<blob@local>', { path: 'x' }, '{"path":"x"}'],
  ])('%s of %o', (type, value, stored) => {
    expect(store(type, value)).toEqual(stored)
  })

  test('a uuid as 16 bytes, from text of any case or from bytes', () => {
    const bytes = Uint8Array.from([
      0x6f, 0x6d, 0x1a, 0x8e, 0x0b, 0x57, 0x4b, 0x5e, 0x9d, 0x0c, 1, 0x23, 0x45, 0x67, 0x89, 0xab,
    ])
    expect(store('uuid', id)).toEqual(bytes)
    expect(store('uuid', id.replaceAll('-', ''))).toEqual(bytes)
    expect(store('uuid', bytes)).toEqual(bytes)
  })

  test('raw bytes of at most as many as the column holds', () => {
    const storage = { kind: 'bytes', length: 2 } as const
    const attribute = { name: 'x', type: { text: 'binary(2)', storage, codec: null }, nullable: false }
    expect(toStored(attribute, Uint8Array.of(1, 2))).toEqual(Uint8Array.of(1, 2))
    expect(() => toStored(attribute, Uint8Array.of(1, 2, 3))).toThrow('at most 2 bytes')
  })

  test('a Temporal value as it prints, a zoned one in UTC', () => {
    expect(store('date', temporal('PlainDate', '2024-02-29[u-ca=hebrew]'))).toBe('2024-02-29')
    expect(store('datetime(3)', temporal('PlainDateTime', '2024-02-29T01:02:03.004'))).toBe('2024-02-29 01:02:03.004')
    expect(store('time', temporal('PlainTime', '01:02:03'))).toBe('01:02:03')
    const instant = temporal('Instant', '2024-02-29T00:02:03Z')
    expect(store('datetime', instant)).toBe('2024-02-29 00:02:03')
    expect(store('datetime', temporal('ZonedDateTime', '…+01:00[Europe/Oslo]', { toInstant: () => instant }))).toBe(
      '2024-02-29 00:02:03',
    )
  })

  test('null where it is allowed, and NaN as null', () => {
    expect(store('int8', null, true)).toBeNull()
    expect(store('float32', NaN, true)).toBeNull()
  })
})

describe('a value that does not fit is refused', () => {
  test.each([
    ['int8', 128, 'from -128 to 127'],
    ['int32', 1.5, 'an integer'],
    ['int32', '7', 'an integer'],
    ['int32', true, 'an integer'],
    ['int64', 2 ** 53, 'a bigint beyond 2^53'],
    ['int64', 2n ** 63n, 'an integer'],
    ['int unsigned', -1, 'from 0 to 4294967295'],
    ['mediumint', 8388608, 'from -8388608 to 8388607'],
    ['mediumint unsigned', 16777216, 'from 0 to 16777215'],
    ['bigint unsigned', 2n ** 64n, 'from 0 to'],
    ['int32', '', 'an integer'],
    ['year', 1900, 'from 1901 to 2155'],
    ['year', '1999', 'from 1901 to 2155'],
    ['bool', 2, 'true or false'],
    ['tinyint(1)', 2, 'true or false'],
    ['float unsigned', -0.5, 'not negative'],
    ['float(5,2)', 1000, 'below 1e3'],
    ['float64', '', 'a number'],
    ['decimal(5,2)', NaN, 'digits with a point'],
    ['decimal(5,2)', '', 'digits with a point'],
    ['decimal(5,2) unsigned', '-0.01', 'not negative'],
    ['bool', 'true', 'true or false'],
    ['float64', Infinity, 'a finite number'],
    ['float32', 1e39, '3.4e38'],
    ['float64', NaN, 'NaN as NULL'],
    ['float64', '1.5', 'a number'],
    ['decimal(5,2)', '1.005', '2 after it'],
    ['decimal(5,2)', '1000', '3 digits before the point'],
    ['decimal(5,2)', '1e2', 'digits with a point'],
    ['varchar(2)', 'abc', 'at most 2 characters'],
    ['varchar(2)', 5, 'a string'],
    ['varchar(9)', '\ud83d', 'lone surrogates'],
    ['tinytext', 'ä'.repeat(128), 'at most 255 bytes'],
    ['char(3)', 'a ', 'no space at the end'],
    ["enum('a','b')", 'A', "one of 'a', 'b'"],
    ['date', '2023-02-29', 'a date that exists'],
    ['date', '2024-02-29 10:00:00', 'without a time of day'],
    ['date', new Date('2024-02-29T01:00Z'), 'without a time of day'],
    ['datetime', '2024-02-29 24:00:00', 'that exist'],
    ['datetime', '2024-02-29 10:20:30.5', 'whole seconds'],
    ['datetime(3)', '2024-02-29 10:20:30.1234', 'at most 3 digits'],
    ['datetime', '2024-02-29T10:20:30+01:00', 'give UTC'],
    ['datetime', new Date(NaN), 'that exist'],
    ['datetime', 1709200000000, 'that exist'],
    ['timestamp', '1970-01-01 00:00:00', 'from 1970-01-01 00:00:01'],
    ['timestamp', '2038-01-19 03:14:08', 'to 2038-01-19 03:14:07'],
    ['time', '839:00:00', 'at most 838:59:59'],
    ['time(1)', '838:59:59.1', 'at most 838:59:59'],
    ['time', '10:60:00', 'as [-]hh:mm:ss'],
    ['time', '10:00:00.5', 'whole seconds'],
    ['time', 3600, 'as [-]hh:mm:ss'],
    ['time', new Date(0), 'as [-]hh:mm:ss'],
    ['date', '', 'a date that exists'],
    ['uuid', '6f6d1a8e', 'a UUID'],
    ['json', { a: { b: [undefined] } }, '$.a.b[0]'],
    ['json', [NaN], '$[0]'],
    ['json', { f: () => 1 }, '$.f'],
    ['json', { n: 1n }, '$.n'],
    ['json', { at: new Date(0) }, '$.at'],
    ['json', { data: Float32Array.of(1) }, '$.data'],
    ['json', { names: ['\uD800'] }, '$.names[0] has a lone surrogate'],
    ['json', [{ '\uD800': 1 }], '$[0] has a name with a lone surrogate'],
    ['bytes', 'abc', 'a Uint8Array'],
    ['int8', null, 'not nullable'],
    ['int8', undefined, 'a value'],
  ])('%s of %o', (type, value, expected) => {
    const error = catchError(() => store(type, value))
    expect(error).toMatchObject({
      code: 'invalid-value',
      attribute: 'depth',
      type: parseAttributeType(type).text,
      value,
    })
    expect(error).toHaveProperty('message', expect.stringContaining(expected))
  })

  test('json in more arrays and objects than every database takes', () => {
    expect(store('json', nested(31))).toHaveLength(2 * 31)
    const problem = { code: 'invalid-value', message: expect.stringContaining('[0] is deeper than 31 arrays') }
    for (const depth of [32, 100_000]) expect(catchError(() => store('json', nested(depth)))).toMatchObject(problem)
  })

  test('json that contains itself', () => {
    const cycle: { self?: object } = {}
    cycle.self = cycle
    expect(catchError(() => store('json', cycle))).toMatchObject({ code: 'invalid-value' })
  })

  test('the message names attribute, type, value and what was expected', () => {
    expect(() => store('int8', 200)).toThrow('`depth` (int8) cannot hold 200: expected an integer from -128 to 127.')
  })
})

describe('a stored value comes back', () => {
  test.each([
    ['int32', 7, 7],
    ['int64', 7, 7n],
    ['int unsigned', 7, 7],
    ['bigint unsigned', 7, 7n],
    ['year', 1999, 1999],
    ['time', '-30:00:00', '-30:00:00'],
    ['longtext', 'text', 'text'],
    ['bool', 1, true],
    ['float32', 0.5, 0.5],
    ['decimal(5,2)', '1.5', '1.50'],
    ['varchar(5)', 'text', 'text'],
    ['date', '2024-02-29', '2024-02-29'],
    ['uuid', id, id.toLowerCase()],
    ['json', { a: [1, 'x'] }, { a: [1, 'x'] }],
    ['bytes', Uint8Array.of(1, 2), Uint8Array.of(1, 2)],
  ])('%s of %o', (type, value, expected) => {
    expect(andBack(type, value)).toEqual(expected)
  })

  test('NULL as null', () => {
    expect(fromStored(parseAttributeType('json'), null)).toBeNull()
  })

  test('a count or a sum as a number, but none that a number cannot hold', () => {
    expect(fromStored(safeIntegerType, 7n)).toBe(7)
    expect(catchError(() => fromStored(safeIntegerType, 2n ** 53n))).toMatchObject({ code: 'malformed-stored-value' })
  })

  test('any tinyint but zero as true', () => {
    expect(fromStored(parseAttributeType('bool'), 2n)).toBe(true)
  })

  test('not where it is in another form than its type has', () => {
    const error = catchError(() => fromStored(parseAttributeType('int32'), '7'))
    expect(error).toMatchObject({ code: 'malformed-stored-value', type: 'int32', value: '7' })
  })
})

function catchError(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  return expect.unreachable('nothing was thrown')
}
