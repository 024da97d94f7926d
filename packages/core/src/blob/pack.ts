import { bytesOf, dtypeOf, isNdArray, ndarray, toOrder } from '@neurojoint/arrays'
import type { NdArray } from '@neurojoint/arrays'
import { UnpackableValueError } from './blob-error.ts'
import { BlobWriter } from './blob-writer.ts'
import { integerBytes } from './integer.ts'
import { packTagged } from './pack-tagged.ts'
import { classId, deepest, protocols, typeCode } from './type-code.ts'

/**
 * Packs a value, uncompressed, in DataJoint's format: byte for byte what Python's client writes for the same value.
 *
 * `NdArray` and typed arrays become arrays; a bare `Uint8Array` (and so a `Buffer`) becomes bytes: wrap it with
 * `ndarray()` for an array of uint8. A safe integer becomes an int, any other number a float. Plain objects and Maps
 * become dicts, arrays lists, Sets sets. Throws 'unpackable-value' with the path of what has no place in the format.
 */
export function packPayload(value: unknown): Uint8Array {
  const writer = new BlobWriter()
  writer.bytes(encodeText(protocols.mym))
  packValue(writer, value, 'value', 0)
  const payload = writer.written()
  if (writer.needsPython) payload.set(encodeText(protocols.dj0))
  return payload
}

function packValue(writer: BlobWriter, value: unknown, path: string, depth: number): void {
  if (depth > deepest) {
    const advice = 'it may hold itself; if it does not, flatten it.'
    throw new UnpackableValueError(`${path.slice(0, 60)}…`, `more than ${deepest} values inside one another`, advice)
  }
  const item = (inner: unknown, step: string): void => {
    writer.item(() => packValue(writer, inner, path + step, depth + 1))
  }
  if (isNdArray(value)) packArray(writer, value)
  else if (typeof value === 'object' && value !== null) packObject(writer, value, path, item)
  else packPrimitive(writer, value, path)
}

/** Everything here is a value that only Python has a type code for. */
function packPrimitive(writer: BlobWriter, value: unknown, path: string): void {
  writer.needsPython = true
  if (value === null) writer.u8(typeCode.none)
  else if (typeof value === 'boolean') {
    writer.u8(typeCode.boolean)
    writer.u8(Number(value))
  } else if (typeof value === 'bigint') packInteger(writer, value, path)
  else if (typeof value === 'number') {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) return packInteger(writer, BigInt(value), path)
    writer.u8(typeCode.float)
    writer.f64(value)
  } else if (typeof value === 'string') {
    if (!value.isWellFormed()) {
      throw new UnpackableValueError(path, 'half a surrogate pair in text', 'call toWellFormed() on the text first.')
    }
    packSized(writer, typeCode.string, encodeText(value))
  } else if (value === undefined) {
    throw new UnpackableValueError(path, 'undefined', 'write null, or leave the field out.')
  } else {
    throw new UnpackableValueError(path, `a ${typeof value}`, 'leave it out.')
  }
}

type PackItem = (value: unknown, step: string) => void

function packObject(writer: BlobWriter, value: object, path: string, item: PackItem): void {
  const dtype = dtypeOf(value)
  if (value instanceof Uint8Array) packSized(writer, typeCode.bytes, value)
  else if (dtype !== null && ArrayBuffer.isView(value)) {
    // dtypeOf knows typed arrays only
    packArray(writer, ndarray(value as Parameters<typeof ndarray>[0]))
  } else if (Array.isArray(value)) packItems(writer, typeCode.list, value, item)
  else if (value instanceof Set) packItems(writer, typeCode.set, [...value], item)
  else if (value instanceof Map) packDict(writer, [...value], item)
  else if (isPlain(value)) packDict(writer, Object.entries(value), item)
  else packTagged(writer, value, path, item)
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

function packArray(writer: BlobWriter, array: NdArray): void {
  // MATLAB has no arrays without axes
  if (array.shape.length === 0) writer.needsPython = true
  writer.u8(typeCode.array)
  writer.shape(array.shape)
  writer.u32(classId[array.dtype])
  writer.u32(0)
  writer.bytes(bytesOf(toOrder(array, 'F').data, '<'))
}

function packInteger(writer: BlobWriter, value: bigint, path: string): void {
  const bytes = integerBytes(value)
  if (bytes.length > 0xffff) {
    throw new UnpackableValueError(path, `an integer of ${bytes.length} bytes`, 'at most 65,535 bytes have a place.')
  }
  writer.u8(typeCode.integer)
  writer.u16(bytes.length)
  writer.bytes(bytes)
}

function packSized(writer: BlobWriter, code: number, bytes: Uint8Array): void {
  writer.needsPython = true
  writer.u8(code)
  writer.u64(bytes.length)
  writer.bytes(bytes)
}

function packItems(writer: BlobWriter, code: number, items: readonly unknown[], item: PackItem): void {
  writer.needsPython = true
  writer.u8(code)
  writer.u64(items.length)
  // not forEach, which would skip holes
  for (let i = 0; i < items.length; i++) item(items[i], `[${i}]`)
}

function packDict(writer: BlobWriter, entries: readonly (readonly [unknown, unknown])[], item: PackItem): void {
  writer.needsPython = true
  writer.u8(typeCode.dict)
  writer.u64(entries.length)
  for (const [key, value] of entries) {
    item(key, ' (a key)')
    item(value, typeof key === 'string' ? `.${key}` : `.get(${String(key)})`)
  }
}

const encoder = new TextEncoder()
const encodeText = (text: string) => encoder.encode(text)
