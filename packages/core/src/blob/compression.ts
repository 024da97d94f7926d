import { promisify } from 'node:util'
import { deflate, inflate } from 'node:zlib'
import { InvalidBlobError } from './blob-error.ts'
import type { CountBits } from './blob-reader.ts'
import { looksCompressible, worthwhile } from './compressible.ts'

const mark = 'ZL123\0'
const headerBytes = mark.length + 8

/** Payloads of up to this many bytes are never compressed. */
const smallPayload = 1000

/** zlib cannot make more than this of one byte. */
const largestExpansion = 1032

/** What zlib gives at once: all of it, where that is not too much. It goes on where there is no room left. */
const chunkSize = (bytes: number): number => Math.max(1024, Math.min(bytes + 1, 2 ** 22))

const deflateAside = promisify(deflate)
const inflateAside = promisify(inflate)

/** Compresses a payload, off the main thread; `null` where that is not worth it. */
export async function compress(payload: Uint8Array): Promise<Uint8Array | null> {
  if (payload.length <= smallPayload || !looksCompressible(payload)) return null
  const room = Math.floor(payload.length * worthwhile) - headerBytes
  const stream = await deflateAside(payload, { chunkSize: chunkSize(room) })
  const length = headerBytes + stream.length
  if (stream.length >= room) return null
  const blob = new Uint8Array(length)
  blob.set(new TextEncoder().encode(mark))
  new DataView(blob.buffer).setBigUint64(mark.length, BigInt(payload.length), true)
  blob.set(stream, headerBytes)
  return blob
}

export function isCompressed(blob: Uint8Array): boolean {
  return mark === String.fromCharCode(...blob.subarray(0, mark.length))
}

/** The payload that was compressed, in a buffer of its own. Throws 'invalid-blob'. */
export async function expand(blob: Uint8Array, countBits: CountBits): Promise<Uint8Array> {
  const start = mark.length + countBits / 8
  if (blob.length < start) throw new InvalidBlobError('the length of the compressed value is cut off', blob.length)
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength)
  const length = countBits === 32 ? view.getUint32(mark.length, true) : Number(view.getBigUint64(mark.length, true))
  const stream = blob.subarray(start)
  if (length > stream.length * largestExpansion) {
    throw new InvalidBlobError(`${length} bytes are promised of ${stream.length} compressed ones`, mark.length)
  }
  try {
    const payload = await inflateAside(stream, {
      maxOutputLength: Math.max(length, 1),
      // more than a hundredfold is taken to be true when it is there
      chunkSize: chunkSize(Math.min(length, 100 * stream.length)),
    })
    if (payload.length === length) return payload
    throw new InvalidBlobError(`${length} bytes are promised, and ${payload.length} inflated`, start)
  } catch (error) {
    if (error instanceof InvalidBlobError) throw error
    throw new InvalidBlobError('the compressed value does not inflate to the length promised', start, { cause: error })
  }
}
