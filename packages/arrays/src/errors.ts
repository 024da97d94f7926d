/** Every error of this package: recognise one by its `code`, never by its class. */
export abstract class ArrayError extends Error {
  abstract readonly code: string
}

/** A shape that does not fit its data, or is no shape at all. */
export class InvalidShapeError extends ArrayError {
  override readonly name = 'InvalidShapeError'
  readonly code = 'invalid-shape'
  readonly shape: readonly number[]
  readonly length: number
  constructor(shape: readonly number[], length: number) {
    super(
      `The shape (${shape.join(', ')}) does not describe ${length} elements: ` +
        'give non-negative integers whose product is the length of the data.',
    )
    this.shape = shape
    this.length = length
  }
}

/** An index outside an array, or too few or too many of them. */
export class IndexError extends ArrayError {
  override readonly name = 'IndexError'
  readonly code = 'index-out-of-range'
  readonly indices: readonly number[]
  readonly shape: readonly number[]
  constructor(indices: readonly number[], shape: readonly number[]) {
    super(
      `The index (${indices.join(', ')}) is not inside an array of shape (${shape.join(', ')}): ` +
        'give one integer per axis, each from 0 to the length of its axis minus 1.',
    )
    this.indices = indices
    this.shape = shape
  }
}

/** Rows outside an NPY file, or rows of an array that has none. */
export class RowRangeError extends ArrayError {
  override readonly name = 'RowRangeError'
  readonly code = 'rows-out-of-range'
  readonly path: string
  readonly start: number
  readonly end: number
  readonly shape: readonly number[]
  constructor(path: string, start: number, end: number, shape: readonly number[]) {
    const rows = shape[0]
    super(
      rows === undefined
        ? `${path} holds a single value and has no rows: read it with readNpy().`
        : `Rows ${start} to ${end} of ${path} were asked for, which has ${rows}: ` +
            `give 0 <= start <= end <= ${rows}, the end not included.`,
    )
    this.path = path
    this.start = start
    this.end = end
    this.shape = shape
  }
}

/** An element type that this package has no array for. */
export class UnsupportedDTypeError extends ArrayError {
  override readonly name = 'UnsupportedDTypeError'
  readonly code = 'unsupported-dtype'
  readonly dtype: string
  readonly path: string | null
  constructor(dtype: string, path: string | null, advice: string) {
    super(`Arrays of dtype ${dtype} are not read${path === null ? '' : ` (${path})`}: ${advice}`)
    this.dtype = dtype
    this.path = path
  }
}

/** Bytes that are not an NPY file. */
export class InvalidNpyError extends ArrayError {
  override readonly name = 'InvalidNpyError'
  readonly code = 'invalid-npy'
  readonly path: string | null
  readonly reason: string
  constructor(path: string | null, reason: string) {
    super(`${path ?? 'The bytes given'}: not a readable NPY file: ${reason}`)
    this.path = path
    this.reason = reason
  }
}

/** An NPY file that ends before its data does. */
export class TruncatedNpyError extends ArrayError {
  override readonly name = 'TruncatedNpyError'
  readonly code = 'truncated-npy'
  readonly path: string | null
  readonly expectedBytes: number
  readonly actualBytes: number
  constructor(path: string | null, expectedBytes: number, actualBytes: number) {
    super(
      `${path ?? 'The bytes given'}: the NPY header promises ${expectedBytes} bytes, but there are ${actualBytes}. ` +
        'The file was cut off: copy or write it again.',
    )
    this.path = path
    this.expectedBytes = expectedBytes
    this.actualBytes = actualBytes
  }
}

/** An integer that a JavaScript `number` cannot hold exactly. */
export class InexactIntegerError extends ArrayError {
  override readonly name = 'InexactIntegerError'
  readonly code = 'inexact-integer'
  readonly value: bigint
  constructor(value: bigint) {
    super(
      `${value} is beyond 2^53 and has no exact number: read the array's BigInt data, ` +
        'or round with toFloat64Array().',
    )
    this.value = value
  }
}
