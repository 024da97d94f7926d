import { expectTypeOf, test } from 'vitest'
import {
  type AnyTable,
  type Database,
  declare as declareTables,
  type DeclarePlan,
  defineSchema,
  describe,
  drop,
  type DropPlan,
  type Heading,
  planDeclare,
  planDrop,
  type Preview,
  readTables,
} from '../src/index.ts'

declare const db: Database
const schema = defineSchema('lab')
const Subject = schema.manual('Subject', {}, 'subject : varchar(8)\n---\nweight = null : float32')
const Session = schema.manual('Session', { Subject }, '-> Subject\nsession : int16')

test('a relation tells how many rows, whether any, its heading and a preview', () => {
  expectTypeOf(db(Subject).count()).resolves.toEqualTypeOf<number>()
  expectTypeOf(db(Subject).exists({ signal: AbortSignal.timeout(5) })).resolves.toEqualTypeOf<boolean>()
  expectTypeOf(db(Subject).preview({ limit: 3 })).resolves.toEqualTypeOf<Preview>()
  expectTypeOf(db(Subject).heading).toEqualTypeOf<Heading>()
})

test('the key of any table tells the rows that belong to it', async () => {
  const [key] = await db(Session).keys()
  if (key) expectTypeOf(db(Subject).forKey(key)).toEqualTypeOf(db(Subject))
  // @ts-expect-error: no key
  db(Subject).forKey('m1')
})

test('a transaction gives what its work gives, and may be in another', async () => {
  const sum = await db.transaction(
    async (outer) => {
      expectTypeOf(outer).toEqualTypeOf<Database>()
      return (await outer.transaction(async (inner) => inner(Subject).count())) + 1
    },
    { retries: 3 },
  )
  expectTypeOf(sum).toEqualTypeOf<number>()
  // @ts-expect-error: a number of times
  void db.transaction(async () => 1, { retries: true })
})

test('options of an insert are known', () => {
  const row = { subject: 'm1' }
  void db(Subject).insert([row], { skipDuplicates: true, ignoreExtra: true, allowDirectInsert: true })
  expectTypeOf(db(Subject).insert1(row, { replace: true })).resolves.toEqualTypeOf<void>()
  // @ts-expect-error: misspelt
  void db(Subject).insert([row], { skipDuplicate: true })
  // @ts-expect-error: the attributes of another table
  void db(Subject).insert1({ session: 1 })
})

test('tables are declared and dropped by plans', async () => {
  const creation = await planDeclare(db, [schema])
  expectTypeOf(creation).toEqualTypeOf<DeclarePlan>()
  expectTypeOf(declareTables(db, creation)).resolves.toEqualTypeOf<void>()
  const removal = await planDrop(db, [Subject, schema], { parts: 'alone' })
  expectTypeOf(removal).toEqualTypeOf<DropPlan>()
  expectTypeOf(drop(db, removal)).resolves.toEqualTypeOf<void>()
  // @ts-expect-error: nothing is dropped without a plan
  void drop(db, [Subject])
  // @ts-expect-error: a table is no schema
  void planDeclare(db, [Subject])
})

test('tables that only the database knows have rows of unknown attributes', async () => {
  const [table] = await readTables(db, ['lab'])
  if (!table) return
  expectTypeOf(table).toExtend<AnyTable>()
  expectTypeOf(describe(table)).toEqualTypeOf<string>()
  const row = await db(table).restrict({ anything: 1 }).fetch1()
  expectTypeOf(row['anything']).toEqualTypeOf<unknown>()
})
