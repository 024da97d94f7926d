import type { Database } from '../query/database.ts'
import type { AnyTable } from '../query/table.ts'
import { countKeys, missingKeys, pagesOfKeys } from './missing-keys.ts'
import { type KeyOrder, type RetryAfterFailure, retryAfter } from './options.ts'
import { isFinal } from './errors.ts'
import { Retries } from './retries.ts'
import type { Attempt, Supply } from './supply.ts'
import { Turns } from '../driver/turns.ts'

/** How many keys are read at once. */
const PAGE = 1000

export interface DirectOptions {
  readonly restriction: unknown
  readonly limit: number | undefined
  readonly order: KeyOrder
  readonly retry: RetryAfterFailure | undefined
  readonly signal: AbortSignal
}

/** Keys that the table does not have, without a queue: others who want them too are met at the insert. */
export async function directSupply(db: Database, table: AnyTable, options: DirectOptions): Promise<Supply> {
  const { restriction, limit = Infinity, order, retry, signal } = options
  const missing = missingKeys(db, table, restriction)
  const page = Math.max(1, Math.min(PAGE, limit))
  const pages = pagesOfKeys(db, table, missing, { order, signal, page })
  // without a limit of 0, which asks the database for nothing
  const first = limit === 0 ? [] : ((await pages.next()).value ?? [])
  const known = first.length < page || first.length >= limit
  const keys = Math.min(limit, known ? first.length : await countKeys(db, missing, signal))
  let rows: readonly object[] = first
  let at = 0
  let left = limit
  const retries = new Retries<Attempt>()
  const turns = new Turns()

  const attempt = (key: object, number: number): Attempt => ({ key, number, signals: [], complete: null })
  const nextNew = async (): Promise<object | null> => {
    if (left <= 0) return null
    if (at === rows.length) {
      rows = rows.length === 0 ? [] : ((await pages.next()).value ?? [])
      at = 0
    }
    const key = rows[at]
    if (!key) return null
    at += 1
    left -= 1
    return key
  }
  const next = async (): Promise<Attempt | null> => {
    for (;;) {
      const again = retries.due()
      if (again) return again
      const key = retries.full ? null : await nextNew()
      if (key) return attempt(key, 1)
      if (retries.empty) return null
      await retries.wait(signal)
    }
  }
  return {
    keys,
    next: async () => {
      const endTurn = await turns.take(signal)
      try {
        return await next()
      } finally {
        endTurn()
      }
    },
    failed: async ({ key, number }, error) => {
      const seconds = isFinal(error) ? null : retryAfter(retry, number)
      if (seconds !== null) retries.add(attempt(key, number + 1), seconds)
      return seconds
    },
    made: async () => {},
    present: async () => {},
    released: async () => {},
    unknown: async () => {},
    close: async () => {
      await pages.return(undefined)
    },
  }
}
