import { StoreBucketError, StoreCredentialsError, StoreRequestError, StoreUnreachableError } from './s3-error.ts'
import type { S3Place } from './s3-settings.ts'
import { ObjectMissingError, StoreAccessError, StoreFullError } from './store-error.ts'

/** What went wrong with a request, in the few facts that matter. */
export interface Failure {
  /** The name of the server's error, or the system's: `NoSuchKey`, `ECONNRESET`. */
  readonly reason: string
  /** Of the answer; `null` where there was none. */
  readonly status: number | null
}

/** A body that ended before it was whole. */
export const cutShort = 'CutShort'
/** Bytes that are not those which the server has. */
export const damaged = 'ChecksumMismatch'
/** No answer, or no byte of one, for too long. */
export const timedOut = 'TimeoutError'

export function failureOf(error: unknown): Failure {
  const name = textOf(error, 'name')
  const status = statusOf(error)
  // errors of the system are named Error, and those of the server have no code
  const isDamaged = textOf(error, 'message')?.startsWith('Checksum mismatch') === true
  if (isDamaged) return { reason: damaged, status: null }
  const reason = status === null ? (textOf(error, 'code') ?? name) : (textOf(error, 'Code') ?? name)
  return { reason: reason ?? 'an unknown error', status }
}

function textOf(error: unknown, field: string): string | null {
  if (typeof error !== 'object' || error === null || !(field in error)) return null
  const value: unknown = Reflect.get(error, field)
  return typeof value === 'string' && value !== '' ? value : null
}

function statusOf(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return null
  const metadata = error.$metadata
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return null
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : null
}

const passing = new Set([
  cutShort,
  timedOut,
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ERR_STREAM_PREMATURE_CLOSE',
  'RequestTimeout',
  'SlowDown',
  'BadDigest',
  'XAmzContentChecksumMismatch',
])

/** Whether trying again may help. Every request that is sent here may be repeated: it does the same again. */
export function isPassing({ reason, status }: Failure): boolean {
  if (passing.has(reason) || /throttl/i.test(reason)) return true
  return status === 429 || (status !== null && status >= 500 && status !== 501 && status !== 507)
}

const credentialReasons = new Set([
  'SignatureDoesNotMatch',
  'InvalidAccessKeyId',
  // in the words of versitygw
  'XAdminUserNotFound',
  'ExpiredToken',
  'InvalidToken',
  'TokenRefreshRequired',
  'AuthorizationHeaderMalformed',
  'RequestTimeTooSkewed',
  'CredentialsProviderError',
])

/** Says in our words what a server, the network or the SDK complained of. Nothing of the request is kept: it is signed. */
export function explainS3(place: S3Place, action: string, path: string, error: unknown): Error {
  const { store, bucket, endpoint } = place
  const failure = failureOf(error)
  const { reason, status } = failure
  const cause = new Error(error instanceof Error ? error.message : reason)
  if (credentialReasons.has(reason)) return new StoreCredentialsError(store, endpoint, reason, { cause })
  if (reason === 'NoSuchBucket') return new StoreBucketError(store, bucket, endpoint, { cause })
  // of a part of an upload, it means that the upload is gone
  if (status === 404 && action !== 'write') return new ObjectMissingError(store, path, { cause })
  if (status === 403) return new StoreAccessError(store, action, path, { cause })
  if (status === 507 || /quota|storage ?full|insufficient ?storage/i.test(reason)) {
    return new StoreFullError(store, path, { cause })
  }
  if (status === null && reason !== damaged) return new StoreUnreachableError(store, endpoint, reason, { cause })
  return new StoreRequestError(store, action, path, failure, { cause })
}
