import { jobErrorOf } from '../jobs/job-error.ts'
import { openLease } from '../jobs/lease.ts'
import { openJobQueue } from '../jobs/open-queue.ts'
import type { Claim, JobQueue, Lease } from '../jobs/queue.ts'
import { toStored } from '../attribute/to-stored.ts'
import { contextOf, type Database } from '../query/database.ts'
import { valueIn } from '../query/given-row.ts'
import { codeOf } from '../errors.ts'
import { findPresent } from '../query/insert/present.ts'
import type { Restriction } from '../query/expression/restriction.ts'
import type { AnyTable } from '../query/table.ts'
import { identify, type Tuple } from '../query/tuple.ts'
import { isFinal, KeyAbandonedError } from './errors.ts'
import { type AnyPopulateOptions, retryAfter } from './options.ts'
import { isTrouble } from './patience.ts'
import { Retries } from './retries.ts'
import type { Attempt, Supply } from './supply.ts'

/** As much work is claimed at once as takes this long: more would lie with one worker while others have none. */
const AHEAD_SECONDS = 0.25
const MOST_AT_ONCE = 100
/** After how long without a heartbeat others may take a key over, where nobody says. */
export const LEASE_SECONDS = 60
/** So many workers may end with a key before it is given up: most do through no fault of its. */
const MOST_DEATHS = 10

interface QueueAttempt extends Attempt {
  readonly claim: Claim
  readonly begun: number
}

export interface QueueOptions extends AnyPopulateOptions {
  readonly signal: AbortSignal
  /** Is told of a key that was claimed and turned out to be made already. */
  readonly onPresent: (key: object) => void
}

/** Keys that are claimed from the table's queue of jobs, some at a time. */
export async function queueSupply(db: Database, table: AnyTable, options: QueueOptions): Promise<Supply<QueueAttempt>> {
  const lease = openLease(db)
  try {
    const queue = await openJobQueue(db, table, { lease })
    const supply = new QueueSupply({ db, table, queue, lease, options })
    if (options.refresh !== false && options.refresh !== 'when-empty') await supply.refresh()
    return supply
  } catch (error) {
    await lease.stop()
    throw error
  }
}

interface Parts {
  readonly db: Database
  readonly table: AnyTable
  readonly queue: JobQueue
  readonly options: QueueOptions
  readonly lease: Lease
}

class QueueSupply implements Supply<QueueAttempt> {
  readonly keys = null
  readonly #parts: Parts
  readonly #claimed: Claim[] = []
  readonly #retries = new Retries<null>()
  #left: number
  #claiming: Promise<boolean> | null = null
  /** How many were claimed at once, and how long a key took of late. */
  #batch: number
  #seconds: number | null = null
  #refreshed: boolean

  constructor(parts: Parts) {
    this.#parts = parts
    const { limit = Infinity, concurrency = 1, batch, refresh } = parts.options
    this.#left = limit
    this.#batch = batch ?? concurrency
    this.#refreshed = refresh !== 'when-empty'
  }

  async refresh(): Promise<void> {
    const { restriction, signal } = this.#parts.options
    // it was typed for the key where populate was called
    const chosen = restriction === undefined ? {} : { restriction: restriction as Restriction<object> }
    await this.#parts.queue.refresh({ ...chosen, signal })
  }

