import { queueName, reservationsTable } from '../jobs/job-table.ts'
import { type JobCounts, jobsOf } from '../jobs/jobs.ts'
import { checkOptions, fromCaller } from '../query/call.ts'
import { countRows } from '../query/fetch/count-rows.ts'
import { contextOf, type Database } from '../query/database.ts'
import { inDatabase } from '../query/in-database.ts'
import { keySource } from '../query/key-source.ts'
import type { Restriction } from '../query/expression/restriction.ts'
import type { AnyTable, Key } from '../query/table.ts'
import { missingKeys } from './missing-keys.ts'
import { makeOf } from './plan.ts'

/** How far a table is. */
export interface Progress {
  /** How many keys the table is to have. */
  readonly total: number
  /** How many of them it does not have yet. */
  readonly remaining: number
  /** How many jobs its queue has of each status, whatever the restriction; `null` where nobody has made a queue. */
  readonly byStatus: JobCounts | null
}

/** Which keys are counted. */
export interface ProgressOptions<T extends AnyTable> {
  readonly restriction?: Restriction<Key<T>>
  readonly signal?: AbortSignal
}

/** How many keys a table is to have, and how many it does not have yet: each key counts once, whatever its values. */
export async function progressOf<T extends AnyTable>(
  db: Database,
  table: T,
  options: ProgressOptions<T> = {},
): Promise<Progress> {
  return fromCaller(progressOf, async () => {
    checkOptions('progressOf()', options, ['restriction', 'signal'])
    makeOf('progressOf()', table)
    const { restriction, signal } = options
    const source = keySource(db, table)
    // a key source has the attributes of the key, for which the restriction was written
    const wanted = restriction === undefined ? source : source.restrict(restriction as Restriction<object>)
    const context = contextOf(db)
    return {
      total: await countRows(context, wanted.project().node, signal),
      remaining: await countRows(context, missingKeys(db, table, restriction).node, signal),
      byStatus: (await hasQueue(db, table)) ? await jobsOf(db, table).progress() : null,
    }
  })
}

/** To look is not to make one. */
async function hasQueue(db: Database, table: AnyTable): Promise<boolean> {
  const context = contextOf(db)
  const { name, generation } = inDatabase(context, table).declaration
  const jobs = generation === '0.14' ? reservationsTable(name.schema).name : queueName(name)
  const { connection } = context
  return (await connection.query(connection.dialect.jobs.findTable(jobs))).length > 0
}
