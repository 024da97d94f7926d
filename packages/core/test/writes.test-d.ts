import { expectTypeOf, test } from 'vitest'
import { csv, type Database, type Deleted, type DeletePlan, defineSchema, type UpdatedRow } from '../src/index.ts'

declare const db: Database
const schema = defineSchema('lab')
const Subject = schema.manual('Subject', {}, 'subject : varchar(8)\n---\nweight = null : float32\nborn : date')
const Session = schema.manual('Session', { Subject }, '-> Subject\nsession : int64\n---\nnote = "" : varchar(64)')

test('rows come from lists, iterables, async iterables, CSV and relations', () => {
  const row = { subject: 'm1', session: 1n }
  void db(Session).insert([row, { ...row, session: 2 }], { replace: true, onProgress: (rows: number) => void rows })
  void db(Session).insert(new Set([row]))
  void db(Session).insert(
    (function* () {
      yield row
    })(),
  )
  void db(Session).insert(
    (async function* () {
      yield row
    })(),
  )
  void db(Session).insert(csv({ path: 'sessions.csv' }))
  void db(Session).insert(csv({ text: 'subject,session' }, { separator: ';' }))
  void db(Session).insert(db(Session).restrict({ session: 1 }))
  void db(Session).insert(Session)
  async function* notes() {
    yield { note: 'x' }
  }
  // @ts-expect-error -- what the generator gives has no key
  void db(Session).insert(notes())
  // @ts-expect-error -- neither a file nor a text
  csv('sessions.csv')
  expectTypeOf(db(Session).insert([row])).resolves.toEqualTypeOf<number>()
})

test('an update has the whole key, and any of the rest', () => {
  expectTypeOf<UpdatedRow<typeof Session>>().toEqualTypeOf<{
    subject: string
    session: bigint | number
    note?: string
  }>()
  expectTypeOf(db(Subject).update1({ subject: 'm1', weight: null })).resolves.toEqualTypeOf<boolean>()
  void db(Session).update1({ subject: 'm1', session: 1, note: 'x' })
  // @ts-expect-error -- half a key
  void db(Session).update1({ subject: 'm1', note: 'x' })
  // @ts-expect-error -- misspelt
  void db(Session).update1({ subject: 'm1', session: 1, noote: 'x' })
  // @ts-expect-error -- not nullable
  void db(Subject).update1({ subject: 'm1', born: null })
  // @ts-expect-error -- no number
  void db(Subject).update1({ subject: 'm1', weight: '1' })
})

test('a delete gives what it took, and a plan what it would', async () => {
  const plan = await db(Subject).planDelete({ parts: 'ignore' })
  expectTypeOf(plan).toEqualTypeOf<DeletePlan>()
  expectTypeOf(await db(Subject).top({ limit: 1 }).delete(plan)).toEqualTypeOf<Deleted>()
  // @ts-expect-error -- no way to treat parts
  void db(Subject).delete(undefined, { parts: 'maybe' })
})
