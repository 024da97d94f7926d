import { promisify } from 'node:util'
import { deflate, inflate } from 'node:zlib'
import { InvalidBlobError } from './blob-error.ts'
import { packPayload } from './pack.ts'
import { unpackPayload } from './unpack.ts'

const compressionMark = 'ZL123\0'
const headerBytes = compressionMark.length + 8

/** Payloads of up to this many bytes are never compressed. */
const smallPayload = 1000

/** Compression is kept only where it leaves less than this of the payload. */
const worthwhile = 0.9

/** zlib cannot make more than this of one byte. */
const largestExpansion = 1032

/**
 * Packs a value for a `<blob>` attribute: `packPayload`, compressed where that saves more than a tenth, off the main
 * thread. Throws 'unpackable-value'.
 */
export async function packBlob(value: unknown): Promise<Uint8Array> {
  const payload = packPayload(value)
  if (payload.length <= smallPayload) return payload
  const stream = await promisify(deflate)(payload)
  const length = headerBytes + stream.length
  if (length >= payload.length * worthwhile) return payload
  const blob = new Uint8Array(length)
  blob.set(new TextEncoder().encode(compressionMark))
  new DataView(blob.buffer).setBigUint64(compressionMark.length, BigInt(payload.length), true)
  blob.set(stream, headerBytes)
  return blob
}

/** Reads what a `<blob>` attribute holds, compressed or not: see `unpackPayload` for what becomes of it. */
export async function unpackBlob(blob: Uint8Array): Promise<unknown> {
  return unpackPayload(isCompressed(blob) ? await expand(blob) : blob)
}

function isCompressed(blob: Uint8Array): boolean {
  return compressionMark === String.fromCharCode(...blob.subarray(0, compressionMark.length))
}

async function expand(blob: Uint8Array): Promise<Uint8Array> {
  if (blob.length < headerBytes)
    throw new InvalidBlobError('the length of the compressed value is cut off', blob.length)
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength)
  const length = Number(view.getBigUint64(compressionMark.length, true))
  const stream = blob.subarray(headerBytes)
  if (length > stream.length * largestExpansion) {
    throw new InvalidBlobError(
      `${length} bytes are promised of ${stream.length} compressed ones`,
      compressionMark.length,
    )
  }
  const payload = await inflateTo(stream, length)
  if (payload.length !== length) {
    throw new InvalidBlobError(`${length} bytes are promised, and ${payload.length} inflated`, headerBytes)
  }
  return payload
}

async function inflateTo(stream: Uint8Array, length: number): Promise<Uint8Array> {
  try {
    return await promisify(inflate)(stream, { maxOutputLength: Math.max(length, 1) })
  } catch (error) {
    throw new InvalidBlobError('the compressed value does not inflate to the length promised', headerBytes, {
      cause: error,
    })
  }
}
