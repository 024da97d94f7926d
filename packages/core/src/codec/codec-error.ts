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
  constructor(codec: string, keptAs: string | null = null) {
    super(
      keptAs === null
        ? `<${codec}> keeps its values in a store: write <${codec}@store>, or <${codec}@> for the default one.`
        : `<${codec}> keeps its values in the table, as ${keptAs}: write <${codec}> without @.`,
    )
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

/** A value that a codec of a lab did not take. */
export class CodecRefusedError extends PipelineError {
  override readonly name = 'CodecRefusedError'
  readonly code = 'codec-value'
  readonly codec: string
  constructor(codec: string, cause: unknown) {
    super(`<${codec}> does not take this value: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.codec = codec
  }
}

/** What is stored, a codec of a lab could not make a value of. */
export class CodecReadError extends PipelineError {
  override readonly name = 'CodecReadError'
  readonly code = 'codec-read'
  readonly codec: string
  constructor(codec: string, cause: unknown) {
    super(`<${codec}> could not read what is stored: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
    this.codec = codec
  }
}

/** A codec says that it is kept as something that nothing can be kept as. */
export class CodecTypeError extends PipelineError {
  override readonly name = 'CodecTypeError'
  readonly code = 'codec-type'
  readonly codec: string
  constructor(codec: string, problem: string, options?: ErrorOptions) {
    super(
      `<${codec}> ${problem}. A codec is kept as a type of the definition language: \`<blob>\`, \`varchar(40)\`.`,
      options,
    )
    this.codec = codec
  }
}

/** Two schemas of a pipeline mean different things by one name. */
export class CodecConflictError extends PipelineError {
  override readonly name = 'CodecConflictError'
  readonly code = 'codec-conflict'
  readonly codec: string
  readonly schemas: readonly string[]
  constructor(codec: string, schemas: readonly string[]) {
    super(
      `The schemas ${schemas.join(' and ')} have different codecs <${codec}>. Rename one, or give the pipeline the one ` +
        'that counts for all: definePipeline({ codecs: [...] }).',
    )
    this.codec = codec
    this.schemas = schemas
  }
}

/** A local file or folder that was to be stored and cannot be read. */
export class LocalFileError extends PipelineError {
  override readonly name = 'LocalFileError'
  readonly code = 'local-file'
  readonly path: string
  constructor(path: string, problem: string, options?: ErrorOptions) {
    super(`${JSON.stringify(path.slice(0, 300))} ${problem}`, options)
    this.path = path
  }
}

/** A path that was to be referred to, and is not in its store, or where only the engine writes. */
export class FilepathError extends PipelineError {
  override readonly name = 'FilepathError'
  readonly code = 'filepath'
  readonly store: string
  readonly path: string
  constructor(store: string, path: string, problem: string) {
    super(problem)
    this.store = store
    this.path = path
  }
}

/** A file that a row refers to and that is another one by now. */
export class FileChangedError extends PipelineError {
  override readonly name = 'FileChangedError'
  readonly code = 'file-changed'
  readonly store: string
  readonly path: string
  constructor(store: string, path: string, found: string, recorded: string) {
    super(
      `${path} in the store '${store}' ${found}, and was recorded with ${recorded}: it was changed since. Restore it, or ` +
        'insert the row again if the change is right.',
    )
    this.store = store
    this.path = path
  }
}

/** A row of DataJoint 0.14 refers to an object that its schema does not list, or lists as another one. */
export class ExternalError extends PipelineError {
  override readonly name = 'ExternalError'
  readonly code = 'external'
  /** As a definition spells it: `attach@store`. */
  readonly type: string
  /** In hexadecimal digits. */
  readonly hash: string
  constructor(type: string, hash: string, problem: string) {
    super(`A value of type ${type} ${problem}`)
    this.type = type
    this.hash = hash
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
