import { pause } from '../driver/abort.ts'
import { retryDeadlock } from '../query/deadlock.ts'
import { codeOf } from '../errors.ts'

/** After this time no other attempt is made to reach a database that is gone. */
const PATIENCE_MILLISECONDS = 60_000

/**
 * Runs a transaction, again where it lost to another, and where the connection broke before it was committed: what was
 * computed in hours is not lost because a server is started again.
 */
export async function patiently<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const start = performance.now()
  for (let wait = 50; ; wait = Math.min(2000, 2 * wait)) {
    try {
      return await retryDeadlock(work, { signal })
    } catch (error) {
      if (!isTrouble(error) || performance.now() - start > PATIENCE_MILLISECONDS) throw error
    }
    await pause(wait * (0.5 + Math.random()), signal)
  }
}

const troubles: readonly unknown[] = ['connection-lost', 'database-unavailable', 'too-many-connections']

/** Whether an error is that the database cannot be reached, which is no fault of the key that met it. */
export const isTrouble = (error: unknown): boolean => troubles.includes(codeOf(error))
