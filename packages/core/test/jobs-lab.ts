import type { TestDatabase } from './databases.ts'
import { contextOf, type Database } from '../src/query/database.ts'
import { defineSchema, type Restriction } from '../src/index.ts'

export const sessionDefinition = `
  subject : varchar(8)
  session : int16
  ---
  good = 1 : bool
`

export interface JobsLabOptions {
  /** How many sessions there are. */
  readonly sessions?: number
  readonly compat?: 'python-0.14'
}

/** A table to be computed for each of some sessions, on a database of its own. */
export async function jobsLab(database: TestDatabase, { sessions = 4, compat }: JobsLabOptions = {}) {
  const lab = defineSchema(`${database.prefix()}jobs`, compat ? { compat } : {})
  const Session = lab.manual('Session', {}, sessionDefinition)
  const Stat = lab.computed(
    'Stat',
    { Session },
    `
    -> Session
    ---
    mean : float64
  `,
    { fetch: (key) => key, compute: () => ({ row: { mean: 1 } }) },
  )
  const pipeline = await database.pipeline([lab])
  const { db } = pipeline
  await db(Session).insert(
    Array.from({ length: sessions }, (_, index) => ({
      subject: index % 2 === 0 ? 'm1' : 'm2',
      session: index,
      good: index % 3 !== 2,
    })),
  )
  return { lab, Session, Stat, db, [Symbol.asyncDispose]: () => pipeline[Symbol.asyncDispose]() }
}

/** A restriction of keys whose names the compiler does not know. */
export const keysWith = (restriction: Restriction<Record<string, unknown>>): Restriction<object> =>
  restriction as Restriction<object>

/** What a table of the database holds, hidden or not. */
export async function rowsOf(
  db: Database,
  table: { schema: string; table: string },
  columns: string,
  order = '1',
  where = '1 = 1',
): Promise<unknown[][]> {
  const { connection } = contextOf(db)
  const name =
    connection.dialect.name === 'sqlite' ? `"${table.schema}.${table.table}"` : `\`${table.schema}\`.\`${table.table}\``
  const rows = await connection.query({
    sql: `SELECT ${columns} FROM ${name} WHERE ${where} ORDER BY ${order}`,
    parameters: [],
  })
  return rows.map((row) => [...row])
}
