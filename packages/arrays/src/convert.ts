import type { TypedArray } from './dtype.ts'
import { InexactIntegerError } from './errors.ts'
import type { NdArray } from './ndarray.ts'
import { toOrder } from './order.ts'

/**
 * The elements in C order as float64, booleans as 0 and 1; 64-bit integers beyond 2^53 are rounded, as NumPy rounds
 * them. The array's own buffer where nothing has to change.
 */
export function toFloat64Array(array: NdArray): Float64Array {
  const { data } = toOrder(array, 'C')
  return data instanceof Float64Array ? data : isBig(data) ? Float64Array.from(data, Number) : new Float64Array(data)
}

/** The elements in C order as float32, rounded to it. The array's own buffer where nothing has to change. */
export function toFloat32Array(array: NdArray): Float32Array {
  const { data } = toOrder(array, 'C')
  return data instanceof Float32Array ? data : isBig(data) ? Float32Array.from(data, Number) : new Float32Array(data)
}

/** The elements in C order as exact numbers, booleans as 0 and 1. Throws 'inexact-integer' beyond 2^53. */
export function toNumbers(array: NdArray): number[] {
  const { data } = toOrder(array, 'C')
  return isBig(data) ? Array.from(data, exactNumber) : Array.from(data)
}

function isBig(data: TypedArray): data is BigInt64Array | BigUint64Array {
  return data instanceof BigInt64Array || data instanceof BigUint64Array
}

function exactNumber(value: bigint): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new InexactIntegerError(value)
  return number
}
