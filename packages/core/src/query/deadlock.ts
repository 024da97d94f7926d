/** How often a transaction is run again that lost to another; each time, one of them has come through. */
const attempts = 10

/**
 * Runs a transaction again when the database undid it because it and another waited for each other: for work that may be
 * done again from its beginning.
 */
export async function retryDeadlock<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt === attempts || !isDeadlock(error)) throw error
    }
  }
}

const isDeadlock = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'deadlock'
