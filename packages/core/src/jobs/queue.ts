import type { Connection } from '../connection/connection.ts'
import type { Restriction } from '../query/expression/restriction.ts'

/** The words of the database for where a job stands; `~jobs` of 0.14 knows `reserved`, `error` and `ignore` alone. */
export type JobStatus = 'pending' | 'reserved' | 'success' | 'error' | 'ignore'

/** In which order keys are claimed. `priority`, the default: lowest number first, then the longest due. */
export type JobOrder = 'priority' | 'key' | 'reverse' | 'random'

/** Which keys a refresh looks at, and what it makes of them. */
export interface RefreshOptions {
  /** Only keys that satisfy it; those that are stale or orphaned are then looked for among these alone. */
  readonly restriction?: Restriction<object>
  /** In how many seconds new jobs are due; 0 where it is left out. */
  readonly delaySeconds?: number
  /** That of new jobs, from -128 to 127, the lowest first; 5 where it is left out. */
  readonly priority?: number
  /** Jobs that are older and whose key left the key source are removed; 3600 where it is left out, 0 for never. */
  readonly staleSeconds?: number
  /** Reservations that are older become pending, whoever holds them; never where it is left out. */
  readonly orphanSeconds?: number
  readonly signal?: AbortSignal
}

/** How many jobs a refresh changed. */
export interface RefreshResult {
  readonly added: number
  readonly removed: number
  readonly orphaned: number
  readonly rePended: number
}

/** Which keys are claimed, and for how long. */
export interface ClaimOptions {
  readonly limit: number
  readonly restriction?: Restriction<object>
  /** Only jobs of this priority or a lower number. */
  readonly maxPriority?: number
  readonly order?: JobOrder
  /** After how long without a heartbeat others may take the keys over. */
  readonly leaseSeconds: number
  readonly signal?: AbortSignal
}

/** A key that is reserved for us, for as long as our lease is renewed. */
export interface Claim {
  /** Frozen; it knows its lineage, so that `forKey` takes it. */
  readonly key: object
  /** Tells this reservation from every other one of the key, earlier and later. */
  readonly token: string
  /** 1 for the first time that the key is tried. */
  readonly attempt: number
  /** Aborts with `lease-lost` when a heartbeat found that the reservation is not ours any more. */
  readonly lost: AbortSignal
}

/** What a failed make left for people to read. */
export interface JobError {
  readonly message: string
  readonly stack: string
  readonly code: string | null
}

/** The queue of one table's keys in the database. Open it with `openJobQueue`. */
export interface JobQueue {
  /**
   * Brings the jobs in line with the key source and the table: a fixed number of statements, whatever the number of keys.
   * Several workers may do it at once. Does nothing in 0.14's format, whose table holds no pending keys.
   */
  refresh(options?: RefreshOptions): Promise<RefreshResult>
  /** Reserves keys that nobody else has; expired leases of ours are taken over here. None when nothing is due. */
  claim(options: ClaimOptions): Promise<readonly Claim[]>
  /**
   * The first statement of the transaction that inserts what was made: proves that the claim is still ours and ends the job.
   *
   * @throws LeaseLostError `lease-lost` unless exactly one row matched
   */
  complete(transaction: Connection, claim: Claim, made: { readonly seconds: number }): Promise<void>
  /**
   * The make of a claimed key failed: the job becomes an error, or with `retry` pending again, due so much later. Returns
   * false where the claim was not ours any more, and nothing was changed.
   */
  fail(claim: Claim, error: JobError, retry: { readonly afterSeconds: number } | null): Promise<boolean>
  /** Not begun, or cancelled: pending again at once, the attempt not counted. Those that are not ours any more are left. */
  release(claims: readonly Claim[]): Promise<void>
  /** Nobody knows whether the transaction that completed it was committed: it is found out, now or when it is claimed again. */
  unknown(claim: Claim): Promise<void>
  /** The row is there already, made by another or by a commit whose answer was lost: ends the job if it still is ours. */
  settle(claim: Claim): Promise<void>
  /** Seconds until the next pending job is due or a lease of ours expires, 0 for at once; `null` where there is neither. */
  nextDue(options?: Pick<ClaimOptions, 'restriction' | 'maxPriority'>): Promise<number | null>
}

/**
 * Renews the reservations of claims from a thread with a connection of its own, so that a make that keeps the main thread
 * busy does not lose them. One per process and database: open it with `openLease`, and pass it to `openJobQueue`, which
 * holds what it claims and drops what has ended.
 */
export interface Lease {
  /** Ends the thread, and waits until it has ended. What is held then expires. */
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
