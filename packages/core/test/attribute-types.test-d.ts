import { expectTypeOf, test } from 'vitest'
import {
  between,
  count,
  countDistinct,
  type Database,
  defineSchema,
  gt,
  type Key,
  max,
  min,
  type NewRow,
  type NumericColumn,
  oneOf,
  type Row,
  sql,
  sum,
  type TemporalMoment,
  type TemporalTime,
} from '../src/index.ts'
import type { JsonValue } from '../src/attribute/json-type.ts'

declare const db: Database
const schema = defineSchema('lab')
const Every = schema.manual(
  'Every',
  {},
  `
  tiny : int8
  small : int16
  ---
  whole : int32
  large : int64
  single : float32
  double_precision : float64
  exact : decimal(8,2)
  flag : bool
  kind : enum('a', 'b')
  name : varchar(8)
  code : char(3)
  tag : uuid
  day : date
  moment : datetime(3)
  stamp : timestamp
  span : time
  since : year
  settings : json
  raw : bytes
  packed : <blob>
  stored : <blob@>
  maybe = null : float64
  maybe_whole = null : int32
  maybe_large = null : int64
`,
)
type Kind = 'a' | 'b'

test('a row has a value of each type', () => {
  expectTypeOf<Key<typeof Every>>().toEqualTypeOf<{ tiny: number; small: number }>()
  expectTypeOf<Row<typeof Every>>().toEqualTypeOf<{
    tiny: number
    small: number
    whole: number
    large: bigint
    single: number
    double_precision: number
    exact: string
    flag: boolean
    kind: Kind
    name: string
    code: string
    tag: string
    day: string
    moment: string
    stamp: string
    span: string
    since: number
    settings: JsonValue
    raw: Uint8Array
    packed: unknown
    stored: unknown
    maybe: number | null
    maybe_whole: number | null
    maybe_large: bigint | null
  }>()
})

test('a row to insert has values of the same types, a number for a bigint too, and a date in any form', () => {
  type New = NewRow<typeof Every>
  type Moment = string | Date | TemporalMoment
  expectTypeOf<New['large']>().toEqualTypeOf<bigint | number>()
  expectTypeOf<New['maybe_large']>().toEqualTypeOf<bigint | number | null | undefined>()
  expectTypeOf<New['maybe']>().toEqualTypeOf<number | null | undefined>()
  expectTypeOf<Pick<New, 'day' | 'moment' | 'stamp' | 'span'>>().toEqualTypeOf<{
    day: Moment
    moment: Moment
    stamp: Moment
    span: string | TemporalTime
  }>()
  type Given = 'large' | 'day' | 'moment' | 'stamp' | 'span' | 'maybe' | 'maybe_whole' | 'maybe_large'
  expectTypeOf<Omit<New, Given>>().toEqualTypeOf<Omit<Row<typeof Every>, Given>>()
})

test('dates and times are inserted and updated as text, as a Date or as what Temporal has', () => {
  const Visit = schema.manual(
    'Visit',
    {},
    'began : datetime\n---\nday = null : date\nlasted : time\nplace : varchar(8)',
  )
  const Stay = schema.manual('Stay', { Visit }, '-> Visit\nroom : int8')
  const date: { readonly [Symbol.toStringTag]: 'Temporal.PlainDate' } = { [Symbol.toStringTag]: 'Temporal.PlainDate' }
  const time: { readonly [Symbol.toStringTag]: 'Temporal.PlainTime' } = { [Symbol.toStringTag]: 'Temporal.PlainTime' }
  void db(Visit).insert([
    { began: new Date(), lasted: '01:00', place: 'a' },
    { began: '2024-05-01 10:00', day: date, lasted: time, place: 'b' },
    { began: date, day: null, lasted: '01:00', place: 'c' },
  ])
  void db(Visit).update1({ began: new Date(), day: new Date(0) })
  void db(Stay).insert1({ began: new Date(), room: 1 })
  void db(Stay).insert(db(Visit).project({ room: sql`1`.as('int8') }))
  expectTypeOf<Row<typeof Stay>>().toEqualTypeOf<{ began: string; room: number }>()
  // @ts-expect-error: a text is no date
  void db(Visit).insert1({ began: new Date(), lasted: '01:00', place: new Date() })
  // @ts-expect-error: a time of day is no moment
  void db(Visit).insert1({ began: time, lasted: '01:00', place: 'a' })
  // @ts-expect-error: a Date is no span
  void db(Visit).insert1({ began: '2024-05-01', lasted: new Date(), place: 'a' })
  // @ts-expect-error: milliseconds since 1970 are no date
  void db(Stay).insert1({ began: Date.now(), room: 1 })
  // @ts-expect-error: not nullable
  void db(Visit).update1({ began: new Date(), lasted: null })
})

