import { PipelineError } from '../errors.ts'

/** Bytes that are not a blob, or one that was cut off or overwritten. */
export class InvalidBlobError extends PipelineError {
  override readonly name = 'InvalidBlobError'
  readonly code = 'invalid-blob'
  readonly reason: string
  /** Where in the blob, in bytes: counted after inflating if it is compressed. */
  readonly offset: number
  constructor(reason: string, offset: number, options?: ErrorOptions) {
    super(
      `Not a readable blob: ${reason} (at byte ${offset}). It was damaged, or is not one of DataJoint's: ` +
        'restore it, or read the attribute as bytes.',
      options,
    )
    this.reason = reason
    this.offset = offset
  }
}

/** A part of a valid blob that has no JavaScript value here. */
export class UnsupportedBlobError extends PipelineError {
  override readonly name = 'UnsupportedBlobError'
  readonly code = 'unsupported-blob'
  readonly what: string
  /** The type code: one byte, section "Type codes" of the format. */
  readonly typeCode: number
  readonly offset: number
  constructor(what: string, typeCode: number, offset: number) {
    const hex = typeCode.toString(16).padStart(2, '0')
    super(`The blob holds ${what} (type code ${hex} at byte ${offset}), which is not read here. Convert it in Python.`)
    this.what = what
    this.typeCode = typeCode
    this.offset = offset
  }
}

/** A blob was to be read so that it packs to the same bytes, and does not. */
export class InexactBlobError extends PipelineError {
  override readonly name = 'InexactBlobError'
  readonly code = 'inexact-blob'
  /** The first byte that differs, counted after inflating. */
  readonly offset: number
  constructor(offset: number) {
    super(
      `The blob would not pack to the bytes that it has: they differ from byte ${offset}, where its writer chose another ` +
        'form than Python and MATLAB do. Read it without { lossless: true }, or keep its bytes as they are.',
    )
    this.offset = offset
  }
}

/** An option of `unpackBlob` that there is not. */
export class UnpackOptionError extends PipelineError {
  override readonly name = 'UnpackOptionError'
  readonly code = 'invalid-call'
  readonly option: string
  constructor(option: string, value: unknown) {
    super(
      `unpackBlob() has no option \`${option}: ${String(value)}\`: it has { lossless: true or false, countBits: 32 or 64 }.`,
    )
    this.option = option
  }
}

/** A value that the format has no place for. */
export class UnpackableValueError extends PipelineError {
  override readonly name = 'UnpackableValueError'
  readonly code = 'unpackable-value'
  /** Where in the value: `value.trials[2].time`. */
  readonly path: string
  readonly found: string
  constructor(path: string, found: string, advice: string) {
    super(`Cannot pack ${found} at \`${path}\` into a blob: ${advice}`)
    this.path = path
    this.found = found
  }
}
