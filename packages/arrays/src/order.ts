import { allocate } from './dtype.ts'
import type { DType, TypedArray } from './dtype.ts'
import { stridesOf } from './ndarray.ts'
import type { NdArray, Order } from './ndarray.ts'

/** The same array with its elements in the order asked for; the same buffer where nothing has to move. */
export function toOrder<D extends DType>(array: NdArray<D>, order: Order): NdArray<D> {
  if (array.order === order) return array
  if (isEitherOrder(array.shape)) return { ...array, order }
  const data = allocate(array.dtype, array.data.length)
  reorder<number | bigint>(bitsOf(array.data), bitsOf(data), array.shape, array.order)
  return { ...array, order, data }
}

/** Whether C and Fortran order are the same for a shape: nothing in it, or at most one axis longer than 1. */
export function isEitherOrder(shape: readonly number[]): boolean {
  return shape.includes(0) || shape.filter((length) => length !== 1).length <= 1
}

/** Elements that a copy leaves as they are: read as a float32, a signalling NaN becomes a quiet one. */
function bitsOf(data: TypedArray): TypedArray {
  return data instanceof Float32Array ? new Uint32Array(data.buffer, data.byteOffset, data.length) : data
}

/** Elements along a side of the squares that are moved at once, so that both sides stay in the cache. */
const tile = 64

/**
 * Copies `source`, which lies in the order `from`, into `target` in the other order. Over the first and last axis in
 * tiles, over the axes between one by one.
 */
function reorder<T>(source: ArrayLike<T>, target: { [index: number]: T }, shape: readonly number[], from: Order): void {
  const sourceStrides = stridesOf(shape, from)
  const targetStrides = stridesOf(shape, from === 'C' ? 'F' : 'C')
  const last = shape.length - 1
  const rows = shape[0] ?? 1
  const columns = shape[last] ?? 1
  const [sourceRow, targetRow] = [sourceStrides[0] ?? 1, targetStrides[0] ?? 1]
  const [sourceColumn, targetColumn] = [sourceStrides[last] ?? 1, targetStrides[last] ?? 1]
  forEachOffset(shape.slice(1, last), sourceStrides.slice(1, last), targetStrides.slice(1, last), (s, t) => {
    for (let row0 = 0; row0 < rows; row0 += tile) {
      const rowEnd = Math.min(row0 + tile, rows)
      for (let column0 = 0; column0 < columns; column0 += tile) {
        const columnEnd = Math.min(column0 + tile, columns)
        for (let row = row0; row < rowEnd; row++) {
          for (let column = column0; column < columnEnd; column++) {
            const value = source[s + row * sourceRow + column * sourceColumn]
            if (value !== undefined) target[t + row * targetRow + column * targetColumn] = value
          }
        }
      }
    }
  })
}

/** Visits every index over `shape`, as two offsets. */
function forEachOffset(
  shape: readonly number[],
  sourceStrides: readonly number[],
  targetStrides: readonly number[],
  visit: (source: number, target: number) => void,
): void {
  const [length, ...rest] = shape
  if (length === undefined) return visit(0, 0)
  const [sourceStride = 0, ...sourceRest] = sourceStrides
  const [targetStride = 0, ...targetRest] = targetStrides
  forEachOffset(rest, sourceRest, targetRest, (source, target) => {
    for (let i = 0; i < length; i++) visit(source + i * sourceStride, target + i * targetStride)
  })
}
