import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import type { DType } from './dtype.ts'
import { elementsOf, itemSize } from './dtype.ts'
import { RowRangeError, TruncatedNpyError } from './errors.ts'
import type { NdArray, Order } from './ndarray.ts'
import { sizeOf } from './ndarray.ts'
import { npyDataOffset, npyPrefixBytes, parseNpyHeader } from './npy-header.ts'
import type { NpyHeader } from './npy-header.ts'

/** An NPY file that is open: its rows (along the first axis) are read as they are asked for. */
export interface NpyFile {
  readonly path: string
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly order: Order
  /**
   * Rows `start` to `end`, the last not included, as a new array in the order of the file; holds no more than them and
   * 4 MiB in memory. Throws 'rows-out-of-range', and the signal's reason when it is aborted.
   */
  read(start: number, end: number, options?: { readonly signal?: AbortSignal }): Promise<NdArray>
  close(): Promise<void>
}

/** Reads an NPY file whole, however large; errors as `parseNpy`. */
export async function readNpy(path: string): Promise<NdArray> {
  const file = await open(path)
  try {
    const { dtype, shape, order, byteOrder, dataOffset, dataBytes } = await readHeader(file, path)
    const bytes = new Uint8Array(dataBytes)
    await readFully(file, path, bytes, dataOffset)
    return { kind: 'ndarray', dtype, shape, order, data: elementsOf(dtype, bytes, byteOrder) }
  } finally {
    await file.close()
  }
}

/** Opens an NPY file and reads its header; errors as `readNpy`. The caller closes it. */
export async function openNpy(path: string): Promise<NpyFile> {
  const file = await open(path)
  try {
    const header = await readHeader(file, path)
    const { dtype, shape, order } = header
    const read: NpyFile['read'] = (start, end, options) => readRows(file, path, header, start, end, options?.signal)
    return { path, dtype, shape, order, read, close: () => file.close() }
  } catch (error) {
    await file.close()
    throw error
  }
}

async function readHeader(file: FileHandle, path: string): Promise<NpyHeader> {
  const { size } = await file.stat()
  const prefix = new Uint8Array(Math.min(npyPrefixBytes, size))
  await readFully(file, path, prefix, 0)
  const dataOffset = npyDataOffset(prefix, path)
  if (dataOffset > size) throw new TruncatedNpyError(path, dataOffset, size)
  const bytes = new Uint8Array(dataOffset)
  await readFully(file, path, bytes, 0)
  const header = parseNpyHeader(bytes, path)
  if (dataOffset + header.dataBytes > size) throw new TruncatedNpyError(path, dataOffset + header.dataBytes, size)
  return header
}

async function readRows(
  file: FileHandle,
  path: string,
  header: NpyHeader,
  start: number,
  end: number,
  signal: AbortSignal | undefined,
): Promise<NdArray> {
  const { dtype, shape, order, byteOrder, dataOffset } = header
  const [rows, ...rest] = shape
  const inside = Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end
  if (rows === undefined || !inside || end > rows) throw new RowRangeError(path, start, end, shape)
  // in C order the rows are one run of bytes, in Fortran order one run in each column
  const byColumn = order === 'F' && (start > 0 || end < rows)
  const [columns, rowItems] = byColumn ? [sizeOf(rest), 1] : [1, sizeOf(rest)]
  const rowBytes = rowItems * itemSize(dtype)
  const bytes = new Uint8Array((end - start) * rowBytes * columns)
  const run = (end - start) * rowBytes
  const stride = rows * rowBytes
  const together = stride - run > widestGap ? 1 : Math.max(1, Math.floor(spanBytes / stride))
  for (let first = 0; first < columns; first += together) {
    signal?.throwIfAborted()
    const runs = Math.min(together, columns - first)
    const position = dataOffset + first * stride + start * rowBytes
    await readRuns(file, path, bytes.subarray(first * run, (first + runs) * run), position, { runs, stride })
  }
  const data = elementsOf(dtype, bytes, byteOrder)
  return { kind: 'ndarray', dtype, shape: [end - start, ...rest], order, data }
}

/** A gap up to this many bytes is read over: that costs less than another call to the system. */
const widestGap = 2 ** 16
/** Runs with their gaps are read in pieces of this many bytes. */
const spanBytes = 4 * 2 ** 20

/** Fills `into` with runs of equal length that begin every `stride` bytes from `position` on. */
async function readRuns(
  file: FileHandle,
  path: string,
  into: Uint8Array,
  position: number,
  { runs, stride }: { readonly runs: number; readonly stride: number },
): Promise<void> {
  if (runs === 1) return readFully(file, path, into, position)
  const run = into.length / runs
  const span = new Uint8Array((runs - 1) * stride + run)
  await readFully(file, path, span, position)
  for (let index = 0; index < runs; index++) into.set(span.subarray(index * stride, index * stride + run), index * run)
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
