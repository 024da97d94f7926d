import type { Connection } from '../connection/connection.ts'

/** What failed in transactions that are still open, after it had written some of what belongs together. */
const failures = new WeakMap<Connection, { readonly error: unknown }>()

/** Makes sure that a transaction is not committed, also where the error is caught inside it. */
export function markHalfDone(transaction: Connection, error: unknown): void {
  if (!failures.has(transaction)) failures.set(transaction, { error })
}

/** Throws what failed half-way in a transaction, if anything did. */
export function refuseHalfDone(transaction: Connection): void {
  const failure = failures.get(transaction)
  if (failure) throw failure.error
}
