import { retryDeadlock } from '../query/deadlock.ts'

/** How often a change is made again of which nobody knows whether it was made. */
const REPEATS = 3

/**
 * Makes a change that does nothing when it is made twice: again where it lost to another, and where its answer was lost. It
 * gives how many rows it changed; where the first may have been the one that did, 1 at least.
 */
export async function persist(change: () => Promise<number>): Promise<number> {
  let perhaps = 0
  for (let repeat = 0; ; repeat++) {
    try {
      return Math.max(perhaps, await retryDeadlock(change))
    } catch (error) {
      if (!isUnknown(error) || repeat === REPEATS) throw error
      perhaps = 1
    }
  }
}

/** Whether nobody knows what became of a change. */
export const isUnknown = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'commit-outcome-unknown'
