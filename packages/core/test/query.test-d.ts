import { expectTypeOf, test } from 'vitest'
import {
  type AnyTable,
  type Database,
  defineSchema,
  type Key,
  type NewRow,
  populate,
  type Row,
  type Schema,
} from '../src/index.ts'
import { stubUpstream } from '../src/testing/index.ts'

const schema = defineSchema('lab')
const Species = schema.lookup('Species', {}, 'species : varchar(32)', { contents: [{ species: 'mouse' }] })
const Subject = schema.manual(
  'Subject',
  { Species },
  `
  subject : varchar(8)
  ---
  -> [nullable] Species
  sex = 'U' : enum('M', 'F', 'U')
  weight = null : float32
  scans : <blob>
`,
)
const Session = schema.manual(
  'Session',
  { Subject },
  `
  -> Subject
  session : int64
  ---
  started : datetime
`,
)
const Pair = schema.manual(
  'Pair',
  { Subject },
  `
  -> Subject.proj(father='subject')
  -> Subject.proj(mother='subject')
`,
)
declare const db: Database

test('restrictions know the attributes and their values', () => {
  db(Subject).restrict({ subject: 'm1', sex: 'F', weight: null })
  db(Subject).restrict([{ sex: 'F' }, { species: null }, db(Session).restrict({ session: 1n })])
  db(Subject).restrict(Session).exclude(db(Pair))
  // @ts-expect-error: misspelt
  db(Subject).restrict({ subjet: 'm1' })
  // @ts-expect-error: misspelt in a list
  db(Subject).restrict([{ subjet: 'm1' }])
  // @ts-expect-error: not one of the enum
  db(Subject).restrict({ sex: 'X' })
  // @ts-expect-error: a number for text
  db(Subject).restrict({ subject: 1 })
  // @ts-expect-error: what is not nullable is never NULL
  db(Subject).exclude({ subject: null })
  // @ts-expect-error: undefined restricts nothing
  db(Subject).restrict({ subject: undefined })
  // @ts-expect-error: a list is no value
  db(Subject).restrict({ subject: ['m1', 'm2'] })
  // @ts-expect-error: projected away
  db(Subject).project('sex').restrict({ weight: 1 })
  // @ts-expect-error: no attribute of the table, but a member of what else may be given
  db(Subject).restrict({ length: 1 })
  // @ts-expect-error: no attribute of the table, but a member of what else may be given
  db(Subject).restrict({ label: 'x' })
})

test('inserted rows have what is required, and no more', () => {
  expectTypeOf<NewRow<typeof Subject>>().toEqualTypeOf<{
    subject: string
    scans: unknown
    species?: string | null
    sex?: 'M' | 'F' | 'U'
    weight?: number | null
  }>()
  void db(Session).insert([{ subject: 'm1', session: 1n, started: '2024-05-01 10:00:00' }])
  void db(Session).insert([{ subject: 'm1', session: 1, started: '2024-05-01 10:00:00' }])
  db(Session).restrict([{ session: 1 }, { session: 1n }])
  // @ts-expect-error: text for an integer
  db(Session).restrict({ session: '1' })
  // @ts-expect-error: `started` is missing
  void db(Session).insert([{ subject: 'm1', session: 1n }])
  // @ts-expect-error: one row is no list
  void db(Session).insert({ subject: 'm1', session: 1n, started: '' })
  // @ts-expect-error: misspelt
  void db(Pair).insert([{ father: 'm1', mother: 'm2', mohter: 'm3' }])
  // @ts-expect-error: not nullable
  void db(Pair).insert1({ father: 'm1', mother: null })
})

test('orders and projections know the attributes', () => {
  void db(Session).fetch({ order: ['started desc', 'session'] })
  // @ts-expect-error: misspelt
  void db(Session).fetch({ order: ['startd'] })
  // @ts-expect-error: no such direction
  void db(Session).fetch({ order: ['started down'] })
  // @ts-expect-error: misspelt
  db(Session).project('startd')
  // @ts-expect-error: misspelt where it comes from
  db(Session).project({ begin: 'startd' })
})

test('fetched rows follow projections and joins', async () => {
  const row = await db(Subject).fetch1()
  expectTypeOf(row).toEqualTypeOf<Row<typeof Subject>>()
  expectTypeOf(row.species).toEqualTypeOf<string | null>()
  const renamed = db(Session).project('started', { animal: 'subject' })
  expectTypeOf(await renamed.fetch1()).toEqualTypeOf<{ animal: string; session: bigint; started: string }>()
  expectTypeOf(await renamed.keys()).toEqualTypeOf<{ animal: string; session: bigint }[]>()
  const twice = db(Subject).project('subject', 'sex', { animal: 'subject', kind: 'sex' })
  expectTypeOf(await twice.fetch1()).toEqualTypeOf<{
    subject: string
    animal: string
    sex: 'M' | 'F' | 'U'
    kind: 'M' | 'F' | 'U'
  }>()
  expectTypeOf(await twice.keys()).toEqualTypeOf<{ subject: string; animal: string }[]>()
  const joined = db(Session).join(db(Subject).project('sex'))
  expectTypeOf(await joined.fetch1()).toEqualTypeOf<{
    subject: string
    session: bigint
    started: string
    sex: 'M' | 'F' | 'U'
  }>()
  expectTypeOf(await joined.keys()).toEqualTypeOf<Key<typeof Session>[]>()
  expectTypeOf(await db(Subject).join(Session).keys()).toEqualTypeOf<Key<typeof Session>[]>()
  expectTypeOf(await db(Subject).join(Pair).keys()).toEqualTypeOf<
    { subject: string; father: string; mother: string }[]
  >()
})

