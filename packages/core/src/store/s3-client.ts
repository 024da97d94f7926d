import type * as Sdk from '@aws-sdk/client-s3'
import type { S3Client } from '@aws-sdk/client-s3'
import { pause } from '../driver/abort.ts'
import { MissingPeerError } from './s3-error.ts'
import { explainS3, type Failure, failureOf, isPassing } from './s3-failure.ts'
import type { S3Place } from './s3-settings.ts'
import { readSecret } from './secret.ts'

/** The AWS SDK with a client of one store; made when the store is first used. */
export interface S3 {
  readonly sdk: typeof Sdk
  readonly client: S3Client
  readonly place: S3Place
  /** What was learnt of the server: an object that is missing is no sign that the bucket is, once that was seen. */
  readonly seen: { bucket: boolean; copyRefreshes: boolean }
  /** The key of an object in the bucket. */
  key(path: string): string
}

/** The client of a store, once for all that ask; what failed is tried anew for the next that asks. */
export function s3Opener(place: S3Place): () => Promise<S3> {
  let opened: Promise<S3> | null = null
  return () => {
    opened ??= openS3(place).catch((error: unknown) => {
      opened = null
      throw error
    })
    return opened
  }
}

async function openS3(place: S3Place): Promise<S3> {
  const { store, endpoint, keys, location, pathStyle, region, timeoutSeconds } = place
  const sdk = await loadSdk(store)
  const credentials = keys && {
    accessKeyId: await readSecret(store, 'accessKey', keys.accessKey),
    secretAccessKey: await readSecret(store, 'secretKey', keys.secretKey),
  }
  const timeout = timeoutSeconds * 1000
  const client = new sdk.S3Client({
    endpoint,
    region,
    forcePathStyle: pathStyle,
    followRegionRedirects: true,
    // tried again here, where a signal ends the wait and what was half read goes on
    maxAttempts: 1,
    requestHandler: { connectionTimeout: Math.min(timeout, 10_000), socketTimeout: timeout },
    ...(credentials && { credentials }),
  })
  return {
    sdk,
    client,
    place,
    seen: { bucket: false, copyRefreshes: true },
    key: (path) => (location === '' ? path : `${location}/${path}`),
  }
}

async function loadSdk(store: string): Promise<typeof Sdk> {
  try {
    return await import('@aws-sdk/client-s3')
  } catch (error) {
    throw new MissingPeerError(store, '@aws-sdk/client-s3', { cause: error })
  }
}

/** What a request is for, as errors tell it. */
export interface Purpose {
  readonly action: 'read' | 'write' | 'delete' | 'list'
  readonly path: string
  readonly signal?: AbortSignal | undefined
}

/** How often what may pass is tried: some six seconds in all. */
export const attempts = 8

/** How long to wait after an attempt: up to 3 s, and never as long as the next client does. */
export const backOff = (attempt: number): number => Math.min(50 * 2 ** attempt, 3000) * (0.5 + Math.random() / 2)

/**
 * Does what may be repeated until it succeeds or fails for good; `onFailure` is told of what passed. Throws in our words,
 * or the signal's reason.
 */
export async function persist<T>(
  s3: S3,
  purpose: Purpose,
  work: (attempt: number) => Promise<T>,
  onFailure: (failure: Failure) => void = () => {},
): Promise<T> {
  const { action, path, signal } = purpose
  for (let attempt = 0; ; attempt++) {
    signal?.throwIfAborted()
    try {
      return await work(attempt)
    } catch (error) {
      signal?.throwIfAborted()
      const failure = failureOf(error)
      if (!isPassing(failure) || attempt + 1 >= attempts) throw explainS3(s3.place, action, path, error)
      onFailure(failure)
      await pause(backOff(attempt), signal)
    }
  }
}

/** The options of a request: what stops it. */
export const sending = ({ signal }: Pick<Purpose, 'signal'>) => (signal ? { abortSignal: signal } : {})
