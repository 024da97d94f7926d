import { rename, rm, writeFile } from 'node:fs/promises'
import { bytesOf, elementsOf } from './dtype.ts'
import { TruncatedNpyError } from './errors.ts'
import type { NdArray } from './ndarray.ts'
import { formatNpyHeader, parseNpyHeader } from './npy-header.ts'

/**
 * Reads the bytes of an NPY file (versions 1 to 3, either byte order, either axis order); the array is a view of them
 * where they are aligned. Bytes after the data are ignored, as NumPy does. `path` is named in errors: 'invalid-npy',
 * 'truncated-npy', 'unsupported-dtype' (objects, named fields, text, complex, float16).
 */
export function parseNpy(bytes: Uint8Array, path: string | null = null): NdArray {
  const { dtype, byteOrder, order, shape, dataOffset, dataBytes } = parseNpyHeader(bytes, path)
  const end = dataOffset + dataBytes
  if (bytes.length < end) throw new TruncatedNpyError(path, end, bytes.length)
  return { kind: 'ndarray', dtype, shape, order, data: elementsOf(dtype, bytes.subarray(dataOffset, end), byteOrder) }
}

/** The bytes of an NPY file, equal to what NumPy writes. */
export function formatNpy(array: NdArray): Uint8Array {
  const header = formatNpyHeader(array.dtype, array.shape, array.order)
  const bytes = new Uint8Array(header.length + array.data.byteLength)
  bytes.set(header)
  bytes.set(bytesOf(array.data), header.length)
  return bytes
}

/** Writes an NPY file under a temporary name beside it, then renames: nobody sees half a file. */
export async function writeNpy(path: string, array: NdArray): Promise<void> {
  const temporary = `${path}.${crypto.randomUUID()}.tmp`
  try {
    await writeFile(temporary, [formatNpyHeader(array.dtype, array.shape, array.order), bytesOf(array.data)], {
      flush: true,
    })
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}
