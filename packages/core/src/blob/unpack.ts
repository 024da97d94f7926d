import { InexactBlobError, InvalidBlobError } from './blob-error.ts'
import { BlobReader, type CountBits } from './blob-reader.ts'
import { Complex, DateTime, Decimal, Float, Tuple, Uuid } from './blob-value.ts'
import { formatDateTime } from './datetime.ts'
import { isDecimal } from './decimal.ts'
import { integerOf } from './integer.ts'
import { packPayload } from './pack.ts'
import { protocols, typeCode } from './type-code.ts'
import { readArray } from './unpack-array.ts'
import { readCell, readRecords, readSparse, readStruct } from './unpack-matlab.ts'
import { Unpacking } from './unpacking.ts'

/** How a blob is read. */
export interface UnpackPayloadOptions {
  readonly lossless: boolean
  readonly countBits: CountBits
}

/** Reads an uncompressed blob: see `unpackBlob`. Throws 'invalid-blob', 'unsupported-blob' and 'inexact-blob'. */
export function unpackPayload(
  payload: Uint8Array,
  { lossless, countBits }: UnpackPayloadOptions = { lossless: false, countBits: 64 },
): unknown {
  const reader = new BlobReader(payload, countBits)
  const protocol = protocolOf(payload)
  if (protocol !== protocols.mym && protocol !== protocols.dj0) {
    throw new InvalidBlobError('it does not begin with "mYm" or "dj0"', 0)
  }
  reader.position = 4
  const value = readValue(new Unpacking(reader, lossless, readValue))
  reader.finish()
  if (lossless) requireSame(packPayload(value), payload)
  return value
}

function requireSame(packed: Uint8Array, payload: Uint8Array): void {
  const length = Math.max(packed.length, payload.length)
  if (Buffer.compare(packed, payload) === 0) return
  let offset = 0
  while (offset < length && packed[offset] === payload[offset]) offset += 1
  throw new InexactBlobError(offset)
}

export const protocolOf = (payload: Uint8Array): string => String.fromCharCode(...payload.subarray(0, 4))

function readValue(here: Unpacking): unknown {
  const { reader, lossless } = here
  const at = reader.position
  const items = (count: number) => Array.from({ length: count }, () => here.item())
  const code = reader.u8()
  switch (code) {
    case typeCode.none:
      return null
    case typeCode.boolean:
      return reader.u8() !== 0
    case typeCode.integer:
      return readInteger(reader, at)
    case typeCode.float:
      return lossless ? new Float(reader.f64()) : reader.f64()
    case typeCode.complex:
      return new Complex(reader.f64(), reader.f64())
    case typeCode.string:
      return reader.text(reader.count(1))
    case typeCode.bytes:
      return reader.bytes(reader.count(1))
    case typeCode.list:
      return items(reader.count(reader.smallestItem))
    case typeCode.tuple:
      return new Tuple(items(reader.count(reader.smallestItem)))
    case typeCode.set:
      return new Set(items(reader.count(reader.smallestItem)))
    case typeCode.dict:
      return readDict(reader.count(2 * reader.smallestItem), here)
    case typeCode.decimal:
      return readDecimal(reader, at)
    case typeCode.uuid:
      return readUuid(reader)
    case typeCode.datetime:
      return readDateTime(reader, at)
    case typeCode.array:
      return readArray(here, at)
    case typeCode.cell:
      return readCell(here)
    case typeCode.struct:
      return readStruct(here)
    case typeCode.record:
      return readRecords(here, at)
    case typeCode.sparse:
      return readSparse(reader, at)
    default:
      throw new InvalidBlobError(`no value has the type code ${code.toString(16).padStart(2, '0')}`, at)
  }
}

function readInteger(reader: BlobReader, at: number): number | bigint {
  const length = reader.u16()
  if (length === 0) throw new InvalidBlobError('an integer of no bytes', at)
  return length <= 6 ? reader.signed(length) : integerOf(reader.bytes(length))
}

function readDict(count: number, here: Unpacking): unknown {
  const entries = Array.from({ length: count }, () => [here.item(), here.item()] as const)
  if (here.lossless) return new Map(entries)
  const named = entries.filter((entry): entry is readonly [string, unknown] => typeof entry[0] === 'string')
  // fromEntries defines own properties, also one called __proto__
  return named.length === entries.length ? Object.fromEntries(named) : new Map(entries)
}

function readDecimal(reader: BlobReader, at: number): Decimal {
  const text = reader.text(reader.count(1))
  if (!isDecimal(text)) throw new InvalidBlobError(`the decimal ${JSON.stringify(text.slice(0, 40))}`, at)
  return new Decimal(text)
}

function readUuid(reader: BlobReader): Uuid {
  const hex = Buffer.from(reader.bytes(16)).toString('hex')
  return new Uuid(hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'))
}

function readDateTime(reader: BlobReader, at: number): DateTime {
  const [date, time] = [reader.i32(), reader.i64()]
  const text = formatDateTime({ date, time })
  if (text === undefined) throw new InvalidBlobError(`the date ${date} with the time ${time}`, at)
  return new DateTime(text)
}
