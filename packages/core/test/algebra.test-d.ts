import { expectTypeOf, test } from 'vitest'
import {
  type AnyTable,
  attribute,
  average,
  count,
  countDistinct,
  type Database,
  defineSchema,
  json,
  type Key,
  max,
  min,
  type Schema,
  sql,
  sum,
  universalSet,
} from '../src/index.ts'

const schema = defineSchema('lab')
const Subject = schema.manual(
  'Subject',
  {},
  `
  subject : varchar(8)
  ---
  sex = 'U' : enum('M', 'F', 'U')
  weight = null : float32
  settings : json
`,
)
const Session = schema.manual(
  'Session',
  { Subject },
  '-> Subject\nsession : int16\n---\nstarted : datetime\ncost : decimal(8,2)\nbytes_written : int64',
)
const Setup = schema.manual('Setup', { Session }, 'setup : int16\n---\n-> Session\nroom : varchar(8)')
declare const db: Database

type Sex = 'M' | 'F' | 'U'

test('a projection keeps all attributes, or all but some', async () => {
  const all = await db(Session).project('...').fetch1()
  expectTypeOf(all).toEqualTypeOf<{
    subject: string
    session: number
    started: string
    cost: string
    bytes_written: bigint
  }>()
  const some = await db(Session).project('...', '-cost', { written: 'bytes_written' }).fetch1()
  expectTypeOf(some).toEqualTypeOf<{ subject: string; session: number; started: string; written: bigint }>()
  // @ts-expect-error: no such attribute to leave out
  db(Session).project('...', '-csot')
})

test('computed attributes have the type that was declared, nullable unless it says otherwise', async () => {
  const { length, name, gain, sex } = await db(Subject)
    .project({
      length: sql`${attribute('weight')} * ${2}`.as('float64'),
      name: sql`upper(${attribute('subject')})`.as('varchar(8)', { nullable: false }),
      sex: sql`'F'`.as("enum('M','F')"),
      gain: json('settings', 'gain.left', 'int32'),
    })
    .fetch1()
  expectTypeOf(length).toEqualTypeOf<number | null>()
  expectTypeOf(name).toEqualTypeOf<string>()
  expectTypeOf(sex).toEqualTypeOf<'M' | 'F' | null>()
  expectTypeOf(gain).toEqualTypeOf<number | null>()
  // @ts-expect-error: no such type
  sql`1`.as('flaot64')
  // @ts-expect-error: no such type
  json('settings', 'gain', 'flaot64')
  // @ts-expect-error: misspelt
  db(Subject).project({ length: sql`${attribute('wieght')}`.as('float64') })
  // @ts-expect-error: no attribute of JSON
  db(Subject).project({ gain: json('subject', 'gain', 'float64') })
  // @ts-expect-error: an aggregation needs a group
  db(Subject).project({ n: count() })
})

test('what an extension adds may be missing', async () => {
  const extended = db(Setup).extend(Session)
  expectTypeOf(await extended.fetch1()).toEqualTypeOf<{
    setup: number
    subject: string
    session: number
    room: string
    started: string | null
    cost: string | null
    bytes_written: bigint | null
  }>()
  expectTypeOf(await extended.keys()).toEqualTypeOf<{ setup: number }[]>()
})

test('an aggregation has the key, what is named of the rest, and what is computed', async () => {
  const summary = db(Subject).aggregate(Session, {
    sex: 'sex',
    sessions: count(),
    timed: count('started'),
    days: countDistinct('started'),
    total: sum('session'),
    written: sum('bytes_written'),
    paid: sum('cost'),
    mean: average('session'),
    first: min('started'),
    last: max('bytes_written'),
    range: sql`max(session) - min(session)`.as('int32'),
  })
  expectTypeOf(await summary.fetch1()).toEqualTypeOf<{
    subject: string
    sex: Sex
    sessions: number
    timed: number
    days: number
    total: number | null
    written: number | null
    paid: string | null
    mean: number | null
    first: string | null
    last: bigint | null
    range: number | null
  }>()
  expectTypeOf(await summary.keys()).toEqualTypeOf<Key<typeof Subject>[]>()
  summary.restrict({ sessions: 3, first: null })
  db(Subject).aggregate(db(Session).restrict({ session: 1 }), { n: count() }, { keep: 'matching', matching: 'names' })
  // @ts-expect-error: not of the group
  db(Subject).aggregate(Session, { n: count('room') })
  // @ts-expect-error: not of the relation itself
  db(Subject).aggregate(Session, { started: 'started' })
  // @ts-expect-error: neither all nor matching
  db(Subject).aggregate(Session, { n: count() }, { keep: 'none' })
})

test('a union has the secondary attributes of both, which may be missing', async () => {
  const both = db(Subject).project('sex').union(db(Subject).project('weight'))
  expectTypeOf(await both.fetch1()).toEqualTypeOf<{ subject: string; sex: Sex | null; weight: number | null }>()
  expectTypeOf(await both.keys()).toEqualTypeOf<{ subject: string }[]>()
})

test('a universal set makes its attributes the key', async () => {
  const sexes = universalSet('sex').restrict(db(Subject))
  expectTypeOf(await sexes.fetch()).toEqualTypeOf<{ sex: Sex }[]>()
  const counted = universalSet('sex', 'weight').aggregate(db(Subject), { n: count(), first: min('subject') })
  expectTypeOf(await counted.fetch1()).toEqualTypeOf<{
    sex: Sex
    weight: number | null
    n: number
    first: string | null
  }>()
  expectTypeOf(await counted.keys()).toEqualTypeOf<{ sex: Sex; weight: number | null }[]>()
  const whole = universalSet().aggregate(db(Subject), { n: count() })
  expectTypeOf(await whole.fetch1()).toEqualTypeOf<{ n: number }>()
  // @ts-expect-error: not in the relation
  universalSet('room').restrict(db(Subject))
  // @ts-expect-error: not in the relation
  universalSet('sex').aggregate(db(Subject), { n: count('room') })
  // @ts-expect-error: it has no end
  universalSet('sex').exclude(db(Subject))
  // @ts-expect-error: it is no relation
  db(Subject).join(universalSet('sex'))
})

test('a joined relation may match by names', () => {
  db(Subject).join(Session, { matching: 'names' }).extend(db(Subject).project(), { matching: 'names' })
  // @ts-expect-error: only a restriction is strict
  db(Subject).join(Session, { matching: 'strict' })
})

test('in an element, operations on tables of an upstream that is not known yet', async () => {
  function activate<Upstream extends AnyTable>(target: Schema, { Trial }: { readonly Trial: Upstream }) {
    const Event = target.manual(
      'Event',
      { Trial },
      '-> Trial\nevent : int16\n---\nkind : varchar(8)\nat_time : float64',
    )
    const counted = (on: Database) => on(Trial).aggregate(Event, { events: count() })
    const named = (on: Database) => on(Event).project('kind', { seconds: sql`at_time / ${1000}`.as('float64') })
    const some = (on: Database) =>
      on(Trial)
        .restrict(on(Event).restrict(sql`at_time > ${5}`))
        .top({ limit: 2 })
    return { Event, counted, named, some }
  }
  const { Event, counted, named, some } = activate(schema, { Trial: Session })
  expectTypeOf((await counted(db).fetch1()).events).toEqualTypeOf<number>()
  expectTypeOf((await named(db).fetch1()).kind).toEqualTypeOf<string>()
  expectTypeOf(some(db)).toEqualTypeOf(db(Session))
  expectTypeOf((await db(Event).join(Session).fetch1()).started).toEqualTypeOf<string>()
})
