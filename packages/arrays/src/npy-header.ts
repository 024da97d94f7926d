import type { DType } from './dtype.ts'
import { itemSize, nativeByteOrder } from './dtype.ts'
import { InvalidNpyError, TruncatedNpyError, UnsupportedDTypeError } from './errors.ts'
import { sizeOf } from './ndarray.ts'
import type { Order } from './ndarray.ts'
import { isEitherOrder } from './order.ts'
import { parsePythonLiteral } from './python-literal.ts'

/** What stands before the data of an NPY file. */
export interface NpyHeader {
  readonly dtype: DType
  readonly byteOrder: '<' | '>'
  readonly order: Order
  readonly shape: readonly number[]
  /** Where the data starts and how long it is, in bytes. */
  readonly dataOffset: number
  readonly dataBytes: number
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]

/** The bytes that say how long the header is: magic, version, and a u16 (version 1) or u32 length. */
export const npyPrefixBytes = 12

/** Where the data of an NPY file starts, from its first 12 bytes (10 suffice for version 1). */
export function npyDataOffset(bytes: Uint8Array, path: string | null): number {
  if (!magic.every((byte, i) => bytes[i] === byte)) {
    throw new InvalidNpyError(path, 'it does not begin with the bytes 93 4E 55 4D 50 59 ("\\x93NUMPY").')
  }
  const version = bytes[6]
  if (version !== undefined && (version < 1 || version > 3)) {
    throw new InvalidNpyError(path, `its format version is ${version}.${bytes[7] ?? 0}; versions 1, 2 and 3 are read.`)
  }
  const prefix = version === 1 ? 10 : npyPrefixBytes
  if (bytes.length < prefix) throw new TruncatedNpyError(path, prefix, bytes.length)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return prefix + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true))
}

/**
 * Reads the header of an NPY file, whatever its padding, from bytes that hold all of it.
 * Throws 'invalid-npy', 'truncated-npy' and 'unsupported-dtype'.
 */
export function parseNpyHeader(bytes: Uint8Array, path: string | null): NpyHeader {
  const dataOffset = npyDataOffset(bytes, path)
  if (bytes.length < dataOffset) throw new TruncatedNpyError(path, dataOffset, bytes.length)
  const version = bytes[6] ?? 1
  const text = new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(
    bytes.subarray(version === 1 ? 10 : npyPrefixBytes, dataOffset),
  )
  const header = parsePythonLiteral(text)
  if (header === undefined || header.kind !== 'dict') {
    throw new InvalidNpyError(path, `its header is not a Python dict: ${JSON.stringify(text.trim().slice(0, 80))}.`)
  }
  const [descr, fortran, shape] = ['descr', 'fortran_order', 'shape'].map((name) => header.entries.get(name))
  if (descr === undefined || fortran?.kind !== 'bool' || shape?.kind !== 'tuple') {
    throw new InvalidNpyError(path, "its header needs 'descr', 'fortran_order' (True or False) and 'shape' (a tuple).")
  }
  if (descr.kind !== 'string') {
    throw new UnsupportedDTypeError('with named fields', path, 'save one plain array for each field.')
  }
  const lengths = shape.items.map((item) => (item.kind === 'int' ? item.value : NaN))
  const { dtype, byteOrder } = parseDescr(descr.value, path)
  const dataBytes = sizeOf(lengths) * itemSize(dtype)
  if (!Number.isSafeInteger(dataBytes)) {
    throw new InvalidNpyError(path, `its shape (${lengths.join(', ')}) is not one of non-negative whole numbers.`)
  }
  return { dtype, byteOrder, order: fortran.value ? 'F' : 'C', shape: lengths, dataOffset, dataBytes }
}

const codes: Readonly<Record<string, DType>> = {
  b1: 'bool',
  i1: 'int8',
  u1: 'uint8',
  i2: 'int16',
  u2: 'uint16',
  i4: 'int32',
  u4: 'uint32',
  i8: 'int64',
  u8: 'uint64',
  f4: 'float32',
  f8: 'float64',
}

/** NumPy's short name of a dtype with its byte order: `<f8`, `>i2`, `|b1`. */
function parseDescr(descr: string, path: string | null): { dtype: DType; byteOrder: '<' | '>' } {
  const [, mark = '|', code = ''] = /^([<>|=]?)([?a-zA-Z]\d*)/.exec(descr) ?? []
  const dtype = Object.hasOwn(codes, code) ? codes[code] : undefined
  if (dtype === undefined) {
    const advice =
      code === 'O'
        ? 'it holds pickled Python objects; save a numeric array (numpy.save with allow_pickle=False).'
        : `convert it to one of bool, int8 to int64, uint8 to uint64, float32, float64 before saving.`
    throw new UnsupportedDTypeError(`'${descr}'`, path, advice)
  }
  return { dtype, byteOrder: mark === '<' || mark === '>' ? mark : nativeByteOrder }
}

/** Digits that NumPy leaves room for, so that an array can grow in place: those of 2^64. */
const growthDigits = 21

/** The header that NumPy itself writes for an array (version 1, or 2 where it is longer than 65,535 bytes). */
export function formatNpyHeader(dtype: DType, shape: readonly number[], order: Order): Uint8Array {
  const code = Object.keys(codes).find((key) => codes[key] === dtype) ?? ''
  const fortran = order === 'F' && !isEitherOrder(shape)
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
  const dict =
    `{'descr': '${itemSize(dtype) === 1 ? '|' : nativeByteOrder}${code}', ` +
    `'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${tuple}, }`
  const growing = shape.length === 0 ? 0 : growthDigits - String(shape.at(fortran ? -1 : 0)).length
  const bare = dict + ' '.repeat(growing)
  const version = 10 + bare.length + 64 > 0xffff ? 2 : 1
  const prefix = version === 1 ? 10 : npyPrefixBytes
  const length = Math.ceil((prefix + bare.length + 1) / 64) * 64
  const bytes = new TextEncoder().encode(`${' '.repeat(prefix)}${bare}`.padEnd(length - 1) + '\n')
  bytes.set([...magic, version, 0])
  const view = new DataView(bytes.buffer)
  if (version === 1) view.setUint16(8, length - prefix, true)
  else view.setUint32(8, length - prefix, true)
  return bytes
}
