import { inspect } from 'node:util'
import { listNames, PipelineError } from '../errors.ts'

/** A relation has no attribute of this name. */
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

/** What is renamed or computed would have the name of an attribute of the primary key. */
export class AttributeClashError extends PipelineError {
  override readonly name = 'AttributeClashError'
  readonly code = 'attribute-clash'
  readonly attribute: string
  /** What was to be renamed; `null` where it was to be computed. */
  readonly source: string | null
  constructor(attribute: string, source: string | null) {
    super(
      `Cannot ${source === null ? 'compute' : `rename \`${source}\` to`} \`${attribute}\`: the primary key, which is always ` +
        `kept, has an attribute of that name. Rename that one too, or choose another name.`,
    )
    this.attribute = attribute
    this.source = source
  }
}

/** A universal set names an attribute twice. */
export class DuplicateAttributeError extends PipelineError {
  override readonly name = 'DuplicateAttributeError'
  readonly code = 'duplicate-attribute'
  readonly attribute: string
  constructor(attribute: string) {
    super(`\`${attribute}\` is named twice. Name each attribute of a universal set once.`)
    this.attribute = attribute
  }
}

/** Attributes of one name on both sides, which do not go back to the same attribute. */
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

/** The left side does not determine one row of the right. */
export class UndeterminedJoinError extends PipelineError {
  override readonly name = 'UndeterminedJoinError'
  readonly code = 'undetermined-join'
  readonly missing: readonly string[]
  constructor(missing: readonly string[], known: readonly string[]) {
    super(
      `Cannot extend by this relation: its primary key has ${listNames(missing)}, which the extended one has not, so that ` +
        `more than one row could belong to one of its rows. The attributes at hand are ${listNames(known)}.`,
    )
    this.missing = missing
  }
}

/** Rows are to be told apart by a primary key, and come of a table or view of another program that has none. */
export class KeylessRelationError extends PipelineError {
  override readonly name = 'KeylessRelationError'
  readonly code = 'no-primary-key'
  constructor(verb: string) {
    super(
      `Cannot ${verb} a relation whose rows nothing tells apart: it reads a table or a view without a primary key. ` +
        'universalSet(…).restrict(relation) makes rows of it that the named attributes tell apart.',
    )
  }
}

/** The rows to aggregate do not tell to which row each of them belongs. */
export class UndeterminedGroupError extends PipelineError {
  override readonly name = 'UndeterminedGroupError'
  readonly code = 'undetermined-group'
  readonly missing: readonly string[]
  constructor(missing: readonly string[], known: readonly string[]) {
    super(
      `Cannot aggregate this relation: it lacks ${listNames(missing)} of the primary key that its rows are to be grouped ` +
        `by. It has ${listNames(known)}.`,
    )
    this.missing = missing
  }
}

/** Relations that have no union: their keys differ, or they share an attribute beside the key. */
export class UnionError extends PipelineError {
  override readonly name = 'UnionError'
  readonly code: 'union-key' | 'union-attribute'
  readonly attributes: readonly string[]
  constructor(code: 'union-key' | 'union-attribute', attributes: readonly string[]) {
    super(
      code === 'union-key'
        ? `Cannot unite these relations: the primary key of only one of them has ${listNames(attributes)}. Both need the ` +
            `same key; project() renames.`
        : `Cannot unite these relations: both have ${listNames(attributes)} beside the primary key. Rename one with ` +
            `project(), or project it away.`,
    )
    this.code = code
    this.attributes = attributes
  }
}

/** A condition that the type of its attribute does not have. */
export class InvalidConditionError extends PipelineError {
  override readonly name = 'InvalidConditionError'
  readonly code = 'invalid-condition'
}

/** An expression that the types of its attributes do not have. */
export class InvalidExpressionError extends PipelineError {
  override readonly name = 'InvalidExpressionError'
  readonly code = 'invalid-expression'
}

/** The limit or the offset of a top is no count. */
export class InvalidTopError extends PipelineError {
  override readonly name = 'InvalidTopError'
  readonly code = 'invalid-top'
  readonly value: unknown
  constructor(what: 'limit' | 'offset', value: unknown) {
    super(`The ${what} of a top is a whole number from 0 on, not ${inspect(value, { depth: 0 })}.`)
    this.value = value
  }
}

const describeLineage = (lineage: string | null): string => lineage ?? 'an attribute of its own table alone'
