import { PipelineError } from '../errors.ts'

/** A type names a codec that the pipeline does not have. */
export class UnknownCodecError extends PipelineError {
  override readonly name = 'UnknownCodecError'
  readonly code = 'unknown-codec'
  readonly codec: string
  readonly known: readonly string[]
  constructor(codec: string, known: readonly string[]) {
    const names = known.map((one) => `<${one}>`).join(', ')
    super(`There is no codec <${codec}>: there are ${names}. Use one of them, or give the pipeline one of that name.`)
    this.codec = codec
    this.known = known
  }
}

/** A codec that keeps its values in a store is used without one, or the reverse. */
export class CodecStoreError extends PipelineError {
  override readonly name = 'CodecStoreError'
  readonly code = 'codec-store'
  readonly codec: string
  constructor(codec: string) {
    super(`<${codec}> keeps its values in a store: write <${codec}@store>, or <${codec}@> for the default one.`)
    this.codec = codec
  }
}

/** A value that a codec does not take. */
export class CodecValueError extends PipelineError {
  override readonly name = 'CodecValueError'
  readonly code = 'codec-value'
  readonly codec: string
  constructor(codec: string, expected: string) {
    super(`<${codec}> takes ${expected}.`)
    this.codec = codec
  }
}

/** A value in the external storage of DataJoint 0.14. */
export class ExternalValueError extends PipelineError {
  override readonly name = 'ExternalValueError'
  readonly code = 'external-value'
  /** As a definition spells it: `blob@store`. */
  readonly type: string
  constructor(type: string, done: 'read' | 'written') {
    super(
      `A value of type ${type} cannot be ${done}: it is in the external storage of DataJoint 0.14. ` +
        'Project the attribute away to read the rest of its rows, or leave it to Python.',
    )
    this.type = type
  }
}

/** A value of a column that DataJoint did not make, of a type that definitions have nothing like. */
export class UnreadableColumnError extends PipelineError {
  override readonly name = 'UnreadableColumnError'
  readonly code = 'unreadable-column'
  /** `schema.table.attribute`. */
  readonly attribute: string
  constructor(attribute: string) {
    super(
      `\`${attribute}\` is of a type that definitions have nothing like. ` +
        'Project it away, or compute what you need of it with SQL.',
    )
    this.attribute = attribute
  }
}

/** What an attribute holds in the database is not what its codec writes. */
export class StoredFormError extends PipelineError {
  override readonly name = 'StoredFormError'
  readonly code = 'invalid-stored-value'
  readonly codec: string
  readonly found: string
  constructor(codec: string, found: string, expected: string, options?: ErrorOptions) {
    super(
      `An attribute of type <${codec}> holds ${found}, where ${expected} was expected: something else wrote it.`,
      options,
    )
    this.codec = codec
    this.found = found
  }
}
