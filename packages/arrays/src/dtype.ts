interface TypedArrays {
  readonly bool: Uint8Array
  readonly int8: Int8Array
  readonly uint8: Uint8Array
  readonly int16: Int16Array
  readonly uint16: Uint16Array
  readonly int32: Int32Array
  readonly uint32: Uint32Array
  readonly int64: BigInt64Array
  readonly uint64: BigUint64Array
  readonly float32: Float32Array
  readonly float64: Float64Array
}

/** The type of an array's elements, by NumPy's name. */
export type DType = keyof TypedArrays

/** The buffer that holds elements of a dtype; `bool` is one byte each, 0 or 1. */
export type TypedArrayOf<D extends DType> = TypedArrays[D]

/** Every buffer an array can have. */
export type TypedArray = TypedArrayOf<DType>

/** The dtype that a bare typed array stands for. */
export type DTypeOf<T extends TypedArray> = {
  [D in Exclude<DType, 'bool'>]: T extends TypedArrays[D] ? D : never
}[Exclude<DType, 'bool'>]

/** What one element is in JavaScript. */
export type ElementOf<D extends DType> = D extends 'bool' ? boolean : D extends 'int64' | 'uint64' ? bigint : number

interface Constructor<D extends DType> {
  readonly BYTES_PER_ELEMENT: number
  new (length: number): TypedArrayOf<D>
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): TypedArrayOf<D>
}

const constructors: { readonly [D in DType]: Constructor<D> } = {
  bool: Uint8Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
}

/** Every dtype, in the order of NumPy's kinds. */
export const dtypes: readonly DType[] = [
  'bool',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'float32',
  'float64',
]

/** The size of one element in bytes. */
export function itemSize(dtype: DType): number {
  return constructors[dtype].BYTES_PER_ELEMENT
}

/** A buffer of zeros for `length` elements. */
export function allocate<D extends DType>(dtype: D, length: number): TypedArrayOf<D> {
  return new constructors[dtype](length)
}

/** Little-endian bytes as elements: a view where they are aligned and the machine is little-endian, else a copy. */
export function elementsOf<D extends DType>(dtype: D, bytes: Uint8Array, byteOrder: '<' | '>' = '<'): TypedArrayOf<D> {
  const size = itemSize(dtype)
  const swap = size > 1 && byteOrder !== nativeByteOrder
  const own = swap || bytes.byteOffset % size !== 0 ? new Uint8Array(bytes) : bytes
  if (swap) reverseEach(own, size)
  return new constructors[dtype](own.buffer, own.byteOffset, own.byteLength / size)
}

/** Elements as bytes: a view where the byte order is that of the machine, else a copy. */
export function bytesOf(data: TypedArray, byteOrder: '<' | '>' = nativeByteOrder): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  if (byteOrder === nativeByteOrder || data.BYTES_PER_ELEMENT === 1) return bytes
  const turned = bytes.slice()
  reverseEach(turned, data.BYTES_PER_ELEMENT)
  return turned
}

/** The byte order of this machine. */
export const nativeByteOrder: '<' | '>' = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? '<' : '>'

/** Turns each run of `size` bytes around, in place. */
function reverseEach(bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse()
}

/** The dtype whose buffer this is (`uint8`, never `bool`, for a Uint8Array), or `null`. */
export function dtypeOf(data: unknown): Exclude<DType, 'bool'> | null {
  if (!ArrayBuffer.isView(data)) return null
  if (data instanceof Uint8Array) return 'uint8'
  for (const dtype of dtypes) if (dtype !== 'bool' && data instanceof constructors[dtype]) return dtype
  return null
}
