import { randomUUID } from 'node:crypto'
import { pause, pulled } from '../driver/abort.ts'
import { attempts, backOff, persist, type Purpose, type S3, sending } from './s3-client.ts'
import type { Failure } from './s3-failure.ts'
import { StoreRequestError } from './s3-error.ts'
import { headOf } from './s3-head.ts'
import { ObjectMissingError } from './store-error.ts'
import type { ObjectContent, TransferOptions } from './store.ts'
import { transferAll } from './transfers.ts'

export interface UploadOptions extends TransferOptions {
  /** How many bytes there will be, where that is known beforehand. */
  readonly size?: number | undefined
}

/** What is sent in one request; larger objects go in parts. */
const smallestPart = 8 * 2 ** 20
/** So many parts of one object are in memory at once. */
const concurrentParts = 4
/** S3 takes 10,000 parts; some are left for a file that grows while it is read. */
const mostParts = 9_000

/** The size of a part by its number: of one size where the whole is known, else growing, as it could be anything. */
const partSizeFor = (size: number | undefined): ((number: number) => number) =>
  size === undefined
    ? (number) => smallestPart * 2 ** Math.floor(number / 1000)
    : () => Math.max(smallestPart, Math.ceil(size / mostParts))

/** Writes an object whole or not at all: in one request, or in parts that a last request makes one object. */
export async function upload(s3: S3, path: string, content: ObjectContent, options: UploadOptions = {}): Promise<void> {
  const size = content instanceof Uint8Array ? content.length : options.size
  const parts = partsOf(content, partSizeFor(size), options.signal)
  try {
    const first = await parts.next()
    const second = first.done === true ? first : await parts.next()
    const purpose: Purpose = { action: 'write', path, signal: options.signal }
    if (second.done === true) {
      await putWhole(s3, purpose, first.done === true ? new Uint8Array(0) : first.value, options)
    } else {
      await putParts(s3, purpose, withFirst([first.value ?? new Uint8Array(0), second.value], parts), options)
    }
  } finally {
    await parts.return(undefined)
  }
}

async function* withFirst(first: readonly Uint8Array[], rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* first
  yield* rest
}

/** Content in parts, the last one smaller; nothing for nothing. */
async function* partsOf(
  content: ObjectContent,
  partSize: (number: number) => number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, undefined> {
  let number = 0
  if (content instanceof Uint8Array) {
    for (let at = 0; at < content.length; at += partSize(number++)) {
      yield content.subarray(at, at + partSize(number))
    }
    return undefined
  }
  // copied into memory of our own: whoever gives a piece may fill the same memory again
  let part = new Uint8Array(partSize(number))
  let length = 0
  for await (const given of pulled(content, signal)) {
    for (let piece = given; piece.length > 0;) {
      const taken = piece.subarray(0, part.length - length)
      part.set(taken, length)
      length += taken.length
      piece = piece.subarray(taken.length)
      if (length < part.length) continue
      yield part
      part = new Uint8Array(partSize(++number))
      length = 0
    }
  }
  if (length > 0) yield part.subarray(0, length)
  return undefined
}

async function putWhole(s3: S3, purpose: Purpose, body: Uint8Array, { onProgress }: UploadOptions): Promise<void> {
  const input = { Bucket: s3.place.bucket, Key: s3.key(purpose.path), Body: body, ContentLength: body.length }
  await persist(s3, purpose, () => s3.client.send(new s3.sdk.PutObjectCommand(input), sending(purpose)))
  onProgress?.(body.length)
}

async function putParts(
  s3: S3,
  purpose: Purpose,
  parts: AsyncIterable<Uint8Array>,
  { onProgress }: UploadOptions,
): Promise<void> {
  const target = { Bucket: s3.place.bucket, Key: s3.key(purpose.path) }
  // by it, the object is known as this one where the answer to the last request is lost
  const token = randomUUID()
  const begin = { ...target, Metadata: { [tokenName]: token }, ChecksumAlgorithm: 'CRC32' as const }
  // not stopped by the signal: an upload that is begun must be known, to be ended
  const { UploadId } = await persist(s3, purpose, () => s3.client.send(new s3.sdk.CreateMultipartUploadCommand(begin)))
  try {
    let sent = 0
    const numbered = numberedParts(parts)
    const done = await transferAll(
      numbered,
      async ({ number, body }, signal) => {
        const part = { ...target, UploadId, PartNumber: number, Body: body, ContentLength: body.length }
        const { ETag, ChecksumCRC32 } = await persist(s3, { ...purpose, signal }, () =>
          s3.client.send(new s3.sdk.UploadPartCommand(part), sending({ signal })),
        )
        sent += body.length
        onProgress?.(sent)
        return { PartNumber: number, ETag, ...(ChecksumCRC32 !== undefined && { ChecksumCRC32 }) }
      },
      { concurrency: concurrentParts, signal: purpose.signal },
    )
    await complete(s3, purpose, { ...target, UploadId, MultipartUpload: { Parts: done } }, token)
  } catch (error) {
    // what cannot be removed now is found when garbage is collected
    await discardUpload(s3, purpose.path, UploadId).catch(() => undefined)
    throw error
  }
}

/**
 * Ends an upload without an object. A part that the server was still taking in can outlive that (S3 says: abort it again), so it
 * is repeated until the upload is gone. Not stopped by the signal, which may be what ended it.
 */
async function discardUpload(s3: S3, path: string, UploadId: string | undefined): Promise<void> {
  const upload = { Bucket: s3.place.bucket, Key: s3.key(path), UploadId }
  const purpose: Purpose = { action: 'delete', path, signal: AbortSignal.timeout(10_000) }
  try {
    for (let attempt = 0; attempt < attempts; attempt++) {
      await persist(s3, purpose, () => s3.client.send(new s3.sdk.AbortMultipartUploadCommand(upload), sending(purpose)))
      await pause(backOff(attempt), purpose.signal)
      await persist(s3, purpose, () => s3.client.send(new s3.sdk.ListPartsCommand(upload), sending(purpose)))
    }
  } catch (error) {
    if (!(error instanceof ObjectMissingError)) throw error
  }
}

const tokenName = 'neurojoint-upload'

async function* numberedParts(parts: AsyncIterable<Uint8Array>) {
  let number = 0
  for await (const body of parts) yield { number: ++number, body }
}

interface Completion {
  readonly Bucket: string
  readonly Key: string
  readonly UploadId: string | undefined
  readonly MultipartUpload: { readonly Parts: { PartNumber: number; ETag: string | undefined }[] }
}

/** Makes one object of the parts. The request cannot be repeated: where its answer was lost, the object is looked at. */
async function complete(s3: S3, purpose: Purpose, input: Completion, token: string): Promise<void> {
  const lost: Failure[] = []
  const send = () => s3.client.send(new s3.sdk.CompleteMultipartUploadCommand(input), sending(purpose))
  try {
    await persist(s3, purpose, send, (failure) => lost.push(failure))
  } catch (error) {
    if (!(error instanceof StoreRequestError) || lost.length === 0) throw error
    const head = await headOf(s3, purpose)
    if (head?.Metadata?.[tokenName] !== token) throw error
  }
}
