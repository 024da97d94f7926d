import type { Database } from '../query/database.ts'
import { contextOf } from '../query/database.ts'
import { settingsOf } from '../connection/connect.ts'
import type { QueueTable } from './job-table.ts'
import { LeaseThread } from './lease-thread.ts'
import type { Claim, Lease } from './queue.ts'

/** A claim, and what tells its holder that it was lost. */
export interface HeldClaim {
  readonly claim: Claim
  readonly lose: () => void
}

/** A lease as queues use it. */
export interface LeaseHolder extends Lease {
  hold(jobs: QueueTable, claims: readonly HeldClaim[]): void
  drop(claims: readonly Claim[]): void
  /** Renews it for a while yet, and does not mind that it ends. */
  finish(claim: Claim): void
}

/** One thread per database serves all who open a lease on it. */
const threads = new WeakMap<object, { readonly thread: LeaseThread; users: number }>()

/**
 * Renews what is claimed on a database, from a thread with a connection of its own, until it is stopped: a make that keeps
 * the main thread busy for minutes does not lose its keys, a process that is stopped or dead does.
 */
export function openLease(db: Database): Lease {
  const { database } = contextOf(db)
  const shared = threads.get(database) ?? { thread: new LeaseThread(settingsOf(database)), users: 0 }
  threads.set(database, shared)
  shared.users += 1
  const { thread } = shared
  let stopped: Promise<void> | null = null
  const end = async (): Promise<void> => {
    shared.users -= 1
    if (shared.users > 0) return
    threads.delete(database)
    await thread.stop()
  }
  const stop = (): Promise<void> => (stopped ??= end())
  const lease: LeaseHolder = {
    hold: (jobs, claims) => thread.hold(jobs, claims),
    drop: (claims) => thread.drop(claims),
    finish: (claim) => thread.finish(claim),
    stop,
    [Symbol.asyncDispose]: stop,
  }
  return lease
}
