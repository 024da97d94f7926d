import { PipelineError } from '../errors.ts'

export class NotPopulatedError extends PipelineError {
  override readonly name = 'NotPopulatedError'
  readonly code = 'not-populated'
  constructor(table: string, tier: string) {
    super(
      `${table} is a ${tier} table, which does not fill itself: insert its rows. populate() is for imported and computed tables.`,
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
      `What ${table} was made from changed while it was made, for ${JSON.stringify(key)}. Nothing was inserted. Populate again.`,
    )
    this.key = key
  }
}

export class InvalidMakeError extends PipelineError {
  override readonly name = 'InvalidMakeError'
  readonly code = 'invalid-make'
  readonly key: object
  constructor(table: string, key: object, problem: string) {
    super(`The make of ${table} gave ${problem}, for ${JSON.stringify(key)}. Nothing was inserted.`)
    this.key = key
  }
}
