import { PipelineError } from '../errors.ts'
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

/** Which keys a table is to have follows neither from its references nor from its key source. */
export class NoKeySourceError extends PipelineError {
  override readonly name = 'NoKeySourceError'
  readonly code = 'no-key-source'
  readonly table: string
  constructor(table: string, problem: string) {
    super(`It cannot be told which keys ${table} is to have: ${problem}. Give it a keySource.`)
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
