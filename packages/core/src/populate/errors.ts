import { codeOf, PipelineError } from '../errors.ts'
import { formatKey } from '../query/given-row.ts'

/** A table was to be populated whose rows people or other programs insert. */
export class NotPopulatedError extends PipelineError {
  override readonly name = 'NotPopulatedError'
  readonly code = 'not-populated'
  readonly table: string
  readonly tier: string
  constructor(table: string, tier: string) {
    super(
      tier === 'imported' || tier === 'computed'
        ? `${table} is ${tier}, and nothing here says how: other programs fill it. Give its definition { fetch, compute } to populate it here.`
        : `${table} is a ${tier} table, which does not fill itself: insert its rows. populate() is for imported and computed tables.`,
    )
    this.table = table
    this.tier = tier
  }
}

/** A table was to be populated inside a transaction. */
export class InTransactionError extends PipelineError {
  override readonly name = 'InTransactionError'
  readonly code = 'in-transaction'
  readonly table: string
  constructor(table: string) {
    super(
      `${table} cannot be populated inside a transaction: each key has one of its own, so that a key that fails leaves nothing. ` +
        `Populate with the database that pipeline.open() gave.`,
    )
    this.table = table
  }
}

/** What a make had read was no longer so when its rows were to be inserted. */
export class InputsChangedError extends PipelineError {
  override readonly name = 'InputsChangedError'
  readonly code = 'inputs-changed'
  readonly table: string
  readonly key: object
  constructor(table: string, key: object) {
    super(
      `What ${table} was made from changed while it was made, for ${formatKey(key)}. Nothing was inserted. Populate again.`,
    )
    this.table = table
    this.key = key
  }
}

/** What a make gave is no row with the rows of its parts. */
export class InvalidMakeError extends PipelineError {
  override readonly name = 'InvalidMakeError'
  readonly code = 'invalid-make'
  readonly table: string
  readonly key: object
  constructor(table: string, key: object, problem: string) {
    super(`The make of ${table} gave ${problem}, for ${formatKey(key)}. Nothing was inserted.`)
    this.table = table
    this.key = key
  }
}

/** A make took longer than it may. */
export class TimeLimitError extends PipelineError {
  override readonly name = 'TimeLimitError'
  readonly code = 'time-limit'
  readonly table: string
  readonly key: object
  readonly seconds: number
  /** It did not stop when its signal told it to: it may still be running, and nothing of it is inserted. */
  readonly ignored: boolean
  constructor(table: string, key: object, seconds: number, ignored: boolean) {
    super(
      `The make of ${table} took longer than ${seconds} s, for ${formatKey(key)}. Nothing was inserted. ` +
        (ignored
          ? 'It does not look at its `signal`, and may still be running: end the work when that aborts.'
          : 'Allow it more by `timeLimitSeconds`, or make it faster.'),
    )
    this.table = table
    this.key = key
    this.seconds = seconds
    this.ignored = ignored
  }
}

/** A make's rows were sent to the database, which has none of them. */
export class NothingMadeError extends PipelineError {
  override readonly name = 'NothingMadeError'
  readonly code = 'nothing-made'
  readonly table: string
  readonly key: object
  constructor(table: string, key: object) {
    super(
      `The row that was made for ${formatKey(key)} was inserted into ${table}, and is not there: something in the database, ` +
        `such as a trigger, has kept it out.`,
    )
    this.table = table
    this.key = key
  }
}

/** A key was begun time and again by workers that ended without a word. */
export class KeyAbandonedError extends PipelineError {
  override readonly name = 'KeyAbandonedError'
  readonly code = 'key-abandoned'
  readonly table: string
  readonly key: object
  /** How often it was begun. */
  readonly attempts: number
  constructor(table: string, key: object, attempts: number) {
    super(
      `${table} was begun ${attempts} times for ${formatKey(key)}, by workers of which nothing was heard again: they were ` +
        'killed, broke, or stood still, by this key or by one that was made beside it. It is not tried again by itself. ' +
        `Look for what ends them, memory above all, and then call jobsOf(db, ${table}).retry().`,
    )
    this.table = table
    this.key = key
    this.attempts = attempts
  }
}

/** A make that is wrong in itself: it would be the same the next time. */
const FINAL: readonly unknown[] = ['invalid-make', 'nothing-made', 'write-in-fetch', 'no-key-source', 'key-abandoned']

export const isFinal = (error: unknown): boolean => FINAL.includes(codeOf(error))
