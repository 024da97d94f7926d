import { inspect } from 'node:util'
import { PipelineError } from '../errors.ts'

/** A value does not fit the attribute that it was meant for. */
export class InvalidValueError extends PipelineError {
  override readonly name = 'InvalidValueError'
  readonly code = 'invalid-value'
  readonly attribute: string
  /** The type of the attribute, as a definition spells it. */
  readonly type: string
  readonly value: unknown
  readonly expected: string

  constructor(attribute: string, type: string, value: unknown, expected: string) {
    super(`\`${attribute}\` (${type}) cannot hold ${formatValue(value)}: expected ${expected}.`)
    this.attribute = attribute
    this.type = type
    this.value = value
    this.expected = expected
  }
}

export type TypeErrorCode = 'unknown-type' | 'bad-type' | 'bad-enum' | 'other-generation'

/** A text is no type of the definition language. */
export class AttributeTypeError extends PipelineError {
  override readonly name = 'AttributeTypeError'
  readonly code: TypeErrorCode
  /** The type as it was written. */
  readonly text: string
  readonly problem: string
  readonly advice: string

  constructor(code: TypeErrorCode, text: string, problem: string, advice: string) {
    super(`${problem}. ${advice}`)
    this.code = code
    this.text = text
    this.problem = problem
    this.advice = advice
  }
}

/** What the database gave for an attribute is no value of its type: a row that others wrote, or an expression of another type. */
export class MalformedStoredValueError extends PipelineError {
  override readonly name = 'MalformedStoredValueError'
  readonly code = 'malformed-stored-value'
  /** `null` for a value beside any attribute. */
  readonly attribute: string | null
  readonly type: string
  readonly value: unknown

  constructor(type: string, value: unknown, attribute: string | null = null) {
    const what = attribute === null ? 'the type' : `\`${attribute}\``
    super(`The database gave ${formatValue(value)} where ${what} is ${type}. Correct the row, or the type.`)
    this.attribute = attribute
    this.type = type
    this.value = value
  }
}

function formatValue(value: unknown): string {
  const text = inspect(value, { depth: 1, breakLength: Infinity, maxArrayLength: 5, maxStringLength: 80 })
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}
