import type { Connection } from '../connection/connection.ts'
import { pause } from '../driver/abort.ts'

/** How often a transaction of ours is run again that lost to another; each time, one of them has come through. */
const RETRIES = 10

/** After this time no other attempt is made: a lock that is held so long is held for a reason. */
const PATIENCE_MILLISECONDS = 60_000

/** How often, and until when, a transaction that lost to another is run again. */
export interface RetryOptions {
  readonly retries?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Runs a transaction again that the database undid because it and another waited for each other, that waited for a lock
 * in vain, or whose connection broke before its COMMIT was sent: for work that may be done again from its beginning. Waits
 * between, longer each time and unevenly. One of which nobody knows whether it was committed is never run again.
 */
export async function retryDeadlock<T>(
  work: () => Promise<T>,
  { retries = RETRIES, signal }: RetryOptions = {},
): Promise<T> {
  const start = performance.now()
  for (let attempt = 0; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt >= retries || !isPassing(error) || performance.now() - start > PATIENCE_MILLISECONDS) throw error
    }
    await pause(Math.min(500, 5 * 2 ** attempt) * (0.5 + Math.random()), signal)
  }
}

/**
 * Runs `work`, which may be done again from its beginning, in a transaction of its own, again where that lost to another.
 * Inside a transaction it is a part of that one, whose fate it shares.
 */
export const ownTransaction = <T>(
  connection: Connection,
  work: (transaction: Connection) => Promise<T>,
  options: RetryOptions = {},
): Promise<T> =>
  connection.inTransaction
    ? connection.transaction(work, options.signal)
    : retryDeadlock(() => connection.transaction(work, options.signal), options)

const passing: readonly unknown[] = ['deadlock', 'database-busy', 'connection-lost']

/** Whether an error, or what caused it, is that another transaction was in the way, or that the connection broke in time. */
function isPassing(error: unknown): boolean {
  let found = false
  for (let at = error; at instanceof Error; at = at.cause) {
    const code = 'code' in at ? at.code : null
    if (code === 'commit-outcome-unknown') return false
    found ||= passing.includes(code)
  }
  return found
}
