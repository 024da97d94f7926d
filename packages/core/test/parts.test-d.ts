import { expectTypeOf, test } from 'vitest'
import { type AnyTable, defineSchema, type Row, type Schema } from '../src/index.ts'

const schema = defineSchema('lab')
const Subject = schema.manual('Subject', {}, 'subject : varchar(8)')

const Sorting = schema.manual('Sorting', { Subject }, '-> Subject\nsorting : int16', {
  parts: {
    Channel: [{}, '-> master\nchannel : int16\n---\ngain = 1 : float32'],
    Unit: [{}, '-> master\nunit : int32\n---\n-> master.Channel\n-> [nullable] master.Channel.proj(second="channel")'],
    Spike: [{}, '-> master.Unit\nspike : bigint unsigned'],
  },
})

test('a part may refer to another of its master', () => {
  expectTypeOf<Row<typeof Sorting.Unit>>().toEqualTypeOf<{
    subject: string
    sorting: number
    unit: number
    channel: number
    second: number | null
  }>()
  expectTypeOf<Row<typeof Sorting.Spike>>().toEqualTypeOf<{
    subject: string
    sorting: number
    unit: number
    spike: bigint
  }>()
})

test('also while the table above them is not known yet', () => {
  function activate<S extends AnyTable>(one: Schema, Session: S) {
    return one.manual('Recording', { Session }, '-> Session', {
      parts: {
        Channel: [{}, '-> master\nchannel : int16'],
        Pair: [{}, '-> master.Channel\n-> master.Channel.proj(other="channel")'],
      },
    })
  }
  const Recording = activate(schema, Subject)
  expectTypeOf<Row<typeof Recording.Pair>>().toEqualTypeOf<{ subject: string; channel: number; other: number }>()
})

test('a misspelt part is found at its definition', () => {
  schema.manual('Wrong', { Subject }, '-> Subject', {
    parts: {
      Channel: [{}, '-> master\nchannel : int16'],
      // @ts-expect-error -- there is no part Chanel
      Unit: [{}, '-> master\nunit : int32\n---\n-> master.Chanel'],
    },
  })
})