test('a column of each type is an array that holds its values', () => {
  expectTypeOf(db(Every).fetchColumns()).resolves.toEqualTypeOf<{
    tiny: NumericColumn
    small: NumericColumn
    whole: NumericColumn
    large: BigInt64Array | BigUint64Array
    single: NumericColumn
    double_precision: NumericColumn
    exact: string[]
    flag: boolean[]
    kind: Kind[]
    name: string[]
    code: string[]
    tag: string[]
    day: string[]
    moment: string[]
    stamp: string[]
    span: string[]
    since: NumericColumn
    settings: JsonValue[]
    raw: Uint8Array[]
    packed: unknown[]
    stored: unknown[]
    maybe: Float32Array | Float64Array | (number | null)[]
    maybe_whole: Float32Array | Float64Array | (number | null)[]
    maybe_large: (bigint | null)[]
  }>()
})

test('a restriction has values of each type', () => {
  const every = db(Every)
  every.restrict({
    tiny: 1,
    small: gt(1),
    whole: between(1, 2),
    large: oneOf([1n, 2]),
    single: 1.5,
    double_precision: gt(0),
  })
  every.restrict({ exact: '1.50', flag: true, kind: 'a', name: gt('m'), code: 'abc', tag: oneOf(['x']) })
  every.restrict({
    day: '2024-01-01',
    moment: gt(new Date()),
    stamp: new Date(),
    span: '10:00:00',
    since: between(2020, 2024),
  })
  every.restrict({ raw: new Uint8Array(1), maybe: null, maybe_whole: oneOf([1, null]), maybe_large: null })
  // @ts-expect-error: a year is a number
  every.restrict({ since: '2024' })
  // @ts-expect-error: bytes are no text
  every.restrict({ raw: 'abc' })
  // @ts-expect-error: a truth value is no number
  every.restrict({ flag: 1 })
  // @ts-expect-error: no bigint for a small integer
  every.restrict({ tiny: 1n })
  // @ts-expect-error: of no values that nobody can compare
  every.restrict({ large: '1' })
})

test('an aggregate has the type of what it is of', () => {
  const amounts = db(Every).aggregate(db(Every).project('...'), {
    rows: count(),
    kinds: countDistinct('kind'),
    first_day: min('day'),
    last_kind: max('kind'),
    least: min('large'),
    greatest: max('exact'),
    total_whole: sum('whole'),
    total_exact: sum('exact'),
    total_single: sum('single'),
  })
  expectTypeOf(amounts.fetch1()).resolves.toEqualTypeOf<{
    tiny: number
    small: number
    rows: number
    kinds: number
    first_day: string | null
    last_kind: Kind | null
    least: bigint | null
    greatest: string | null
    total_whole: number | null
    total_exact: string | null
    total_single: number | null
  }>()
})

test('a computed attribute may be of each type', () => {
  const computed = db(Every).project({
    a: sql`1`.as('int64'),
    b: sql`1`.as('decimal(5,2)'),
    c: sql`1`.as('bool'),
    d: sql`now()`.as('datetime(6)'),
    e: sql`1`.as('json'),
    f: sql`1`.as('bytes'),
    g: sql`1`.as('uuid'),
    h: sql`1`.as('smallint unsigned', { nullable: false }),
  })
  expectTypeOf(computed.fetch1()).resolves.toEqualTypeOf<{
    tiny: number
    small: number
    a: bigint | null
    b: string | null
    c: boolean | null
    d: string | null
    e: JsonValue | null
    f: Uint8Array | null
    g: string | null
    h: number
  }>()
})
