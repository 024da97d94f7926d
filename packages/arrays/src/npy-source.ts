import type { DType } from './dtype.ts'
import { elementsOf, itemSize } from './dtype.ts'
import { RowRangeError, TruncatedNpyError } from './errors.ts'
import type { NdArray, Order } from './ndarray.ts'
import { sizeOf } from './ndarray.ts'
import { npyDataOffset, npyPrefixBytes, parseNpyHeader } from './npy-header.ts'
import type { NpyHeader } from './npy-header.ts'

export interface NpyReadOptions {
  readonly signal?: AbortSignal | undefined
}

/** Where the bytes of an NPY file come from. */
export interface NpySource {
  /** What it is called in errors. */
  readonly path: string
  /** In bytes. */
  readonly size: number
  /** Fills `into` with the bytes from `position` on, which are all there by `size`. */
  fill(into: Uint8Array, position: number, options: NpyReadOptions): Promise<void>
}

/** An NPY file whose header has been read: its rows (along the first axis) are read as they are asked for. */
export interface NpyReader {
  readonly path: string
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly order: Order
  /** All of it, as a new array. */
  readAll(options?: NpyReadOptions): Promise<NdArray>
  /**
   * Rows `start` to `end`, the last not included, as a new array in the order of the file; holds no more than them and
   * 4 MiB in memory. Throws 'rows-out-of-range', and the signal's reason when it is aborted.
   */
  read(start: number, end: number, options?: NpyReadOptions): Promise<NdArray>
}

/** Reads the header of an NPY file, whatever it is read from; errors as `parseNpy`. */
export async function readNpyFrom(source: NpySource, options: NpyReadOptions = {}): Promise<NpyReader> {
  const header = await readHeader(source, options)
  const { dtype, shape, order, byteOrder, dataOffset, dataBytes } = header
  return {
    path: source.path,
    dtype,
    shape,
    order,
    readAll: async (reading = {}) => {
      const bytes = new Uint8Array(dataBytes)
      await fill(source, bytes, dataOffset, reading)
      return { kind: 'ndarray', dtype, shape, order, data: elementsOf(dtype, bytes, byteOrder) }
    },
    read: (start, end, reading = {}) => readRows(source, header, start, end, reading),
  }
}

async function readHeader(source: NpySource, options: NpyReadOptions): Promise<NpyHeader> {
  const { path, size } = source
  // most headers are that short, and where the source is far away each reading takes its time
  const first = new Uint8Array(Math.min(headerBytes, size))
  await fill(source, first, 0, options)
  const dataOffset = npyDataOffset(first.subarray(0, npyPrefixBytes), path)
  if (dataOffset > size) throw new TruncatedNpyError(path, dataOffset, size)
  let bytes = first.subarray(0, dataOffset)
  if (dataOffset > first.length) {
    bytes = new Uint8Array(dataOffset)
    await fill(source, bytes, 0, options)
  }
  const header = parseNpyHeader(bytes, path)
  if (dataOffset + header.dataBytes > size) throw new TruncatedNpyError(path, dataOffset + header.dataBytes, size)
  return header
}

const headerBytes = 512

async function readRows(
  source: NpySource,
  header: NpyHeader,
  start: number,
  end: number,
  options: NpyReadOptions,
): Promise<NdArray> {
  const { dtype, shape, order, byteOrder, dataOffset } = header
  const [rows, ...rest] = shape
  const inside = Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end
  if (rows === undefined || !inside || end > rows) throw new RowRangeError(source.path, start, end, shape)
  // in C order the rows are one run of bytes, in Fortran order one run in each column
  const byColumn = order === 'F' && (start > 0 || end < rows)
  const [columns, rowItems] = byColumn ? [sizeOf(rest), 1] : [1, sizeOf(rest)]
  const rowBytes = rowItems * itemSize(dtype)
  const bytes = new Uint8Array((end - start) * rowBytes * columns)
  const run = (end - start) * rowBytes
  const stride = rows * rowBytes
  const together = stride - run > widestGap ? 1 : Math.max(1, Math.floor(spanBytes / stride))
  for (let first = 0; first < columns; first += together) {
    options.signal?.throwIfAborted()
    const runs = Math.min(together, columns - first)
    const position = dataOffset + first * stride + start * rowBytes
    await readRuns(source, bytes.subarray(first * run, (first + runs) * run), position, { runs, stride }, options)
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
  source: NpySource,
  into: Uint8Array,
  position: number,
  { runs, stride }: { readonly runs: number; readonly stride: number },
  options: NpyReadOptions,
): Promise<void> {
  if (runs === 1 || into.length === 0) return fill(source, into, position, options)
  const run = into.length / runs
  const span = new Uint8Array((runs - 1) * stride + run)
  await fill(source, span, position, options)
  for (let index = 0; index < runs; index++) into.set(span.subarray(index * stride, index * stride + run), index * run)
}

async function fill(source: NpySource, into: Uint8Array, position: number, options: NpyReadOptions): Promise<void> {
  if (into.length > 0) await source.fill(into, position, options)
}
