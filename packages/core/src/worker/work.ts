import { pause } from '../driver/abort.ts'
import { openLease } from '../jobs/lease.ts'
import { openJobQueue } from '../jobs/open-queue.ts'
import type { PopulateEvent } from '../populate/event.ts'
import { isTrouble } from '../populate/patience.ts'
import { type FailedKey, populate } from '../populate/populate.ts'
import { LEASE_SECONDS } from '../populate/queue-supply.ts'
import type { Database } from '../query/database.ts'
import { codeOf } from '../errors.ts'
import type { AnyTable } from '../query/table.ts'
import type { PlainWorkerOptions } from './worker-options.ts'

/** Waits between looks at queues that have nothing to do, at first and at most. */
const SHORTEST_SECONDS = 0.1
const LONGEST_SECONDS = 5
/** How long a database that cannot be reached is waited for. */
const PATIENCE_SECONDS = 600
const KEPT_FAILURES = 1000

/** What became of the keys of all tables. */
export interface WorkResult {
  readonly made: number
  readonly skipped: number
  readonly failures: number
  /** The first of them, 1,000 at most. */
  readonly failed: readonly (FailedKey & { readonly table: string })[]
}

export type WorkEvent = PopulateEvent | Waiting

interface Waiting {
  readonly kind: 'waiting'
  readonly for: 'keys' | 'database'
  readonly seconds: number
}

interface Work {
  readonly db: Database
  /** Each after those that it is made from. */
  readonly tables: readonly AnyTable[]
  readonly options: PlainWorkerOptions
  readonly signal: AbortSignal
  readonly onEvent: (event: WorkEvent) => void
}

/**
 * Populates tables from their queues, again and again, until nothing is left in them: neither keys that are due or will
 * soon be, nor keys that another worker holds, which may die.
 */
export async function work(parts: Work): Promise<WorkResult> {
  const { db, options, signal, onEvent } = parts
  const { leaseSeconds = LEASE_SECONDS, maxWaitSeconds = 2 * leaseSeconds, watch = false } = options
  // held from here on, so that not every table starts a thread
  await using lease = openLease(db)
  void lease
  const total = { made: 0, skipped: 0, failures: 0, failed: [] as (FailedKey & { table: string })[] }
  let [idle, troubled] = [0, 0]
  const wait = async (reason: Waiting['for'], seconds: number): Promise<void> => {
    onEvent({ kind: 'waiting', for: reason, seconds })
    await pause(1000 * seconds, signal)
  }
  for (;;) {
    try {
      const begun = await pass(parts, total)
      troubled = 0
      if (begun > 0) {
        idle = 0
        continue
      }
      const due = await nextDue(parts)
      if (!watch && (due === null || due > maxWaitSeconds)) return total
      // what others hold may come to its end at any time
      const longest = Math.min(LONGEST_SECONDS, SHORTEST_SECONDS * 2 ** idle)
      await wait('keys', Math.max(SHORTEST_SECONDS, Math.min(due ?? longest, longest)))
      idle += 1
    } catch (error) {
      signal.throwIfAborted()
      const lost = isTrouble(error) || codeOf(error) === 'commit-outcome-unknown'
      if (!lost || troubled > PATIENCE_SECONDS) throw error
      const seconds = Math.min(LONGEST_SECONDS, Math.max(SHORTEST_SECONDS, troubled))
      troubled += seconds
      await wait('database', seconds * (0.5 + Math.random()))
    }
  }
}

interface Total {
  made: number
  skipped: number
  failures: number
  readonly failed: (FailedKey & { readonly table: string })[]
}

/** Populates every table once, and tells how many keys were begun. */
async function pass({ db, tables, options, signal, onEvent }: Work, total: Total): Promise<number> {
  const { export: _, tables: _1, watch: _2, maxWaitSeconds: _3, ...plain } = options
  let begun = 0
  for (const table of tables) {
    const { typeName } = table
    // told as they come, also where the database is lost before the end
    const count = (event: PopulateEvent): void => {
      if (event.kind === 'planned') return
      if (event.kind === 'started') begun += 1
      if (event.kind === 'made') total.made += 1
      if (event.kind === 'skipped') total.skipped += 1
      if (event.kind === 'failed') {
        total.failures += 1
        if (total.failed.length < KEPT_FAILURES)
          total.failed.push({ table: typeName, key: event.key, error: event.error })
      }
      onEvent(event)
    }
    await populate(db, table, {
      ...plain,
      reserve: true,
      refresh: 'when-empty',
      onError: 'continue',
      signal,
      onEvent: count,
    })
  }
  return begun
}

/** In how many seconds the first key of any table is due, or the lease of one that another worker holds has run out. */
async function nextDue({ db, tables, options: { maxPriority } }: Work): Promise<number | null> {
  let first: number | null = null
  for (const table of tables) {
    const queue = await openJobQueue(db, table)
    const due = await queue.nextDue(maxPriority === undefined ? {} : { maxPriority })
    if (due !== null) first = Math.min(due, first ?? due)
  }
  return first
}
