import { expectTypeOf, test } from 'vitest'
import {
  and,
  type AnyTable,
  count,
  type Database,
  defineSchema,
  gt,
  type Key,
  max,
  type Restriction,
  type Schema,
  sql,
  type Tables,
  universalSet,
} from '../src/index.ts'

declare const db: Database
const lab = defineSchema('lab')
const Subject = lab.manual('Subject', {}, "subject : varchar(8)\n---\nsex = 'U' : enum('M', 'F', 'U')")
const Session = lab.manual('Session', { Subject }, '-> Subject\nsession : int64\n---\nstarted : datetime')

/** An element whose upstream table is a parameter: every operation is used on it and on what refers to it. */
function activate<Trial extends AnyTable>(schema: Schema, { Trial }: { readonly Trial: Trial }) {
  const Event = schema.manual(
    'Event',
    { Trial },
    '-> Trial\nevent : int16\n---\nkind : varchar(8)\nat_time : float64\nnote = null : varchar(8)',
  )
  const Summary = schema.computed('Summary', { Trial }, '-> Trial\n---\nevents : int32', {
    keySource: (on) => on(Trial).restrict(on(Event)),
    fetch: async (key, on) =>
      on(Event)
        .forKey(key)
        .project('at_time')
        .fetch({ order: ['at_time'] }),
    compute: (rows) => ({ row: { events: rows.filter(({ at_time }) => at_time > 0).length } }),
  })
  const late: Restriction<{ at_time: number }> = { at_time: gt(1) }
  return {
    Event,
    Summary,
    restricted: (on: Tables) =>
      on(Event)
        .restrict({ kind: 'lick', at_time: gt(1) })
        .restrict(late)
        .exclude(and<{ kind: string }>({ kind: 'lick' })),
    byRelation: (on: Tables) =>
      on(Trial)
        .restrict(Event)
        .exclude(on(Event).restrict(sql`at_time > ${5}`)),
    projected: (on: Tables) => on(Event).project('kind', { when: 'at_time', late: sql`at_time > 5`.as('bool') }),
    joined: (on: Tables) => on(Event).join(Trial),
    extended: (on: Tables) => on(Event).extend(Trial),
    aggregated: (on: Tables) => on(Trial).aggregate(Event, { events: count(), last: max('at_time') }),
    cut: (on: Tables) => on(Event).top({ order: ['at_time desc'], limit: 1 }),
    kinds: (on: Tables) => universalSet('kind').aggregate(on(Event), { events: count(), last: max('at_time') }),
    occurring: (on: Tables) => universalSet('kind').restrict(on(Event)),
    columns: (on: Tables) => on(Event).fetchColumns('at_time', 'note', { order: ['at_time'] }),
    stream: (on: Tables) => on(Event).project('kind').stream(),
    cleared: async (on: Database) => on(Event).restrict(late).delete(),
  }
}
const { Event, Summary, ...uses } = activate(lab, { Trial: Session })

test('the tables of an element have the keys of what it was activated on', () => {
  expectTypeOf<Key<typeof Event>>().toEqualTypeOf<{ subject: string; session: bigint; event: number }>()
  expectTypeOf<Key<typeof Summary>>().toEqualTypeOf<{ subject: string; session: bigint }>()
})

test('what an element restricts is the relation of its table still', () => {
  expectTypeOf(uses.restricted(db)).toEqualTypeOf(db(Event))
  expectTypeOf(uses.byRelation(db)).toEqualTypeOf(db(Session))
  expectTypeOf(uses.cut(db)).toEqualTypeOf(db(Event))
})

test('what an element computes from its own attributes has their types, whatever the upstream table', async () => {
  const projected = await uses.projected(db).fetch1()
  expectTypeOf(projected.kind).toEqualTypeOf<string>()
  expectTypeOf(projected.when).toEqualTypeOf<number>()
  expectTypeOf(projected.late).toEqualTypeOf<boolean | null>()
  const { events, last } = await uses.aggregated(db).fetch1()
  expectTypeOf(events).toEqualTypeOf<number>()
  expectTypeOf(last).toEqualTypeOf<number | null>()
  const [kind] = await uses.kinds(db).fetch()
  expectTypeOf(kind).toEqualTypeOf<{ kind: string; events: number; last: number | null } | undefined>()
  expectTypeOf(uses.occurring(db).fetch()).resolves.toEqualTypeOf<{ kind: string }[]>()
  const { note } = await uses.columns(db)
  expectTypeOf(note).toEqualTypeOf<(string | null)[]>()
  for await (const row of uses.stream(db)) expectTypeOf(row.kind).toEqualTypeOf<string>()
})

test('what an element joins has the attributes of both', async () => {
  const joined = await uses.joined(db).fetch1()
  expectTypeOf(joined.kind).toEqualTypeOf<string>()
  expectTypeOf(joined.started).toEqualTypeOf<string>()
  const extended = await uses.extended(db).fetch1()
  expectTypeOf(extended.at_time).toEqualTypeOf<number>()
  expectTypeOf(extended.started).toEqualTypeOf<string | null>()
})

test('a misspelt attribute of its own is an error inside an element', () => {
  function wrong<Trial extends AnyTable>(schema: Schema, { Trial }: { readonly Trial: Trial }) {
    const Event = schema.manual('Event', { Trial }, '-> Trial\nevent : int16\n---\nkind : varchar(8)')
    // @ts-expect-error: a number for text
    const number = (on: Tables) => on(Event).restrict(and<{ kind: string }>({ kind: 5 }))
    // @ts-expect-error: a number for text
    const plain = (on: Tables) => on(Event).restrict({ kind: 5 })
    // @ts-expect-error: no attribute of its own
    const misspelt = (on: Tables) => on(Event).restrict({ knd: 'lick' })
    // @ts-expect-error: nothing is ordered by it
    const ordered = (on: Tables) => on(Event).top({ order: ['knd'], limit: 1 })
    // @ts-expect-error: not of the group
    const counted = (on: Tables) => on(Trial).aggregate(Event, { n: count('knd') })
    return { number, plain, misspelt, ordered, counted }
  }
  void wrong
})

test('a table that declares no attribute itself still takes only what it has', () => {
  const Visit = lab.manual('Visit', { Session }, '-> Session')
  void db(Visit).restrict({ subject: 'm1' })
  // @ts-expect-error: no attribute of it
  void db(Visit).restrict({ subjct: 'm1' })
  // @ts-expect-error: a number for text
  void db(Visit).restrict({ subject: 5 })
})
