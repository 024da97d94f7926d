import { InvalidBlobError, UnpackOptionError } from './blob-error.ts'
import type { CountBits } from './blob-reader.ts'
import { compress, expand, isCompressed } from './compression.ts'
import { hasNarrowCounts } from './narrow-counts.ts'
import { packPayload } from './pack.ts'
import { unpackPayload } from './unpack.ts'

/** How a blob is read. */
export interface UnpackBlobOptions {
  /**
   * Reads values that pack to the same bytes, compression aside: floats are `Float`, dicts Maps, text of MATLAB
   * `MatlabChars`. Throws 'inexact-blob' for a blob that has another form than Python and MATLAB give it.
   */
  readonly lossless?: boolean
  /** How many bits counts have: 32 in blobs of 32-bit MATLAB. Where this is left out, it is found out. */
  readonly countBits?: CountBits
}

/**
 * Packs a value for a `<blob>` attribute: `packPayload`, compressed where that saves more than a tenth, off the main
 * thread. Throws 'unpackable-value'.
 */
export async function packBlob(value: unknown): Promise<Uint8Array> {
  const payload = packPayload(value)
  return (await compress(payload)) ?? payload
}

/**
 * Reads what a `<blob>` attribute holds, of Python or MATLAB, compressed or not.
 *
 * Arrays are `NdArray` in Fortran order with a buffer of their own, single values of NumPy `NdArray` of shape []; dicts
 * are plain objects, or Maps where a key is not text; integers are `number` where that is exact, else `bigint`. What
 * JavaScript has nothing like is a value of its own: `Tuple`, `ComplexArray`, `RecordArray` and so on.
 * Throws 'invalid-blob' for any bytes that are not a blob, 'unsupported-blob' for what has no value here.
 */
export async function unpackBlob(blob: Uint8Array, options: UnpackBlobOptions = {}): Promise<unknown> {
  requireBytes(blob)
  const { lossless = false, countBits } = checked(options)
  if (countBits !== undefined) return unpackPayload(await payloadOf(blob, countBits), { lossless, countBits })
  try {
    return unpackPayload(await payloadOf(blob, 64), { lossless, countBits: 64 })
  } catch (error) {
    if (!(error instanceof InvalidBlobError)) throw error
    return unpackNarrow(blob, lossless, error)
  }
}

/** Reads a blob that is of 32-bit MATLAB; if it is not, what is wrong with it is what has been found before. */
async function unpackNarrow(blob: Uint8Array, lossless: boolean, found: InvalidBlobError): Promise<unknown> {
  try {
    const payload = await payloadOf(blob, 32)
    if (!hasNarrowCounts(payload)) throw found
    return unpackPayload(payload, { lossless, countBits: 32 })
  } catch (error) {
    throw error instanceof InvalidBlobError ? found : error
  }
}

const payloadOf = async (blob: Uint8Array, countBits: CountBits): Promise<Uint8Array> =>
  isCompressed(blob) ? expand(blob, countBits) : blob

/** From JavaScript, options may be anything, and their names misspelt. */
function checked(options: UnpackBlobOptions): UnpackBlobOptions {
  const given: readonly (readonly [string, unknown])[] = Object.entries(options)
  for (const [name, value] of given) {
    const isKnown =
      value === undefined ||
      (name === 'lossless' && typeof value === 'boolean') ||
      (name === 'countBits' && (value === 32 || value === 64))
    if (!isKnown) throw new UnpackOptionError(name, value)
  }
  return options
}

/** From JavaScript it may be what a driver gave as text. */
function requireBytes(blob: unknown): void {
  if (blob instanceof Uint8Array) return
  throw new InvalidBlobError(`it is no Uint8Array, but of type ${typeof blob}`, 0)
}
