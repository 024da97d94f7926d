import { allocate, dtypeOf, dtypes } from './dtype.ts'
import type { DType, DTypeOf, ElementOf, TypedArray, TypedArrayOf } from './dtype.ts'
import { IndexError, InvalidShapeError, UnsupportedDTypeError } from './errors.ts'

/** In which order the elements of an array lie: `C` the last index fastest, `F` (Fortran, MATLAB) the first. */
export type Order = 'C' | 'F'

/** An n-dimensional array over one buffer; a shape of `[]` is a single value. The buffer is shared, not copied. */
export interface NdArray<D extends DType = DType> {
  readonly kind: 'ndarray'
  readonly dtype: D
  readonly shape: readonly number[]
  readonly order: Order
  readonly data: TypedArrayOf<D>
}

/**
 * An array over `data` without copying it; the dtype is that of the buffer, the shape by default one-dimensional.
 * Throws 'invalid-shape'.
 *
 * @example
 * at(ndarray(new Int16Array([1, 2, 3, 4, 5, 6]), [2, 3]), 1, 0) // 4
 */
export function ndarray<T extends TypedArray>(
  data: T,
  shape: readonly number[] = [data.length],
  order: Order = 'C',
): NdArray<DTypeOf<T>> {
  const dtype = dtypeOf(data)
  if (dtype === null) {
    const found = Object.prototype.toString.call(data).slice('[object '.length, -1)
    throw new UnsupportedDTypeError(found, null, `an array is made from a typed array of ${dtypes.join(', ')}.`)
  }
  requireShape(shape, data.length)
  // dtypeOf says at run time what DTypeOf says of the same buffer
  return { kind: 'ndarray', dtype, shape: [...shape], order, data } as unknown as NdArray<DTypeOf<T>>
}

/** An array of booleans; a Uint8Array (0 or 1 each) is used without copying. Throws 'invalid-shape'. */
export function booleans(
  data: Uint8Array | readonly boolean[],
  shape: readonly number[] = [data.length],
  order: Order = 'C',
): NdArray<'bool'> {
  requireShape(shape, data.length)
  const bytes = data instanceof Uint8Array ? data : Uint8Array.from(data, Number)
  return { kind: 'ndarray', dtype: 'bool', shape: [...shape], order, data: bytes }
}

/** An array of zeros (false for `bool`). Throws 'invalid-shape'. */
export function zeros<D extends DType>(dtype: D, shape: readonly number[], order: Order = 'C'): NdArray<D> {
  requireShape(shape, sizeOf(shape))
  return { kind: 'ndarray', dtype, shape: [...shape], order, data: allocate(dtype, sizeOf(shape)) }
}

/** Whether a value is an array, of the dtype where one is given: recognised by its fields, from any copy of this package. */
export function isNdArray<D extends DType = DType>(value: unknown, dtype?: D): value is NdArray<D> {
  if (typeof value !== 'object' || value === null || !('kind' in value) || value.kind !== 'ndarray') return false
  if (!('dtype' in value && 'shape' in value && 'order' in value && 'data' in value)) return false
  const stored = value.dtype === 'bool' ? 'uint8' : value.dtype
  return (
    (dtype === undefined || value.dtype === dtype) &&
    (value.order === 'C' || value.order === 'F') &&
    ArrayBuffer.isView(value.data) &&
    dtypeOf(value.data) === stored &&
    Array.isArray(value.shape) &&
    'length' in value.data &&
    value.data.length === sizeOf(value.shape)
  )
}

/** The number of elements of a shape; `NaN` if it is no shape. */
export function sizeOf(shape: readonly unknown[]): number {
  return shape.reduce<number>(
    (size, length) => (typeof length === 'number' && Number.isInteger(length) && length >= 0 ? size * length : NaN),
    1,
  )
}

/** How far apart neighbours along each axis lie in the buffer, in elements. */
export function stridesOf(shape: readonly number[], order: Order): number[] {
  const strides: number[] = []
  let stride = 1
  const axes = [...shape.keys()]
  for (const axis of order === 'F' ? axes : axes.toReversed()) {
    strides[axis] = stride
    stride *= shape[axis] ?? 1
  }
  return strides
}

/** One element: `bigint` for 64-bit integers, `boolean` for bool, else `number`. Throws 'index-out-of-range'. */
export function at<D extends DType>(array: NdArray<D>, ...indices: readonly number[]): ElementOf<D> {
  const { shape, order } = array
  const inside = indices.every((index, axis) => Number.isInteger(index) && index >= 0 && index < (shape[axis] ?? 0))
  if (indices.length !== shape.length || !inside) throw new IndexError(indices, shape)
  const strides = stridesOf(shape, order)
  const offset = indices.reduce((sum, index, axis) => sum + index * (strides[axis] ?? 0), 0)
  const element = array.data[offset]
  // TypeScript does not tie the dtype to the kind of its element
  return (array.dtype === 'bool' ? element !== 0 : element) as ElementOf<D>
}

function requireShape(shape: readonly number[], length: number): void {
  if (sizeOf(shape) !== length) throw new InvalidShapeError(shape, length)
}
