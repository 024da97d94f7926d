import { expectTypeOf, test } from 'vitest'
import {
  attribute,
  count,
  type Database,
  type DatabaseSettings,
  defineCodec,
  definePipeline,
  defineSchema,
  describe,
  insertParamSet,
  json,
  type Key,
  max,
  populate,
  progressOf,
  readTables,
  type Row,
  sql,
  type StoredTable,
  type Table,
  type TemporalMoment,
  universalSet,
  virtualSchema,
} from '../src/index.ts'

declare const db: Database
declare const database: DatabaseSettings
const lab = defineSchema('lab')
const Subject = lab.manual(
  'Subject',
  {},
  "subject : varchar(8)\n---\nsex = 'U' : enum('M', 'F', 'U')\nborn = null : date",
)
const Session = lab.manual('Session', { Subject }, '-> Subject\nsession : int16\n---\nstarted : datetime\nnotes : json')
const Pair = lab.manual('Pair', { Session }, '-> Session\n-> Session.proj(other="session")\n---\nkind : varchar(8)')

test('a table is shown by its rows, as they are fetched and as they are inserted', () => {
  expectTypeOf(Session).toEqualTypeOf<
    Table<
      { subject: string; session: number },
      { started: string; notes: Row<typeof Session>['notes'] },
      { subject: string; session: number },
      { started: string | Date | TemporalMoment; notes: Row<typeof Session>['notes'] },
      { session: number; started: string; notes: Row<typeof Session>['notes'] }
    >
  >()
})

test('a renamed reference keeps its type through joins, extensions and aggregations', async () => {
  expectTypeOf<Key<typeof Pair>>().toEqualTypeOf<{ subject: string; session: number; other: number }>()
  const others = db(Session).project('started', { other: 'session' })
  expectTypeOf(await db(Pair).join(others).fetch1()).toEqualTypeOf<{
    subject: string
    session: number
    other: number
    kind: string
    started: string
  }>()
  expectTypeOf((await db(Pair).project().extend(others).fetch1()).started).toEqualTypeOf<string | null>()
  const paired = db(Session)
    .aggregate(Pair, { pairs: count(), last: max('other') })
    .join(Subject)
  expectTypeOf(await paired.fetch1()).toEqualTypeOf<{
    subject: string
    session: number
    pairs: number
    last: number | null
    sex: 'M' | 'F' | 'U'
    born: string | null
  }>()
  expectTypeOf(await paired.top({ order: ['pairs desc'], limit: 3 }).keys()).toEqualTypeOf<Key<typeof Session>[]>()
})

test('what is misspelt in an operation is refused', () => {
  const sessions = db(Session)
  // @ts-expect-error: an order is a list
  sessions.top({ order: 'started' })
  // @ts-expect-error: a number of rows
  sessions.top({ limit: '5' })
  // @ts-expect-error: no such option
  void sessions.fetch({ limt: 5 })
  // @ts-expect-error: only the signal
  void sessions.fetch1({ limit: 1 })
  // @ts-expect-error: only the signal
  void sessions.count({ limit: 1 })
  // @ts-expect-error: only the signal
  void sessions.exists(true)
  // @ts-expect-error: no such option
  void sessions.preview({ rows: 5 })
  // @ts-expect-error: no such option
  sessions.stream({ bacht: 5 })
  // @ts-expect-error: ordered by what was projected away
  void sessions.project().keys({ order: ['started'] })
  // @ts-expect-error: a name is no relation
  sessions.join('Subject')
  // @ts-expect-error: a relation, not its rows
  sessions.extend([{ subject: 'm1' }])
  // @ts-expect-error: a schema is no relation
  sessions.union(lab)
  // @ts-expect-error: text is no restriction: sql
  sessions.restrict('session > 1')
  // @ts-expect-error: names one by one
  sessions.project(['started'])
  // @ts-expect-error: a computed attribute needs its type
  sessions.project({ length: sql`session + 1` })
  // @ts-expect-error: an attribute of the other relation is no own one
  sessions.aggregate(Pair, { kind: 'kind' })
  // @ts-expect-error: a member of what is no JSON
  sessions.project({ year: json('started', 'year', 'int16') })
  // @ts-expect-error: no such attribute
  sessions.project({ later: sql`${attribute('stated')}`.as('datetime') })
  // @ts-expect-error: not an attribute of it
  universalSet('stated').aggregate(sessions, { n: count() })
  // @ts-expect-error: a name is no table
  db('Session')
  // @ts-expect-error: a plan, not options
  void sessions.delete({ parts: 'cascade' })
})

