import { PipelineError } from '../errors.ts'
import { formatKey } from '../query/given-row.ts'

export class NotPopulatedError extends PipelineError {
  override readonly name = 'NotPopulatedError'
  readonly code = 'not-populated'
  constructor(table: string, tier: string) {
    super(
      `${table} is a ${tier} table, which does not fill itself: insert its rows. populate() is for imported and computed tables.`,
    )
  }
}

export class InTransactionError extends PipelineError {
  override readonly name = 'InTransactionError'
  readonly code = 'in-transaction'
  constructor(table: string) {
    super(
      `${table} cannot be populated inside a transaction: each key has one of its own, so that a key that fails leaves nothing. ` +
        `Populate with the database that pipeline.open() gave.`,
    )
  }
}

export class NoKeySourceError extends PipelineError {
  override readonly name = 'NoKeySourceError'
  readonly code = 'no-key-source'
  constructor(table: string, problem: string) {
    super(`It cannot be told which keys ${table} is to have: ${problem}. Give it a keySource.`)
  }
}

export class InputsChangedError extends PipelineError {
  override readonly name = 'InputsChangedError'
  readonly code = 'inputs-changed'
  readonly key: object
  constructor(table: string, key: object) {
    super(
      `What ${table} was made from changed while it was made, for ${formatKey(key)}. Nothing was inserted. Populate again.`,
    )
    this.key = key
  }
}

export class InvalidMakeError extends PipelineError {
  override readonly name = 'InvalidMakeError'
  readonly code = 'invalid-make'
  readonly key: object
  constructor(table: string, key: object, problem: string) {
    super(`The make of ${table} gave ${problem}, for ${formatKey(key)}. Nothing was inserted.`)
    this.key = key
  }
}
