import { PipelineError } from '../errors.ts'

export class UnknownAttributeError extends PipelineError {
  override readonly name = 'UnknownAttributeError'
  readonly code = 'unknown-attribute'
  readonly attribute: string
  readonly known: readonly string[]
  constructor(attribute: string, known: readonly string[]) {
    super(`There is no attribute \`${attribute}\` here. The attributes at hand are ${listNames(known)}.`)
    this.attribute = attribute
    this.known = known
  }
}

export class AttributeClashError extends PipelineError {
  override readonly name = 'AttributeClashError'
  readonly code = 'attribute-clash'
  readonly attribute: string
  readonly source: string
  constructor(attribute: string, source: string) {
    super(
      `Cannot rename \`${source}\` to \`${attribute}\`: the primary key, which a projection always keeps, has an attribute ` +
        `of that name. Rename that one too, or choose another name.`,
    )
    this.attribute = attribute
    this.source = source
  }
}

export class UnrelatedNamesakeError extends PipelineError {
  override readonly name = 'UnrelatedNamesakeError'
  readonly code = 'unrelated-namesake'
  readonly attribute: string
  readonly left: string | null
  readonly right: string | null
  constructor(attribute: string, left: string | null, right: string | null) {
    super(
      `Cannot match on \`${attribute}\`: it is ${describeLineage(left)} on the left and ${describeLineage(right)} on the ` +
        `right. Rename one with project(), or project it away.`,
    )
    this.attribute = attribute
    this.left = left
    this.right = right
  }
}

export class InvalidConditionError extends PipelineError {
  override readonly name = 'InvalidConditionError'
  readonly code = 'invalid-condition'
}

export class InvalidTopError extends PipelineError {
  override readonly name = 'InvalidTopError'
  readonly code = 'invalid-top'
  readonly value: unknown
  constructor(what: 'limit' | 'offset', value: unknown) {
    super(`The ${what} of a top is a whole number from 0 on, not ${String(value)}.`)
    this.value = value
  }
}

const listNames = (names: readonly string[]): string =>
  names.length === 0 ? 'none' : names.map((name) => `\`${name}\``).join(', ')

const describeLineage = (lineage: string | null): string => lineage ?? 'an attribute of its own table alone'
