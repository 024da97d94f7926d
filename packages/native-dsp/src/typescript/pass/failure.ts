import { FileError, TruncatedFileError } from '../../errors.ts'
import type { Failure } from './protocol.ts'

/** The work was not wanted any more; nobody but the threads of a pass sees this. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError'
  readonly code = 'cancelled'
  constructor() {
    super('Cancelled.')
  }
}

export function toFailure(error: unknown): Failure {
  if (error instanceof CancelledError) return { code: error.code }
  if (error instanceof TruncatedFileError) {
    return { code: error.code, path: error.path, bytes: error.bytes, expected: error.expected }
  }
  if (error instanceof FileError) return { code: error.code, path: error.path, reason: error.reason }
  return { code: 'other', error }
}

export function toError(failure: Failure): unknown {
  switch (failure.code) {
    case 'cancelled':
      return new CancelledError()
    case 'truncated-file':
      return new TruncatedFileError(failure.path, failure.bytes, failure.expected)
    case 'file':
      return new FileError(failure.path, failure.reason)
    case 'other':
      return failure.error
  }
}

/** Names the file in what the system says of it. */
export const fileError = (path: string, error: unknown): FileError =>
  error instanceof FileError
    ? error
    : new FileError(path, error instanceof Error ? error.message : String(error), error)
