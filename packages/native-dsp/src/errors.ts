/** No compiled binding could be loaded; the TypeScript implementation takes over. */
export class MissingBindingError extends Error {
  override readonly name = 'MissingBindingError'
  readonly code = 'missing-binding'
  readonly platform: string
  readonly attempts: readonly string[]
  constructor(platform: string, attempts: readonly string[]) {
    super(
      `No native binding for ${platform} could be loaded (${attempts.join('; ')}). ` +
        'Build it with `pnpm build:native` (needs Rust), or install the platform package.',
    )
    this.platform = platform
    this.attempts = attempts
  }
}

/** The samples do not make whole frames of the stated number of channels. */
export class RaggedFramesError extends Error {
  override readonly name = 'RaggedFramesError'
  readonly code = 'ragged-frames'
  readonly samples: number
  readonly channels: number
  constructor(samples: number, channels: number) {
    super(`${samples} samples do not make whole frames of ${channels} channels. Check the number of channels.`)
    this.samples = samples
    this.channels = channels
  }
}

/** A parameter is outside of what the operation accepts. */
export class InvalidParameterError extends Error {
  override readonly name = 'InvalidParameterError'
  readonly code = 'invalid-parameter'
  readonly parameter: string
  readonly value: unknown
  readonly expected: string
  constructor(parameter: string, value: unknown, expected: string) {
    super(`\`${parameter}\` is ${describe(value)}; expected ${expected}.`)
    this.parameter = parameter
    this.value = value
    this.expected = expected
  }
}

/** A list has another length than the number of channels asks for. */
export class WrongLengthError extends Error {
  override readonly name = 'WrongLengthError'
  readonly code = 'wrong-length'
  readonly parameter: string
  readonly length: number
  readonly expected: number
  constructor(parameter: string, length: number, expected: number) {
    super(`\`${parameter}\` has ${length} entries; expected ${expected}.`)
    this.parameter = parameter
    this.length = length
    this.expected = expected
  }
}

/** A file could not be read or written. */
export class FileError extends Error {
  override readonly name = 'FileError'
  readonly code = 'file'
  readonly path: string
  readonly reason: string
  constructor(path: string, reason: string, cause?: unknown) {
    super(`${path}: ${reason}.`, { cause })
    this.path = path
    this.reason = reason
  }
}

/** A file is shorter than the recording that it should hold. */
export class TruncatedFileError extends Error {
  override readonly name = 'TruncatedFileError'
  readonly code = 'truncated-file'
  readonly path: string
  readonly bytes: number
  readonly expected: number
  constructor(path: string, bytes: number, expected: number) {
    super(
      `${path} has ${bytes} bytes; the recording needs ${expected}. Copy it again, or correct what says how long it is.`,
    )
    this.path = path
    this.bytes = bytes
    this.expected = expected
  }
}

/** The native code failed (`panic`), or was stopped by nobody's signal (`cancelled`). */
export class NativeOperationError extends Error {
  override readonly name = 'NativeOperationError'
  readonly code: string
  constructor(code: string, message: string, cause: unknown) {
    super(message, { cause })
    this.code = code
  }
}

/** A recording carries steps of the chain already. */
export class AlreadyAppliedError extends Error {
  override readonly name = 'AlreadyAppliedError'
  readonly code = 'already-applied'
  readonly source: string
  /** The steps of the chain. */
  readonly steps: readonly string[]
  readonly applied: readonly { readonly step: string; readonly by: string; readonly details: string }[]
  constructor(source: string, steps: readonly string[], applied: AlreadyAppliedError['applied']) {
    const done = applied.map(({ step, by, details }) => `${step} (${by}: ${details})`).join(', ')
    super(
      `${source} carries ${done} already, and the chain has ${steps.join(', ')}. ` +
        "Take the recording as it was acquired, or say `alreadyApplied: 'skip'` to leave these steps out, or `'again'` to do them twice.",
    )
    this.source = source
    this.steps = steps
    this.applied = applied
  }
}

/** There is a file where the result should go. */
export class TargetExistsError extends Error {
  override readonly name = 'TargetExistsError'
  readonly code = 'target-exists'
  readonly path: string
  constructor(path: string) {
    super(`${path} exists already. Choose another folder, or say \`overwrite: true\` to replace it.`)
    this.path = path
  }
}

/** The result would take the place of the recording. */
export class TargetIsSourceError extends Error {
  override readonly name = 'TargetIsSourceError'
  readonly code = 'target-is-source'
  readonly path: string
  constructor(path: string) {
    super(`${path} is the recording itself. Choose another folder for the result.`)
    this.path = path
  }
}

/** JSON has no word for NaN and Infinity. */
function describe(value: unknown): string {
  if (value === undefined) return 'missing'
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value))
}
