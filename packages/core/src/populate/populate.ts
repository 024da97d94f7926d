import { contextOf, type Database } from '../query/database.ts'
import { fromCaller } from '../query/call.ts'
import { codeOf } from '../errors.ts'
import type { AnyMake } from '../query/make.ts'
import type { AnyTable } from '../query/table.ts'
import { directSupply } from './direct-supply.ts'
import { InTransactionError } from './errors.ts'
import type { PopulateEvent } from './event.ts'
import { makeKey } from './make.ts'
import { type AnyPopulateOptions, checkPopulate, type PopulateOptions } from './options.ts'
import { isTrouble } from './patience.ts'
import { makeOf } from './plan.ts'
import { queueSupply } from './queue-supply.ts'
import type { Attempt, Supply } from './supply.ts'

/** Failures that are kept in memory with their errors. */
const KEPT_FAILURES = 1000

/** What became of the keys. */
export interface PopulateResult {
  /** How many keys were made. */
  readonly made: number
  /** Keys that somebody else made meanwhile. */
  readonly skipped: number
  /** How many keys failed. */
  readonly failures: number
  /** The first of them, 1,000 at most. */
  readonly failed: readonly FailedKey[]
}

export interface FailedKey {
  readonly key: object
  readonly error: unknown
}

/**
 * Makes what a table is still to have, key by key, each in a transaction of its own: stopped at any moment, it leaves
 * whole rows only, and the next call goes on. Rejects with the signal's reason when that aborts, and where the database
 * cannot be reached any more.
 */
export async function populate<T extends AnyTable>(
  db: Database,
  table: T,
  options: PopulateOptions<T> = {},
): Promise<PopulateResult> {
  return fromCaller(populate, async () => {
    checkPopulate(options)
    const make = makeOf('populate()', table)
    if (contextOf(db).connection.inTransaction) throw new InTransactionError(table.typeName)
    // what an event's listener throws ends the whole, also where a make would catch it
    const ending = new AbortController()
    const signal = AbortSignal.any([ending.signal, ...(options.signal ? [options.signal] : [])])
    signal.throwIfAborted()
    const supply = await supplyOf(db, table, options, signal, (key) => run.present(key))
    const run = new Run({ db, table, make, supply, options, ending, signal })
    try {
      run.tell({ kind: 'planned', table: table.typeName, keys: supply.keys })
      signal.throwIfAborted()
      await run.all()
    } finally {
      await supply.close()
    }
    return run.result
  })
}

function supplyOf(
  db: Database,
  table: AnyTable,
  options: AnyPopulateOptions,
  signal: AbortSignal,
  onPresent: (key: object) => void,
): Promise<Supply> {
  const { restriction, limit, order = 'key', retry, reserve = false } = options
  // a queue's own order is by priority, and only that of a queue is (see checkPopulate)
  if (reserve) return queueSupply(db, table, { ...options, signal, onPresent })
  return directSupply(db, table, { restriction, limit, order: order === 'priority' ? 'key' : order, retry, signal })
}

interface RunParts {
  readonly db: Database
  readonly table: AnyTable
  readonly make: AnyMake
  readonly supply: Supply
  readonly options: AnyPopulateOptions
  /** Ends all makes. */
  readonly ending: AbortController
  readonly signal: AbortSignal
}

/** The makes of one call, some at once, and what came of them. */
class Run {
  readonly #parts: RunParts
  readonly #failed: FailedKey[] = []
  #made = 0
  #skipped = 0
  #failures = 0
  #begun = 0

  constructor(parts: RunParts) {
    this.#parts = parts
  }

