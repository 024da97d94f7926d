import type { InvalidValueError } from '../attribute/errors.ts'
import { PipelineError } from '../errors.ts'
import { show } from './call.ts'

/** A value that no value of the attribute can be equal to, or compared with. */
export class RestrictingValueError extends PipelineError {
  override readonly name = 'RestrictingValueError'
  readonly code = 'invalid-value'
  readonly table: string
  readonly attribute: string
  /** The type of the attribute, as a definition spells it. */
  readonly type: string
  readonly value: unknown
  readonly expected: string
  constructor(table: string, { attribute, type, value, expected }: Pick<InvalidValueError, ValueFacts>) {
    super(
      `Cannot restrict ${table} by ${show(value)} for \`${attribute}\`, which is ${type} and never has that value: ` +
        `expected ${expected}.`,
    )
    this.table = table
    this.attribute = attribute
    this.type = type
    this.value = value
    this.expected = expected
  }
}

type ValueFacts = 'attribute' | 'type' | 'value' | 'expected'

/** A path into a JSON value cannot be read. */
export class InvalidPathError extends PipelineError {
  override readonly name = 'InvalidPathError'
  readonly code = 'invalid-path'
  readonly path: string
  constructor(path: string, cause?: unknown) {
    super(
      `Cannot read the path ${show(path)} into a JSON value. Write names with dots between them, places in lists in ` +
        `brackets, and names with other characters in double quotes: \`channels[0].gain\`, \`"left gain".value\`.`,
      { cause },
    )
    this.path = path
  }
}

/** Something else stands where a relation has to. */
export class InvalidOperandError extends PipelineError {
  override readonly name = 'InvalidOperandError'
  readonly code = 'invalid-operand'
  constructor(verb: string, found: unknown) {
    super(`${verb} takes a table or a relation of the same database, and was given ${show(found)}.`)
  }
}

/** Two attributes of a projection or an aggregation have one name. */
export class RepeatedNameError extends PipelineError {
  override readonly name = 'RepeatedNameError'
  readonly code = 'attribute-clash'
  readonly attribute: string
  constructor(attribute: string) {
    super(`Two attributes would be called \`${attribute}\`. Give one of them another name, or leave it out.`)
    this.attribute = attribute
  }
}

/** A projection was told to leave out an attribute of the primary key. */
export class ExcludedKeyError extends PipelineError {
  override readonly name = 'ExcludedKeyError'
  readonly code = 'excluded-key'
  readonly attribute: string
  constructor(attribute: string) {
    super(
      `Cannot leave out \`${attribute}\`: it is in the primary key, which a projection always keeps. ` +
        `universalSet(...).restrict(relation) gives the distinct values of some attributes.`,
    )
    this.attribute = attribute
  }
}

/** A renamed or computed attribute cannot have this name. */
export class InvalidAttributeNameError extends PipelineError {
  override readonly name = 'InvalidAttributeNameError'
  readonly code = 'invalid-name'
  readonly attribute: string
  constructor(attribute: string) {
    super(
      `${show(attribute)} is no name for an attribute. Write small letters, digits and \`_\`, a letter first, at most 64.`,
    )
    this.attribute = attribute
  }
}
