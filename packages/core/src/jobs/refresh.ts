import type { Database } from '../query/database.ts'
import { keySource } from '../query/key-source.ts'
import type { AnyTable } from '../query/table.ts'
import type { Condition } from '../relation/condition.ts'
import { project } from '../relation/project.ts'
import { restrict } from '../relation/restrict.ts'
import { tableNode } from '../relation/table.ts'
import { all, olderThan, statusIs } from './job-conditions.ts'
import { persist } from './persist.ts'
import type { RefreshOptions, RefreshResult } from './queue.ts'
import { now, pending, type QueueRows } from './queue-rows.ts'

/** Brings the jobs of a table in line with its key source and its rows. */
export async function refreshJobs(
  db: Database,
  table: AnyTable,
  rows: QueueRows,
  options: RefreshOptions,
): Promise<RefreshResult> {
  const { delaySeconds = 0, priority = 5, staleSeconds = 3600, orphanSeconds, signal } = options
  const { connection } = rows.context
  const source = keySource(db, table)
  const wanted = options.restriction === undefined ? source : source.restrict(options.restriction)
  const notMade = not(rows.isIn(tableNode(table.declaration)))

  // one whose row was deleted is inserted anew below
  const done = statusIs('success')
  const again = await rows.remove(all([done, rows.isIn(wanted.node), notMade]), done, signal)

  // of what is done or failed nothing is left; what waits may have been prepared for keys to come
  const finished = all([statusIs('success', 'error'), notMade])
  const old = all([not(statusIs('ignore')), olderThan('created_time', staleSeconds, connection.dialect)])
  const stale: Condition = staleSeconds > 0 ? { kind: 'or', conditions: [finished, old] } : finished
  const removed = await rows.remove(all([stale, not(rows.isIn(source.node))]), not(statusIs('ignore')), signal)

  const orphans = (seconds: number): Promise<number> =>
    persist(() =>
      rows.update(
        connection,
        { ...pending, created_time: now, scheduled_time: now, priority: BigInt(priority) },
        all([statusIs('reserved'), olderThan('reserved_time', seconds, connection.dialect)]),
        signal,
      ),
    )
  const orphaned = orphanSeconds === undefined ? 0 : await orphans(orphanSeconds)

  const missing = restrict(project(wanted.node, {}), notMade)
  const added = await rows.enqueue(missing, { status: 'pending', priority, delaySeconds }, signal)
  const rePended = Math.min(again, added)
  return { added: added - rePended, removed, orphaned, rePended }
}

const not = (condition: Condition): Condition => ({ kind: 'not', condition })
