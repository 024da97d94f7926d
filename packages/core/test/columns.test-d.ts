import { expectTypeOf, test } from 'vitest'
import { type Database, defineSchema, type NumericColumn } from '../src/index.ts'

declare const db: Database
const schema = defineSchema('lab')
const Reading = schema.manual(
  'Reading',
  {},
  `reading : int32\n---\nlarge : int64\nlevel = null : float64\nlabel : varchar(8)\nflag : bool\nkind : enum('a','b')`,
)

test('columns are of the types of their attributes', () => {
  expectTypeOf(db(Reading).fetchColumns('reading', 'large', 'level', 'label')).resolves.toEqualTypeOf<{
    reading: NumericColumn
    large: BigInt64Array | BigUint64Array
    level: Float32Array | Float64Array | (number | null)[]
    label: string[]
  }>()
  expectTypeOf(db(Reading).fetchColumns('flag', { order: ['level desc'], limit: 3 })).resolves.toEqualTypeOf<{
    flag: boolean[]
  }>()
  expectTypeOf(db(Reading).project('kind').fetchColumns()).resolves.toEqualTypeOf<{
    reading: NumericColumn
    kind: ('a' | 'b')[]
  }>()
  // @ts-expect-error -- no attribute of it
  void db(Reading).fetchColumns('reading', 'other')
  // @ts-expect-error -- ordered by what is not there
  void db(Reading).fetchColumns('reading', { order: ['other'] })
})

test('streams give rows', () => {
  expectTypeOf(db(Reading).project('kind').stream()).toEqualTypeOf<
    AsyncGenerator<{ reading: number; kind: 'a' | 'b' }, void, undefined>
  >()
  // @ts-expect-error -- ordered by what is not there
  db(Reading).stream({ order: ['other'] })
})
