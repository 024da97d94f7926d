import { contextOf, type Database } from '../query/database.ts'
import { rememberKey } from '../query/key.ts'
import type { AnyMake } from '../query/make.ts'
import type { Restriction } from '../query/restriction.ts'
import type { AnyTable, Key } from '../query/table.ts'
import { InTransactionError, NotPopulatedError } from './errors.ts'
import type { PopulateEvent } from './event.ts'
import { keySource } from './key-source.ts'
import { makeKey } from './make.ts'

/** Which of the missing keys are to be made. */
export interface PopulateScope<T extends AnyTable> {
  /** Only keys that satisfy it: by their own attributes, or by what a relation says of them. */
  readonly restriction?: Restriction<Key<T>>
  /** The most keys to make. */
  readonly limit?: number
  /** Stops it when it aborts; keys that are made by then stay. */
  readonly signal?: AbortSignal
}

/** Which keys to make, and what to do with failures and progress. */
export interface PopulateOptions<T extends AnyTable> extends PopulateScope<T> {
  /** What to do when a key fails: reject at once (`stop`, the default), or go on and collect (`continue`). */
  readonly onError?: 'stop' | 'continue'
  readonly onEvent?: (event: PopulateEvent) => void
}

/** The keys that are still to be made. */
export interface PopulatePlan<T extends AnyTable = AnyTable> {
  readonly table: T
  readonly keys: readonly Key<T>[]
}

/** What became of the keys. */
export interface PopulateResult {
  /** How many keys were made. */
  readonly made: number
  /** Keys that somebody else made meanwhile. */
  readonly skipped: number
  readonly failed: readonly { readonly key: object; readonly error: unknown }[]
}

/** Which keys `populate` would make: those of the key source that the table does not have. */
export async function planPopulate<T extends AnyTable>(
  db: Database,
  table: T,
  { restriction, limit, signal }: PopulateScope<T> = {},
): Promise<PopulatePlan<T>> {
  makeOf(table)
  const source = keySource(db, table)
  // a key source has the attributes of the key, for which the restriction was written
  const wanted = restriction === undefined ? source : source.restrict(restriction as Restriction<object>)
  const missing = wanted.project().exclude(db(table).project())
  const keys = await missing.keys({ ...(limit !== undefined && { limit }), ...(signal && { signal }) })
  const heading = table.declaration.heading.filter(({ inKey }) => inKey)
  for (const key of keys) {
    rememberKey(key, heading)
    // it says what is inserted, whatever a make does with it
    Object.freeze(key)
  }
  // A key source has the attributes of the table's primary key and no others (see keySource).
  return { table, keys: keys as Key<T>[] }
}

/**
 * Makes what a table is still to have, key by key, each in a transaction of its own: stopped at any moment, it leaves
 * whole rows only, and the next call goes on. Rejects with the signal's reason when that aborts.
 */
export async function populate<T extends AnyTable>(
  db: Database,
  table: T,
  options: PopulateOptions<T> = {},
): Promise<PopulateResult> {
  const make = makeOf(table)
  const { onEvent = () => {}, onError = 'stop' } = options
  // what an event's listener throws ends the whole, also where a make would catch it
  const deaf = new AbortController()
  const signal = AbortSignal.any([deaf.signal, ...(options.signal ? [options.signal] : [])])
  signal.throwIfAborted()
  if (contextOf(db).connection.inTransaction) throw new InTransactionError(table.typeName)
  const { keys } = await planPopulate(db, table, options)
  const name = table.typeName
  onEvent({ kind: 'planned', table: name, keys: keys.length })
  let [made, skipped] = [0, 0]
  const failed: { key: object; error: unknown }[] = []
  for (const [index, key] of keys.entries()) {
    signal.throwIfAborted()
    onEvent({ kind: 'started', table: name, key, index, keys: keys.length })
    const progress = (fraction: number, message?: string): void => {
      try {
        onEvent({ kind: 'progress', table: name, key, fraction, message: message ?? null })
      } catch (error) {
        deaf.abort(error)
      }
    }
    const started = performance.now()
    const outcome = await makeKey(db, table, make, key, { signal, progress }).catch((error: unknown) => ({ error }))
    if (outcome === true) {
      made += 1
      onEvent({ kind: 'made', table: name, key, seconds: (performance.now() - started) / 1000 })
    } else if (outcome === false) {
      skipped += 1
      onEvent({ kind: 'skipped', table: name, key })
    } else {
      signal.throwIfAborted()
      const { error } = outcome
      onEvent({ kind: 'failed', table: name, key, error })
      if (onError === 'stop') throw error
      failed.push({ key, error })
    }
  }
  return { made, skipped, failed }
}

function makeOf(table: AnyTable): AnyMake {
  if (!table.make) throw new NotPopulatedError(table.typeName, table.declaration.tier)
  return table.make
}
