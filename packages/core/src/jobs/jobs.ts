import { checkOptions, checkTable, fromCaller, show } from '../query/call.ts'
import type { Database } from '../query/database.ts'
import type { Restriction } from '../query/expression/restriction.ts'
import type { AnyTable, Key } from '../query/table.ts'
import { InvalidCallError } from '../query/errors.ts'
import { openJobs } from './open-queue.ts'
import type { JobStatus, RefreshOptions, RefreshResult } from './queue.ts'

/** One job as it is shown to people. What its kind of job table has no room for is `null`. */
export interface Job<T extends AnyTable = AnyTable> {
  readonly key: Key<T>
  readonly status: JobStatus
  readonly priority: number | null
  /** In the time zone of the server, as all clients write them. */
  readonly created: string | null
  readonly scheduled: string | null
  /** When it was reserved, or its lease renewed. */
  readonly reserved: string | null
  readonly completed: string | null
  /** How long the make took, in seconds. */
  readonly duration: number | null
  readonly message: string
  readonly stack: string | null
  readonly user: string
  readonly host: string
  readonly pid: number
  /** Of what holds it, or tried it last: ours begins with `neurojoint/`. */
  readonly version: string
  /** How often workers of ours tried it. */
  readonly attempts: number
}

/** How many jobs there are of each status, and in all. */
export type JobCounts = Readonly<Record<JobStatus | 'total', number>>

/** Which jobs are listed. */
export interface ListOptions<T extends AnyTable> {
  readonly restriction?: Restriction<Key<T>>
  readonly status?: JobStatus | readonly JobStatus[]
  /** The most jobs, 1000 where it is left out; those with the most recent changes come first. */
  readonly limit?: number
  readonly signal?: AbortSignal
}

/** What the functions for people do, in either kind of job table. */
export interface JobDesk {
  refresh(options?: RefreshOptions): Promise<RefreshResult>
  ignore(restriction: Restriction<object>): Promise<number>
  clear(restriction: Restriction<object> | null, statuses: readonly JobStatus[]): Promise<number>
  retry(restriction: Restriction<object> | null): Promise<number>
  takeOver(restriction: Restriction<object>): Promise<number>
  counts(): Promise<ReadonlyMap<JobStatus, number>>
  list(options: {
    readonly restriction: Restriction<object> | null
    readonly statuses: readonly JobStatus[]
    readonly limit: number
    readonly signal: AbortSignal | undefined
  }): Promise<readonly Job[]>
}

/** The jobs of one table, for people. Each function gives how many jobs it changed. */
export interface Jobs<T extends AnyTable = AnyTable> {
  /** Adds jobs for keys that are missing, and removes those that are of no use any more. */
  refresh(options?: RefreshOptions): Promise<RefreshResult>
  /** Keeps keys from being made, until they are cleared: keys, or what they must satisfy. */
  ignore(restriction: Restriction<Key<T>>): Promise<number>
  /** Removes jobs of one status, or all that nobody holds; a refresh adds those whose keys are still missing. */
  clear(restriction?: Restriction<Key<T>>, status?: JobStatus): Promise<number>
  /** Has keys that failed tried again. */
  retry(restriction?: Restriction<Key<T>>): Promise<number>
  /**
   * Frees keys that somebody holds. For workers that are known to be dead and have no lease: those of Python, and all in
   * a schema of DataJoint 0.14. One of ours that goes on meanwhile commits nothing.
   */
  takeOver(restriction: Restriction<Key<T>>): Promise<number>
  progress(): Promise<JobCounts>
  list(options?: ListOptions<T>): Promise<readonly Job<T>[]>
}

const allStatuses: readonly JobStatus[] = ['pending', 'reserved', 'success', 'error', 'ignore']

/**
 * The jobs of a table, to look at and to put right.
 *
 * ```ts
 * const jobs = jobsOf(db, Recording)
 * for (const job of await jobs.list({ status: 'error' })) show(job.key, job.message)
 * await jobs.retry({ subject: 'm1' })
 * ```
 *
 * The job table is made where it is missing. @throws AccessDeniedError `access-denied` where a right for that is missing
 */
