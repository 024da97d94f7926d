import { dtypeOf, isNdArray, ndarray } from '@neurojoint/arrays'
import { integerBytes, integerLength } from './integer.ts'
import { packNumbers } from './pack-array.ts'
import { packTagged } from './pack-tagged.ts'
import { Packer } from './packer.ts'
import { protocols, typeCode } from './type-code.ts'

/**
 * Packs a value, uncompressed, in DataJoint's format: byte for byte what Python's client writes for the same value.
 *
 * `NdArray` and typed arrays become arrays; a bare `Uint8Array` (and so a `Buffer`) becomes bytes: wrap it with
 * `ndarray()` for an array of uint8. A safe integer becomes an int, any other number and a `Float` a float. Plain objects
 * and Maps become dicts, arrays lists, Sets sets. Throws 'unpackable-value' with the path of what has no place in the
 * format.
 */
export function packPayload(value: unknown): Uint8Array {
  const packer = new Packer(packValue)
  const { writer } = packer
  writer.bytes(encodeText(protocols.mym))
  packValue(packer, value)
  const payload = writer.written()
  if (writer.needsPython) payload.set(encodeText(protocols.dj0))
  return payload
}

function packValue(packer: Packer, value: unknown): void {
  if (typeof value === 'object' && value !== null) packObject(packer, value)
  else packPrimitive(packer, value)
}

/** Everything here is a value that only Python has a type code for. */
function packPrimitive(packer: Packer, value: unknown): void {
  const { writer } = packer
  writer.needsPython = true
  switch (typeof value) {
    case 'number':
      if (Number.isSafeInteger(value) && !Object.is(value, -0)) return packNumber(packer, value)
      writer.u8(typeCode.float)
      return writer.f64(value)
    case 'string':
      if (!value.isWellFormed()) {
        throw packer.refusal('half a surrogate pair in text', 'call toWellFormed() on the text first.')
      }
      return packSized(packer, typeCode.string, encodeText(value))
    case 'boolean':
      writer.u8(typeCode.boolean)
      return writer.u8(Number(value))
    case 'bigint':
      return packInteger(packer, value)
    case 'undefined':
      throw packer.refusal('undefined', 'write null, or leave the field out.')
    case 'object':
      return writer.u8(typeCode.none)
    default:
      throw packer.refusal(`a ${typeof value}`, 'leave it out.')
  }
}

function packObject(packer: Packer, value: object): void {
  if (isNdArray(value)) return packNumbers(packer, value)
  if (value instanceof Uint8Array) return packSized(packer, typeCode.bytes, value)
  if (dtypeOf(value) !== null) {
    // dtypeOf knows typed arrays only
    return packNumbers(packer, ndarray(value as Parameters<typeof ndarray>[0]))
  }
  if (Array.isArray(value)) return packItems(packer, typeCode.list, value)
  if (value instanceof Set) return packItems(packer, typeCode.set, [...value])
  if (value instanceof Map) return packDict(packer, [...value])
  if (!isPlain(value)) return packTagged(packer, value)
  if ('kind' in value && value.kind === 'ndarray' && 'dtype' in value && 'data' in value) {
    const advice =
      'the format has bool, int8 to int64, uint8 to uint64, float32 and float64, as many as fill the shape.'
    throw packer.refusal(`an array of dtype ${String(value.dtype)} that is none of ours`, advice)
  }
  return packDict(packer, Object.entries(value))
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

function packNumber({ writer }: Packer, value: number): void {
  const length = integerLength(value)
  writer.u8(typeCode.integer)
  writer.u16(length)
  writer.signed(value, length)
}

function packInteger(packer: Packer, value: bigint): void {
  const bytes = integerBytes(value)
  if (bytes.length > 0xffff) {
    throw packer.refusal(`an integer of ${bytes.length} bytes`, 'at most 65,535 bytes have a place.')
  }
  packer.writer.u8(typeCode.integer)
  packer.writer.u16(bytes.length)
  packer.writer.bytes(bytes)
}

function packSized({ writer }: Packer, code: number, bytes: Uint8Array): void {
  writer.needsPython = true
  writer.u8(code)
  writer.u64(bytes.length)
  writer.bytes(bytes)
}

function packItems(packer: Packer, code: number, items: readonly unknown[]): void {
  const { writer } = packer
  writer.needsPython = true
  writer.u8(code)
  writer.u64(items.length)
  packer.items(items)
}

function packDict(packer: Packer, entries: readonly (readonly [unknown, unknown])[]): void {
  const { writer } = packer
  writer.needsPython = true
  writer.u8(typeCode.dict)
  writer.u64(entries.length)
  for (const [key, value] of entries) {
    packer.item(key, ' (a key)')
    packer.item(value, typeof key === 'string' ? `.${key}` : `.get(${String(key)})`)
  }
}

const encoder = new TextEncoder()
const encodeText = (text: string) => encoder.encode(text)
