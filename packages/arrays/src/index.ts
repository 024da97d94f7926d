export {
  ArrayError,
  IndexError,
  InexactIntegerError,
  InvalidNpyError,
  InvalidShapeError,
  RowRangeError,
  TruncatedNpyError,
  UnsupportedDTypeError,
} from './errors.ts'
export { allocate, bytesOf, dtypeOf, dtypes, elementsOf, itemSize } from './dtype.ts'
export type { DType, DTypeOf, ElementOf, TypedArray, TypedArrayOf } from './dtype.ts'
export { at, booleans, isNdArray, ndarray, sizeOf, zeros } from './ndarray.ts'
export type { NdArray, Order } from './ndarray.ts'
export { toOrder } from './order.ts'
export { toFloat32Array, toFloat64Array, toNumbers } from './convert.ts'
export { formatNpy, parseNpy, writeNpy } from './npy.ts'
export { formatNpyHeader } from './npy-header.ts'
export { openNpy, readNpy } from './npy-file.ts'
export type { NpyFile } from './npy-file.ts'
export { readNpyFrom } from './npy-source.ts'
export type { NpyReader, NpyReadOptions, NpySource } from './npy-source.ts'
