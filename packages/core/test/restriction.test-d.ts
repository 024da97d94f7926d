import { expectTypeOf, test } from 'vitest'
import {
  and,
  type AnyTable,
  attribute,
  between,
  type Database,
  defineSchema,
  gt,
  gte,
  json,
  like,
  lt,
  lte,
  ne,
  not,
  oneOf,
  or,
  type Restriction,
  type Row,
  sql,
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
  alive : bool
  litter = null : int8
  cells : int64
  weight = null : float32
  price : decimal(8,2)
  tag : uuid
  born = null : date
  seen : datetime(3)
  settings : json
  notes = null : json
  thumbnail : bytes
  scan : <blob>
`,
)
const Session = schema.manual('Session', { Subject }, '-> Subject\nsession : int16\n---\nstarted : datetime')
declare const db: Database
const subjects = db(Subject)

test('each type of attribute is compared with its own values', () => {
  subjects.restrict({ subject: gt('a'), sex: ne('F'), alive: ne(true), litter: between(1, 3), cells: gte(5n) })
  subjects.restrict({ cells: lt(5), weight: lte(20.5), price: gte('12.50'), tag: oneOf(['a', 'b']) })
  subjects.restrict({ born: lt('2024-01-01'), seen: between(new Date(0), new Date()) })
  subjects.restrict({ born: new Date(0), seen: gt(new Date()), thumbnail: ne(new Uint8Array(2)) })
  subjects.restrict({ subject: like('m%'), sex: oneOf(['M', 'F']), litter: oneOf([1, null]), weight: ne(null) })
  // @ts-expect-error: a number for text
  subjects.restrict({ subject: gt(1) })
  // @ts-expect-error: not one of the enum
  subjects.restrict({ sex: ne('X') })
  // @ts-expect-error: not one of the enum
  subjects.restrict({ sex: oneOf(['M', 'X']) })
  // @ts-expect-error: text for a truth value
  subjects.restrict({ alive: ne('yes') })
  // @ts-expect-error: text for an integer
  subjects.restrict({ litter: between('1', '3') })
  // @ts-expect-error: text for an integer
  subjects.restrict({ cells: gt('5') })
  // @ts-expect-error: a decimal is text, which keeps its digits
  subjects.restrict({ price: gte(12.5) })
  // @ts-expect-error: a date is no number
  subjects.restrict({ weight: lt(new Date()) })
  // @ts-expect-error: an enum is no date
  subjects.restrict({ sex: new Date() })
  // @ts-expect-error: only text is like a pattern
  subjects.restrict({ litter: like('1%') })
  // @ts-expect-error: what is not nullable is never NULL
  subjects.restrict({ cells: oneOf([5n, null]) })
  // @ts-expect-error: what is not nullable always has a value
  subjects.restrict({ cells: ne(null) })
  // @ts-expect-error: nothing is more than NULL
  subjects.restrict({ weight: gt(null) })
  // @ts-expect-error: a list is no value: oneOf
  subjects.restrict({ litter: [1, 2] })
  // @ts-expect-error: values one by one
  subjects.restrict({ litter: oneOf(1, 2) })
})

test('members of JSON attributes are named by their paths', () => {
  subjects.restrict({ 'settings.gain.left': 5, 'settings[0].name': 'x', 'notes.deep': null })
  subjects.restrict({ 'settings.gain': gte(2), 'settings.on': ne(true), 'notes.kind': oneOf(['a', 1, null]) })
  // @ts-expect-error: no attribute of JSON
  subjects.restrict({ 'subject.gain': 5 })
  // @ts-expect-error: misspelt
  subjects.restrict({ 'setings.gain': 5 })
  // @ts-expect-error: members are compared with text, numbers and truth values
  subjects.restrict({ 'settings.gain': { left: 5 } })
  // @ts-expect-error: no date in JSON
  subjects.restrict({ 'settings.gain': gt(new Date()) })
  // @ts-expect-error: no JSON here
  db(Session).restrict({ 'settings.gain': 5 })
})

test('and, or and not know the attributes of what they restrict', () => {
  subjects.restrict(and({ sex: 'F' }, or({ litter: gt(2) }, { born: null }), not({ subject: 'm1' })))
  subjects.restrict(not([{ sex: 'F' }, Session]))
  subjects.exclude(and(db(Session).restrict({ session: 1 }), sql`litter > ${2}`))
  // @ts-expect-error: misspelt
  subjects.restrict(and({ sxe: 'F' }))
  // @ts-expect-error: misspelt inside
  subjects.restrict(and({ sex: 'F' }, not({ subjet: 'm1' })))
  // @ts-expect-error: not one of the enum
  subjects.restrict(or({ sex: 'X' }))
  const young: Restriction<Row<typeof Subject>> = or({ litter: lt(3) }, { born: gt('2024-01-01') })
  subjects.restrict(and(young, { sex: 'F' }))
  // @ts-expect-error: for the rows of another table
  db(Session).restrict(young)
})

test('sql binds values, and its attributes have to be there', () => {
  subjects.restrict(sql`${attribute('weight')} > ${5} and ${attribute('born')} < ${new Date()}`)
  subjects.restrict(sql`weight > ${20.5} or subject in (${'m1'}, ${null}, ${5n}, ${true}, ${new Uint8Array(1)})`)
  const heavy = sql`${attribute('weight')} > ${20}`
  subjects.restrict(sql`not (${heavy})`)
  // @ts-expect-error: misspelt
  subjects.restrict(sql`${attribute('wieght')} > ${5}`)
  // @ts-expect-error: of another table, inside
  db(Session).restrict(sql`not (${heavy})`)
  // @ts-expect-error: a text with values pasted in
  sql('weight > 5')
  // @ts-expect-error: a list cannot be bound
  void sql`weight in (${[1, 2]})`
  // @ts-expect-error: a computed attribute has no name here
  void sql`${json('settings', 'gain', 'float64')} > 5`
})

test('a universal set and options of matching restrict as well', () => {
  subjects.restrict(universalSet('anything'))
  subjects.restrict(Session, { matching: 'names' }).exclude(subjects.project(), { matching: 'strict' })
  // @ts-expect-error: no such matching
  subjects.restrict(Session, { matching: 'name' })
})

test('what remains of a table is the relation of a table still', () => {
  const some = subjects
    .restrict({ sex: 'F' })
    .exclude({ litter: 1 })
    .top({ order: ['born desc'], limit: 3 })
  expectTypeOf(some).toEqualTypeOf(subjects)
  void some.planDelete()
  // @ts-expect-error: misspelt
  subjects.top({ order: ['bron'] })
})

test('in an element, attributes are known although the upstream table is not', () => {
  function activate<Upstream extends AnyTable>(target: typeof schema, tables: { readonly Trial: Upstream }) {
    const Event = target.manual('Event', tables, '-> Trial\nevent : int16\n---\nkind : varchar(8)\nat_time : float64')
    const late = (on: Database) => on(Event).restrict(sql`at_time > ${5}`)
    return { Event, late }
  }
  const { Event, late } = activate(schema, { Trial: Session })
  expectTypeOf(late(db)).toEqualTypeOf(db(Event))
  db(Event).restrict({ subject: 'm1', event: gt(3), kind: like('a%') })
})