const good = { fetch: () => 1, compute: () => ({ row: { duration: 1 } }) }

test('what compute gives is the secondary attributes, and the rows of the parts', () => {
  const definition = '-> Session\n---\nduration : float64'
  schema.computed('Good', { Session }, definition, good)
  schema.computed('Fetched', { Session }, definition, {
    fetch: async (key, tables) => {
      expectTypeOf(key.session).toEqualTypeOf<bigint>()
      return tables(Session).forKey(key).fetch1()
    },
    compute: ({ started }, { key }) => ({ row: { duration: started.length + key.subject.length } }),
  })
  // @ts-expect-error: `duration` is missing
  schema.computed('Missing', { Session }, definition, { ...good, compute: () => ({ row: {} }) })
  // @ts-expect-error: text for a number
  schema.computed('Wrong', { Session }, definition, { ...good, compute: () => ({ row: { duration: '1' } }) })
  schema.computed('Misspelt', { Session }, definition, {
    fetch: () => 1,
    // @ts-expect-error: misspelt
    compute: () => ({ row: { duraton: 1 } }),
  })
  schema.computed('Extra', { Session }, definition, {
    fetch: () => 1,
    // @ts-expect-error: more than the table has
    compute: () => ({ row: { duration: 1, mean: 2 } }),
  })
  schema.computed('Async', { Session }, definition, {
    fetch: () => 1,
    // @ts-expect-error: more than the table has
    compute: async () => ({ row: { duration: 1, mean: 2 } }),
  })
  schema.computed('Stray', { Session }, definition, {
    fetch: () => 1,
    // @ts-expect-error: nobody reads it
    compute: () => ({ row: { duration: 1 }, lookup: [] }),
  })
  // @ts-expect-error: compute is missing
  schema.computed('Without', { Session }, definition, { fetch: () => 1 })
  const parts = { Unit: [{}, '-> master\nunit : int32\n---\nrate : float32'] } as const
  schema.computed('Parts', { Session }, definition, {
    parts,
    fetch: () => 1,
    compute: () => ({ row: { duration: 1 }, parts: { Unit: [{ unit: 1, rate: 2 }] } }),
  })
  schema.computed('NoParts', { Session }, definition, {
    parts,
    fetch: () => 1,
    // @ts-expect-error: the parts are missing
    compute: () => ({ row: { duration: 1 } }),
  })
  schema.computed('WrongParts', { Session }, definition, {
    parts,
    fetch: () => 1,
    // @ts-expect-error: `rate` is missing
    compute: () => ({ row: { duration: 1 }, parts: { Unit: [{ unit: 1 }] } }),
  })
  schema.computed('StrayParts', { Session }, definition, {
    parts,
    fetch: () => 1,
    // @ts-expect-error: misspelt
    compute: () => ({ row: { duration: 1 }, parts: { Unit: [{ unit: 1, rate: 2, raet: 3 }] } }),
  })
})

test('in an element, what compute gives is checked although the upstream table is not known yet', () => {
  function activate<Upstream extends AnyTable>(target: Schema, { Trial }: { readonly Trial: Upstream }): Upstream {
    const definition = '-> Trial\n---\nduration : float64\nnote = null : varchar(8)'
    target.computed('Known', { Trial }, definition, {
      fetch: (key, tables) => tables(Trial).forKey(key).fetch1(),
      compute: (trial) => ({ row: { duration: Object.keys(trial).length, note: 'x' } }),
    })
    target.computed('Optional', { Trial }, definition, {
      fetch: (key) => key,
      // @ts-expect-error: misspelt, and what it was to be is optional
      compute: async (key) => ({ row: { duration: Object.keys(key).length, noet: 'x' } }),
    })
    target.computed('Inherits', { Trial, Session }, '-> Trial\n---\n-> Session', {
      fetch: (key) => key,
      compute: () => ({ row: { subject: 'm1', session: 1n } }),
    })
    return Trial
  }
  activate(schema, { Trial: Session })
})

test('references and upstream tables have to be there', () => {
  // @ts-expect-error: Session is not among the references
  schema.manual('Note', { Subject }, '-> Session\nnote : int16')
  // @ts-expect-error: no such part
  schema.manual('Note', { Session }, '-> Session.Trial\nnote : int16')
  function activate({ Session: Upstream }: { readonly Session: typeof Session }) {
    return Upstream
  }
  // @ts-expect-error: Session is missing
  activate({})
  // @ts-expect-error: Subject is no Session
  activate({ Session: Subject })
  const { Probe } = stubUpstream(defineSchema('stubs'), { Probe: 'probe : int16' })
  expectTypeOf<Key<typeof Probe>>().toEqualTypeOf<{ probe: number }>()
})

test('populate is restricted by the key or a relation', () => {
  const Good = schema.computed('Good', { Session }, '-> Session\n---\nduration : float64', good)
  void populate(db, Good, { restriction: { subject: 'm1' } })
  void populate(db, Good, { restriction: db(Session).restrict({ started: '2024-05-01 10:00:00' }) })
  // @ts-expect-error: misspelt
  void populate(db, Good, { restriction: { subjet: 'm1' } })
})
