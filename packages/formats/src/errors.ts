/** The errors of this package; recognise them by `code`. */
export abstract class FormatError extends Error {
  abstract readonly code: string
}

/** A file or folder that the format needs is not there. */
export class MissingFileError extends FormatError {
  override readonly name = 'MissingFileError'
  readonly code = 'missing-file'
  readonly path: string
  readonly folder: string
  readonly file: string
  constructor(folder: string, file: string, advice: string, options?: ErrorOptions) {
    super(`\`${file}\` is missing in ${folder === '.' ? process.cwd() : folder}. ${advice}`, options)
    this.path = folder === '' ? file : `${folder}/${file}`
    this.folder = folder
    this.file = file
  }
}

/** A key that every file of this kind has is absent: the file was cut, edited or is of another kind. */
export class MissingKeyError extends FormatError {
  override readonly name = 'MissingKeyError'
  readonly code = 'missing-key'
  readonly path: string
  readonly key: string
  constructor(path: string, key: string, advice: string) {
    super(`\`${key}\` is missing in ${path}. ${advice}`)
    this.path = path
    this.key = key
  }
}

/** A value that cannot be what its key means. */
export class InvalidValueError extends FormatError {
  override readonly name = 'InvalidValueError'
  readonly code = 'invalid-value'
  readonly path: string
  readonly key: string
  readonly value: string
  readonly expected: string
  constructor(path: string, key: string, value: string, expected: string) {
    const shown = value.length > 60 ? `${value.slice(0, 60)}…` : value
    super(
      `\`${key}\` in ${path} is \`${shown}\`, expected ${expected}. Restore the file from the acquisition computer.`,
    )
    this.path = path
    this.key = key
    this.value = value
    this.expected = expected
  }
}

/** Two statements of one file, or of files that belong together, contradict each other. */
export class ContradictionError extends FormatError {
  override readonly name = 'ContradictionError'
  readonly code = 'contradiction'
  readonly path: string
  readonly found: string
  readonly expected: string
  constructor(path: string, found: string, expected: string, advice: string) {
    super(`${path} contradicts itself: found ${found}, expected ${expected}. ${advice}`)
    this.path = path
    this.found = found
    this.expected = expected
  }
}

/** A probe part number that the vendor table does not have. */
export class UnknownProbeError extends FormatError {
  override readonly name = 'UnknownProbeError'
  readonly code = 'unknown-probe'
  readonly partNumber: string
  readonly known: readonly string[]
  readonly path: string | null
  constructor(partNumber: string, known: readonly string[], path: string | null = null) {
    super(
      `Unknown probe part number \`${partNumber}\`${path === null ? '' : ` in ${path}`}. Known: ${known.join(', ')}. ` +
        'Add its geometry to the probe table of @neurojoint/formats, or correct the part number.',
    )
    this.partNumber = partNumber
    this.known = known
    this.path = path
  }
}

/** A binary file shorter than its metadata says. */
export class FileTruncatedError extends FormatError {
  override readonly name = 'FileTruncatedError'
  readonly code = 'file-truncated'
  readonly path: string
  readonly bytes: number
  readonly expectedBytes: number
  /** @param remedy what to do where the rest was never written */
  constructor(path: string, bytes: number, expectedBytes: number, remedy: string) {
    super(
      `${path} has ${bytes} bytes, ${expectedBytes} are described: ${expectedBytes - bytes} are missing. ` +
        `Copy the file again; if the acquisition was cut off, ${remedy}.`,
    )
    this.path = path
    this.bytes = bytes
    this.expectedBytes = expectedBytes
  }
}

/** A binary file longer than its metadata says. */
export class FileOverlongError extends FormatError {
  override readonly name = 'FileOverlongError'
  readonly code = 'file-overlong'
  readonly path: string
  readonly bytes: number
  readonly expectedBytes: number
  constructor(path: string, bytes: number, expectedBytes: number) {
    super(
      `${path} has ${bytes} bytes, its .meta says only ${expectedBytes}. ` +
        'The .meta belongs to another file, or was not updated: correct fileSizeBytes and fileTimeSecs.',
    )
    this.path = path
    this.bytes = bytes
    this.expectedBytes = expectedBytes
  }
}

/** A binary file that does not hold a whole number of frames. */
export class RaggedFileError extends FormatError {
  override readonly name = 'RaggedFileError'
  readonly code = 'ragged-file'
  readonly path: string
  readonly bytes: number
  readonly frameBytes: number
  constructor(path: string, bytes: number, frameBytes: number, countKey = 'nSavedChans in the .meta') {
    super(
      `${path} has ${bytes} bytes, not a multiple of its frame of ${frameBytes} bytes (${bytes % frameBytes} left over). ` +
        `Copy the file again, or correct ${countKey}.`,
    )
    this.path = path
    this.bytes = bytes
    this.frameBytes = frameBytes
  }
}

/** A request for frames, channels, segments or electrodes that are not there. */
export class OutOfRangeError extends FormatError {
  override readonly name = 'OutOfRangeError'
  readonly code = 'out-of-range'
  readonly what: string
  readonly value: string
  readonly source: string
  readonly available: string
  constructor(what: string, value: string, source: string, available: string) {
    super(`${what} ${value} was asked for: ${source} has ${available}.`)
    this.what = what
    this.value = value
    this.source = source
    this.available = available
  }
}

/** A recording was read after it was closed. */
export class RecordingClosedError extends FormatError {
  override readonly name = 'RecordingClosedError'
  readonly code = 'recording-closed'
  readonly path: string
  constructor(path: string) {
    super(`${path} was closed before this read. Read first, then close; or open it again.`)
    this.path = path
  }
}

/** A folder holds several recordings where one was asked for. */
export class AmbiguousRecordingError extends FormatError {
  override readonly name = 'AmbiguousRecordingError'
  readonly code = 'ambiguous-recording'
  readonly path: string
  readonly found: readonly string[]
  constructor(path: string, found: readonly string[]) {
    super(`${path} holds several recordings: ${found.join(', ')}. Name one of them.`)
    this.path = path
    this.found = found
  }
}

/** No format of the registry recognises a path. */
export class UnknownFormatError extends FormatError {
  override readonly name = 'UnknownFormatError'
  readonly code = 'unknown-format'
  readonly path: string
  readonly known: readonly string[]
  /** What a folder holds; null for a file. */
  readonly names: readonly string[] | null
  constructor(path: string, known: readonly string[], names: readonly string[] | null = null) {
    const shown = names?.slice(0, 8).join(', ') ?? ''
    const more = names && names.length > 8 ? `, and ${names.length - 8} more` : ''
    const found = names === null ? '' : ` It is a folder that holds ${shown === '' ? 'nothing' : `${shown}${more}`}.`
    super(
      `No recording format recognises ${path}.${found} Known: ${known.join(', ')}. ` +
        'Name a file of a recording, or pass your own format as the second argument.',
    )
    this.path = path
    this.known = known
    this.names = names
  }
}
