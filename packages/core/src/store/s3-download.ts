import { Readable } from 'node:stream'
import { pause, untilAborted } from '../driver/abort.ts'
import { attempts, backOff, type S3, sending } from './s3-client.ts'
import { cutShort, damaged, explainS3, failureOf, isPassing, timedOut } from './s3-failure.ts'
import { headOf } from './s3-head.ts'
import { ObjectChangedError, ObjectMissingError, ObjectRangeError } from './store-error.ts'
import type { StreamOptions } from './store.ts'

export interface DownloadOptions extends StreamOptions {
  /** Told the size of the object before its first byte. */
  readonly onSize?: (size: number) => void
}

/**
 * An object or a part of it, in pieces. What is cut off on its way is asked for again from there on, as long as it is the
 * same object. Throws 'object-missing', 'object-range' and 'object-changed'.
 */
export async function* download(s3: S3, path: string, options: DownloadOptions = {}): AsyncGenerator<Uint8Array> {
  const { start = 0, end = null, signal, onSize } = options
  const { store, timeoutSeconds } = s3.place
  const asked: Part = { at: start, stop: end, etag: undefined, signal }
  if (!isOrdered(start, end) || start === end) {
    await requireInside(s3, path, asked)
    return
  }
  let part = asked
  for (let attempt = 0; ; attempt++) {
    try {
      const { body, etag, size } = await request(s3, path, part)
      if (part === asked) onSize?.(size)
      part = { ...part, etag, stop: part.stop ?? size }
      for await (const piece of piecesOf(body, timeoutSeconds, signal)) {
        part = { ...part, at: part.at + piece.length }
        attempt = 0
        yield piece
      }
      if (part.at === part.stop) return
      throw Object.assign(new Error(`The answer ended after byte ${part.at} of ${part.stop}`), { code: cutShort })
    } catch (error) {
      signal?.throwIfAborted()
      const failure = failureOf(error)
      // cut off after its last byte, it is whole; what is damaged began before that
      if (part.at === part.stop && failure.reason !== damaged && isPassing(failure)) return
      if (failure.status === 416) return await requireInside(s3, path, asked)
      if (error instanceof ObjectRangeError) throw error
      const explained = explainS3(s3.place, 'read', path, error)
      if (failure.status === 412) throw new ObjectChangedError(store, path, { cause: explained })
      if (!isPassing(failure) || attempt + 1 >= attempts) throw explained
      await pause(backOff(attempt), signal)
    }
  }
}

/** Bytes of an object that are still to come. */
interface Part {
  readonly at: number
  /** `null` for the end of the object, as long as that is not known. */
  readonly stop: number | null
  /** That of the object which was begun. */
  readonly etag: string | undefined
  readonly signal: AbortSignal | undefined
}

interface Answer {
  readonly body: Readable
  readonly etag: string | undefined
  /** Of the whole object. */
  readonly size: number
}

async function request(s3: S3, path: string, { at, stop, etag, signal }: Part): Promise<Answer> {
  // without a range, the server tells the checksum of the whole, and the SDK compares
  const range = at === 0 && stop === null ? null : `bytes=${at}-${stop === null ? '' : stop - 1}`
  const input = {
    Bucket: s3.place.bucket,
    Key: s3.key(path),
    ...(range !== null && { Range: range }),
    ...(etag !== undefined && { IfMatch: etag }),
  }
  const answer = await s3.client.send(new s3.sdk.GetObjectCommand(input), sending({ signal }))
  const { Body: body } = answer
  if (!(body instanceof Readable)) throw new TypeError('The AWS SDK gave no stream: it was made for browsers')
  const size = Number(/\/(\d+)$/.exec(answer.ContentRange ?? '')?.[1] ?? answer.ContentLength)
  if (stop === null || stop <= size) return { body, etag: answer.ETag, size }
  // a server gives what there is
  body.destroy()
  throw new ObjectRangeError(s3.place.store, path, at, stop, size)
}

const isOrdered = (start: number, end: number | null): boolean =>
  Number.isInteger(start) && start >= 0 && (end === null || (Number.isInteger(end) && start <= end))

/** For bytes of which there are none to send: whether there could be. */
async function requireInside(s3: S3, path: string, { at, stop, signal }: Part): Promise<void> {
  const head = await headOf(s3, { action: 'read', path, signal })
  if (head === null) throw new ObjectMissingError(s3.place.store, path)
  const size = head.ContentLength ?? 0
  if (!isOrdered(at, stop) || at > size || (stop ?? size) > size) {
    throw new ObjectRangeError(s3.place.store, path, at, stop ?? size, size)
  }
}

async function* piecesOf(body: Readable, seconds: number, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  const iterator: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]()
  try {
    for (;;) {
      const { done, value } = await untilAborted(within(seconds, iterator.next()), signal)
      if (done === true) return
      yield value
    }
  } finally {
    body.destroy()
  }
}

/** The SDK watches over the beginning of an answer, not over its body. */
function within<T>(seconds: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stalled = Object.assign(new Error(`No byte came for ${seconds} s`), { code: timedOut })
    const timer = setTimeout(() => reject(stalled), seconds * 1000)
    void work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
