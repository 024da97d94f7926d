import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { TruncatedNpyError } from './errors.ts'
import type { NdArray } from './ndarray.ts'
import { type NpyReader, type NpySource, readNpyFrom } from './npy-source.ts'

/** An NPY file that is open: its rows (along the first axis) are read as they are asked for. */
export interface NpyFile extends Omit<NpyReader, 'readAll'> {
  close(): Promise<void>
}

/** Reads an NPY file whole, however large; errors as `parseNpy`. */
export async function readNpy(path: string): Promise<NdArray> {
  const file = await open(path)
  try {
    const reader = await readNpyFrom(await sourceOf(file, path))
    return await reader.readAll()
  } finally {
    await file.close()
  }
}

/** Opens an NPY file and reads its header; errors as `readNpy`. The caller closes it. */
export async function openNpy(path: string): Promise<NpyFile> {
  const file = await open(path)
  try {
    const { dtype, shape, order, read } = await readNpyFrom(await sourceOf(file, path))
    return { path, dtype, shape, order, read, close: () => file.close() }
  } catch (error) {
    await file.close()
    throw error
  }
}

async function sourceOf(file: FileHandle, path: string): Promise<NpySource> {
  const { size } = await file.stat()
  return { path, size, fill: (into, position) => readFully(file, path, into, position) }
}

/** One call to the system reads at most 2 GiB, and may read less than asked. */
const readAtMost = 2 ** 30

async function readFully(file: FileHandle, path: string, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0
  while (done < bytes.length) {
    const length = Math.min(bytes.length - done, readAtMost)
    const { bytesRead } = await file.read(bytes, done, length, position + done)
    if (bytesRead === 0) throw new TruncatedNpyError(path, position + bytes.length, position + done)
    done += bytesRead
  }
}