  async next(): Promise<QueueAttempt | null> {
    const { signal } = this.#parts.options
    for (;;) {
      signal.throwIfAborted()
      const claim = this.#claimed.shift()
      if (claim && !claim.lost.aborted) {
        const complete: QueueAttempt['complete'] = (transaction, seconds) =>
          this.#parts.queue.complete(transaction, claim, { seconds })
        const { key, attempt } = claim
        const signals = this.#isAbandoned(claim)
          ? [AbortSignal.abort(new KeyAbandonedError(this.#parts.table.typeName, key, attempt - 1))]
          : [claim.lost]
        return { key, number: attempt, signals, complete, claim, begun: performance.now() }
      }
      if (claim) continue
      if (this.#left <= 0) return null
      this.#claiming ??= this.#claim().finally(() => (this.#claiming = null))
      if (await this.#claiming) continue
      if (this.#retries.empty) return null
      await this.#retries.wait(signal)
    }
  }

  /** One that ends its workers would end all there are, one after another. */
  #isAbandoned({ attempt }: Claim): boolean {
    const { retry } = this.#parts.options
    return attempt > (retry?.attempts ?? 1) + MOST_DEATHS
  }

  async made(attempt: QueueAttempt): Promise<void> {
    this.#took(attempt)
  }

  async present({ claim }: QueueAttempt): Promise<void> {
    await this.#parts.queue.settle(claim)
  }

  async failed(attempt: QueueAttempt, error: unknown): Promise<number | null> {
    this.#took(attempt)
    const afterSeconds = isFinal(error) ? null : retryAfter(this.#parts.options.retry, attempt.number)
    const retry = afterSeconds === null ? null : { afterSeconds }
    await this.#parts.queue.fail(attempt.claim, jobErrorOf(error), retry)
    // its time is told in milliseconds, by the server's clock
    if (afterSeconds !== null) this.#retries.add(null, afterSeconds + 0.01)
    return afterSeconds
  }

  async released({ claim }: QueueAttempt): Promise<void> {
    await this.#release([claim])
  }

  async unknown({ claim }: QueueAttempt): Promise<void> {
    await this.#unlessAway(() => this.#parts.queue.unknown(claim))
  }

  async close(): Promise<void> {
    try {
      // what is claimed meanwhile is ours too
      await this.#claiming?.catch(() => {})
      await this.#release(this.#claimed.splice(0))
    } finally {
      await this.#parts.lease.stop()
    }
  }

  /** Those of a database that cannot be reached expire by themselves. */
  async #release(claims: readonly Claim[]): Promise<void> {
    if (claims.length > 0) await this.#unlessAway(() => this.#parts.queue.release(claims))
  }

  async #unlessAway(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!isTrouble(error) && codeOf(error) !== 'commit-outcome-unknown') throw error
    }
  }

  /** Whether there was anything to claim. */
  async #claim(): Promise<boolean> {
    // one claim does for all
    this.#retries.dropDue()
    const claims = await this.#take()
    if (claims.length > 0) return true
    if (this.#refreshed) return false
    this.#refreshed = true
    await this.refresh()
    return (await this.#take()).length > 0
  }

  async #take(): Promise<readonly Claim[]> {
    const { queue, options } = this.#parts
    const { restriction, maxPriority, order = 'priority', leaseSeconds = LEASE_SECONDS, signal } = options
    this.#batch = this.#next()
    const claims = await queue.claim({
      limit: Math.min(this.#batch, this.#left),
      order,
      leaseSeconds,
      ...(restriction !== undefined && { restriction: restriction as Restriction<object> }),
      ...(maxPriority !== undefined && { maxPriority }),
      signal,
    })
    try {
      const missing = await this.#settlePresent(claims)
      this.#claimed.push(...missing)
      this.#left -= missing.length
    } catch (error) {
      await this.#release(claims)
      throw error
    }
    return claims
  }

  /** How many to claim: as many as take a moment, and not at once many more than before. */
  #next(): number {
    const { batch, concurrency = 1 } = this.#parts.options
    if (batch !== undefined || this.#seconds === null) return this.#batch
    const wanted = Math.ceil((concurrency * AHEAD_SECONDS) / Math.max(this.#seconds, 1e-4))
    return Math.max(1, Math.min(wanted, 4 * this.#batch, MOST_AT_ONCE))
  }

  /** Ends the jobs of keys that are there: made without the queue, or by a commit whose answer was lost. */
  async #settlePresent(claims: readonly Claim[]): Promise<readonly Claim[]> {
    const { db, table, queue, options } = this.#parts
    const heading = table.declaration.heading.filter(({ inKey }) => inKey)
    const tuples = claims.map(({ key }): Tuple =>
      heading.flatMap(({ name, type }) => toStored({ name, type, nullable: false }, valueIn(key, name)) ?? []),
    )
    const { connection } = contextOf(db)
    const names = heading.map(({ name }) => name)
    const present = await findPresent(connection, table.declaration, names, tuples)
    const missing: Claim[] = []
    for (const [index, claim] of claims.entries()) {
      if (!present.has(identify(tuples[index] ?? []))) missing.push(claim)
      else {
        await queue.settle(claim)
        options.onPresent(claim.key)
      }
    }
    return missing
  }

  #took({ begun }: QueueAttempt): void {
    const seconds = (performance.now() - begun) / 1000
    this.#seconds = this.#seconds === null ? seconds : 0.8 * this.#seconds + 0.2 * seconds
  }
}
