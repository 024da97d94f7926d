import { packBlob } from '../blob/blob.ts'
import type { Connection } from '../connection/connection.ts'
import { contextOf, type Database } from '../query/database.ts'
import type { AnyTable } from '../query/table.ts'
import type { Condition } from '../relation/condition.ts'
import { claimFirst, claimFound, type ClaimTask, lose } from './claim.ts'
import { LeaseLostError } from './errors.ts'
import { all, due, expired } from './job-conditions.ts'
import { keepMessage } from './job-error.ts'
import type { QueueTable } from './job-table.ts'
import type { LeaseHolder } from './lease.ts'
import { secondsUntilDue } from './next-due.ts'
import { persist } from './persist.ts'
import { type JobValues, now, pending, type QueueRows, queueRows } from './queue-rows.ts'
import type { Claim, ClaimOptions, JobError, JobOrder, JobQueue, RefreshOptions, RefreshResult } from './queue.ts'
import { refreshJobs } from './refresh.ts'
import { formatAttempts, longestLease } from './reservation.ts'

/** What a queue works with. */
export interface QueueParts {
  readonly db: Database
  readonly table: AnyTable
  readonly jobs: QueueTable
  readonly lease: LeaseHolder | null
  /** Jobs that are done stay, as `success`. */
  readonly keepCompleted: boolean
}

/** The jobs of one table in its `~~table`. */
export class TableQueue implements JobQueue {
  readonly #parts: QueueParts
  readonly #connection: Connection
  readonly #rows: QueueRows
  #lookedForExpired = -Infinity

  constructor(parts: QueueParts) {
    this.#parts = parts
    this.#connection = contextOf(parts.db).connection
    this.#rows = queueRows(parts.db, parts.table, parts.jobs)
  }

  refresh(options: RefreshOptions = {}): Promise<RefreshResult> {
    return refreshJobs(this.#parts.db, this.#parts.table, this.#rows, options)
  }

  async claim(options: ClaimOptions): Promise<readonly Claim[]> {
    const { limit, restriction, order = 'priority', leaseSeconds, signal } = options
    if (!(leaseSeconds > 0 && leaseSeconds <= longestLease)) {
      throw new RangeError(`A lease of ${leaseSeconds} s: give a number above 0, up to ${longestLease}.`)
    }
    const { dialect } = this.#connection
    const chosen = this.#chosen(options)
    const claims: Claim[] = []
    const taskOf = (condition: Condition): ClaimTask => ({
      condition: all([condition, ...chosen]),
      limit: limit - claims.length,
      leaseSeconds,
      signal,
    })
    const find = async (condition: Condition, by: JobOrder): Promise<void> => {
      for await (const some of claimFound(this.#rows, taskOf(condition), by)) claims.push(...some)
    }
    const takeOver = (): Promise<void> => {
      this.#lookedForExpired = performance.now()
      return find(expired(dialect), 'priority')
    }
    // a queue that is long must not keep those waiting that lost their worker
    const overdue = performance.now() - this.#lookedForExpired > leaseSeconds * 500
    try {
      if (overdue) await takeOver()
      const indexed = order === 'priority' && restriction === undefined
      if (claims.length < limit && indexed) claims.push(...(await claimFirst(this.#rows, taskOf(due(dialect)))))
      if (claims.length < limit && !indexed) await find(due(dialect), order)
      if (claims.length < limit && !overdue) await takeOver()
    } catch (error) {
      // others need not wait for the leases of what nobody will make here
      await this.release(claims).catch(() => {})
      throw error
    }
    this.#hold(claims)
    return claims
  }

  async complete(transaction: Connection, claim: Claim, { seconds: duration }: { readonly seconds: number }) {
    this.#parts.lease?.finish(claim)
    if ((await this.#end(transaction, claim, duration)) !== 1) {
      throw new LeaseLostError(this.#parts.table.typeName, claim.key)
    }
  }

  async fail(claim: Claim, error: JobError, retry: { readonly afterSeconds: number } | null): Promise<boolean> {
    this.#parts.lease?.drop([claim])
    const stack = await packBlob(error.stack)
    const outcome: JobValues = retry
      ? {
          ...pending,
          scheduled_time: { server: 'now', seconds: retry.afterSeconds },
          version: formatAttempts(claim.attempt),
        }
      : { status: 'error', completed_time: now }
    const changed = await keepMessage(error.message, (message) =>
      persist(() =>
        this.#rows.update(
          this.#connection,
          { ...outcome, error_message: message, error_stack: stack },
          this.#rows.held([claim]),
        ),
      ),
    )
    return changed === 1
  }

  async release(claims: readonly Claim[]): Promise<void> {
    this.#parts.lease?.drop(claims)
    for (const [attempt, group] of Map.groupBy(claims, (claim) => claim.attempt)) {
      const values = { ...pending, version: formatAttempts(attempt - 1) }
      await persist(() => this.#rows.update(this.#connection, values, this.#rows.held(group)))
    }
  }

  /** Whoever takes it over when its lease has run out finds out. */
  async unknown(): Promise<void> {}

  async settle(claim: Claim): Promise<void> {
    this.#parts.lease?.drop([claim])
    await persist(() => this.#end(this.#connection, claim, null))
  }

  nextDue(options: Pick<ClaimOptions, 'restriction' | 'maxPriority'> = {}): Promise<number | null> {
    return secondsUntilDue(this.#rows, this.#chosen(options))
  }

  #chosen({ restriction, maxPriority }: Pick<ClaimOptions, 'restriction' | 'maxPriority'>): readonly Condition[] {
    return [
      ...(restriction === undefined ? [] : [this.#rows.conditionOf(restriction)]),
      ...(maxPriority === undefined
        ? []
        : [{ kind: 'compare', attribute: 'priority', operator: '<=', value: BigInt(maxPriority) } as const]),
    ]
  }

  #hold(claims: readonly Claim[]): void {
    const { lease, jobs, table } = this.#parts
    const loseIt = (claim: Claim) => () => lose(claim, new LeaseLostError(table.typeName, claim.key))
    lease?.hold(
      jobs,
      claims.map((claim) => ({ claim, lose: loseIt(claim) })),
    )
  }

  #end(connection: Connection, claim: Claim, duration: number | null): Promise<number> {
    const ours = this.#rows.held([claim])
    return this.#parts.keepCompleted
      ? this.#rows.update(connection, { status: 'success', completed_time: now, duration }, ours)
      : this.#rows.delete(connection, ours)
  }
}