  get result(): PopulateResult {
    return { made: this.#made, skipped: this.#skipped, failures: this.#failures, failed: this.#failed }
  }

  /** Rejects with what came first: why it was told to stop, or the key that failed where that ends it. */
  async all(): Promise<void> {
    const { options, ending, signal } = this.#parts
    const lines = Array.from({ length: options.concurrency ?? 1 }, async () => {
      try {
        await this.#line()
      } catch (error) {
        ending.abort(error)
      }
    })
    // all have ended before anything is told: what they had is given back
    await Promise.all(lines)
    signal.throwIfAborted()
  }

  /**
   * One after another, until there are no more. While the database is busy with the rows of one, the next one is made:
   * the time of small makes is that of their commits.
   */
  async #line(): Promise<void> {
    const { supply, signal, ending } = this.#parts
    const inserting = new Set<Promise<void>>()
    try {
      for (;;) {
        signal.throwIfAborted()
        const attempt = await supply.next()
        if (attempt === null) {
          if (inserting.size === 0) return
          // one of them may fail, and come again
          await Promise.all(inserting)
          continue
        }
        const { promise: computed, resolve } = Promise.withResolvers<void>()
        const whole: Promise<void> = this.#attempt(attempt, resolve)
          .catch((error: unknown) => ending.abort(error))
          .finally(() => inserting.delete(whole))
        inserting.add(whole)
        await Promise.race([computed, whole])
        if (inserting.size > 1) await Promise.race(inserting)
      }
    } finally {
      await Promise.all(inserting)
    }
  }

  async #attempt(attempt: Attempt, computed: () => void): Promise<void> {
    const { db, table, make, supply, options, signal } = this.#parts
    const { key, number } = attempt
    const name = table.typeName
    const index = this.#begun++
    this.tell({ kind: 'started', table: name, key, index, keys: supply.keys, attempt: number })
    const progress = (fraction: number, message?: string): void =>
      this.tell({ kind: 'progress', table: name, key, fraction, message: message ?? null })
    const limitSeconds = options.timeLimitSeconds ?? null
    const started = performance.now()
    let made: boolean
    try {
      if (signal.aborted) throw signal.reason
      const signals = [signal, ...attempt.signals]
      made = await makeKey(db, table, make, key, {
        signals,
        limitSeconds,
        progress,
        computed,
        complete: attempt.complete,
      })
    } catch (error) {
      return this.#failure(attempt, error)
    }
    if (made) {
      this.#made += 1
      await supply.made(attempt)
      this.tell({ kind: 'made', table: name, key, seconds: (performance.now() - started) / 1000 })
    } else {
      await supply.present(attempt)
      this.present(key)
    }
  }

  /** Somebody else made it. */
  present(key: object): void {
    this.#skipped += 1
    this.tell({ kind: 'skipped', table: this.#parts.table.typeName, key, reason: 'made-by-another' })
  }

  async #failure(attempt: Attempt, error: unknown): Promise<void> {
    const { table, supply, signal } = this.#parts
    const { key, number } = attempt
    const name = table.typeName
    if (codeOf(error) === 'commit-outcome-unknown') {
      await supply.unknown(attempt)
      return this.#fail(key, error)
    }
    if (signal.aborted || isTrouble(error)) {
      await supply.released(attempt)
      throw signal.aborted ? signal.reason : error
    }
    if (codeOf(error) === 'lease-lost') {
      this.#skipped += 1
      await supply.unknown(attempt)
      return this.tell({ kind: 'skipped', table: name, key, reason: 'taken-over' })
    }
    const afterSeconds = await supply.failed(attempt, error)
    if (afterSeconds === null) return this.#fail(key, error)
    this.tell({ kind: 'retrying', table: name, key, error, attempt: number, afterSeconds })
  }

  #fail(key: object, error: unknown): void {
    const { table, options } = this.#parts
    this.#failures += 1
    if (this.#failed.length < KEPT_FAILURES) this.#failed.push({ key, error })
    this.tell({ kind: 'failed', table: table.typeName, key, error })
    if (options.onError !== 'continue') throw error
  }

  tell(event: PopulateEvent): void {
    const { options, ending } = this.#parts
    try {
      options.onEvent?.(event)
    } catch (error) {
      ending.abort(error)
    }
  }
}