export function jobsOf<T extends AnyTable>(db: Database, table: T): Jobs<T> {
  checkTable('jobsOf()', table)
  let opened: Promise<JobDesk> | null = null
  const open = (): Promise<JobDesk> =>
    (opened ??= openJobs(db, table).catch((error: unknown) => {
      // what failed for a moment is tried again by the next call
      opened = null
      throw error
    }))
  // the keys of the jobs are those of the table, for which restrictions are written
  const plain = (restriction: Restriction<Key<T>>) => restriction as Restriction<object>
  const required = (call: string, restriction: Restriction<Key<T>> | undefined): Restriction<object> => {
    if (restriction !== undefined) return plain(restriction)
    throw new InvalidCallError(`${call} was given no keys. Say which, or [{}] for all.`)
  }
  const jobs: Jobs<T> = {
    refresh: (options = {}) =>
      fromCaller(jobs.refresh, async () => {
        checkRefresh(options)
        return (await open()).refresh(options)
      }),
    ignore: (restriction) =>
      fromCaller(jobs.ignore, async () => (await open()).ignore(required('ignore()', restriction))),
    clear: (restriction, status) =>
      fromCaller(jobs.clear, async () => {
        const statuses =
          status === undefined ? allStatuses.filter((one) => one !== 'reserved') : [requireStatus(status)]
        return (await open()).clear(restriction === undefined ? null : plain(restriction), statuses)
      }),
    retry: (restriction) =>
      fromCaller(jobs.retry, async () => (await open()).retry(restriction === undefined ? null : plain(restriction))),
    takeOver: (restriction) =>
      fromCaller(jobs.takeOver, async () => (await open()).takeOver(required('takeOver()', restriction))),
    progress: () =>
      fromCaller(jobs.progress, async () => {
        const counts = await (await open()).counts()
        const of = (status: JobStatus): number => counts.get(status) ?? 0
        return {
          pending: of('pending'),
          reserved: of('reserved'),
          success: of('success'),
          error: of('error'),
          ignore: of('ignore'),
          total: allStatuses.reduce((sum, status) => sum + of(status), 0),
        }
      }),
    list: (options = {}) =>
      fromCaller(jobs.list, async () => {
        checkOptions('list()', options, ['restriction', 'status', 'limit', 'signal'])
        const { restriction, status, limit = 1000, signal } = options
        const desk = await open()
        const listed = await desk.list({
          restriction: restriction === undefined ? null : plain(restriction),
          statuses: status === undefined ? allStatuses : [status].flat().map(requireStatus),
          limit,
          signal,
        })
        // the key of a job has the attributes of the table's key
        return listed as readonly Job<T>[]
      }),
  }
  return jobs
}

/** From JavaScript, options may be anything. */
function checkRefresh(options: RefreshOptions): void {
  const numbers = ['delaySeconds', 'staleSeconds', 'orphanSeconds', 'priority'] as const
  checkOptions('refresh()', options, ['restriction', ...numbers, 'signal'])
  for (const name of numbers) {
    const value: unknown = options[name]
    const [least, most] = name === 'priority' ? [-128, 127] : [name === 'delaySeconds' ? -Infinity : 0, Infinity]
    const fits = typeof value === 'number' && value >= least && value <= most && Math.abs(value) < 1e9
    if (value === undefined || (fits && (name !== 'priority' || Number.isInteger(value)))) continue
    throw new InvalidCallError(
      `refresh() was given ${name}: ${show(value)}. Give ${name === 'priority' ? 'an integer from -128 to 127' : 'a number of seconds'}.`,
    )
  }
}

function requireStatus(status: JobStatus): JobStatus {
  if (allStatuses.includes(status)) return status
  throw new InvalidCallError(
    `A job has no status '${status}'. There are ${allStatuses.map((one) => `'${one}'`).join(', ')}.`,
  )
}