test('what is misspelt in a declaration is refused', () => {
  // @ts-expect-error: no such option
  defineSchema('lab', { codec: [] })
  // @ts-expect-error: no such format
  defineSchema('lab', { compat: 'python' })
  // @ts-expect-error: no such option
  lab.manual('A', {}, 'a : int8', { part: {} })
  // @ts-expect-error: a manual table comes without rows
  lab.manual('A', {}, 'a : int8', { contents: [{ a: 1 }] })
  // @ts-expect-error: rows come in a list
  lab.lookup('A', {}, 'a : int8', { contents: { a: 1 } })
  // @ts-expect-error: no attribute of it
  lab.lookup('A', {}, 'a : int8', { contents: [{ b: 1 }] })
  // @ts-expect-error: references come first
  lab.manual('A', 'a : int8')
  // @ts-expect-error: a schema is no table
  lab.manual('A', { lab }, '-> lab')
  // @ts-expect-error: no text of a definition
  lab.manual('A', {}, ['a : int8'])
  const make = { fetch: () => 1, compute: () => ({ row: { n: 1 } }) }
  // @ts-expect-error: a key source is a function
  lab.computed('A', { Session }, '-> Session\n---\nn : int8', { ...make, keySource: Session })
  // @ts-expect-error: no text is kept as a number
  defineCodec({ name: 'graph', keptAs: 5, encode: String, decode: String })
})

test('what is misspelt around tables is refused', () => {
  const pipeline = definePipeline({ schemas: [lab], tables: { Subject, Session }, database })
  expectTypeOf(pipeline.open()).resolves.toEqualTypeOf<Database>()
  expectTypeOf(pipeline.tables.Session).toEqualTypeOf<typeof Session>()
  // @ts-expect-error: no such option
  void pipeline.open({ readonly: true })
  // @ts-expect-error: schemas come in a list
  definePipeline({ schemas: lab, tables: {}, database })
  // @ts-expect-error: no database of that kind
  definePipeline({ schemas: [lab], tables: {}, database: { kind: 'oracle', path: 'x' } })
  // @ts-expect-error: a relation is no table
  void populate(db, db(Session))
  // @ts-expect-error: no such option
  void populate(db, Session, { limits: 3 })
  // @ts-expect-error: the database comes first
  void progressOf(Session, db)
  // @ts-expect-error: a schema is no table
  describe(lab)
  // @ts-expect-error: names of schemas come in a list
  void readTables(db, 'lab')
  expectTypeOf(virtualSchema(db, 'lab').then((schema) => schema.table('Session'))).resolves.toEqualTypeOf<StoredTable>()
})

test('a parameter set is given without its hash', () => {
  const ParamSet = lab.lookup(
    'ParamSet',
    {},
    'paramset_idx : int16\n---\nparamset_desc : varchar(80)\nparam_set_hash : uuid\nparams : json\nunique index (param_set_hash)',
  )
  const given = { paramset_idx: 1, paramset_desc: 'default', params: { gain: 1 } }
  expectTypeOf(insertParamSet(db, ParamSet, given)).resolves.toEqualTypeOf<boolean>()
  // @ts-expect-error: without a description
  void insertParamSet(db, ParamSet, { paramset_idx: 1, params: {} })
  // @ts-expect-error: not a table of parameter sets
  void insertParamSet(db, Session, given)
})
