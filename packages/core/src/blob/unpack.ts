import { InvalidBlobError, UnsupportedBlobError } from './blob-error.ts'
import { BlobReader } from './blob-reader.ts'
import { Complex, DateTime, Decimal, Tuple, Uuid } from './blob-value.ts'
import { formatDateTime } from './datetime.ts'
import { integerOf } from './integer.ts'
import { deepest, protocols, smallestItem, typeCode } from './type-code.ts'
import { readArray, readCell, readStruct } from './unpack-array.ts'

/**
 * Reads an uncompressed blob of DataJoint's format, from Python or MATLAB.
 *
 * Arrays are `NdArray` in Fortran order with a buffer of their own, single values of NumPy `NdArray` of shape []; dicts
 * are plain objects, or Maps where a key is not text; integers are `number` where that is exact, else `bigint`.
 * Throws 'invalid-blob' for any bytes that are not a blob, 'unsupported-blob' for complex, datetime64, record and
 * sparse arrays and for text of several rows.
 */
export function unpackPayload(payload: Uint8Array): unknown {
  const reader = new BlobReader(payload)
  const protocol = payload.length < 4 ? '' : String.fromCharCode(...payload.subarray(0, 4))
  if (protocol !== protocols.mym && protocol !== protocols.dj0) {
    throw new InvalidBlobError('it does not begin with "mYm" or "dj0"', 0)
  }
  reader.position = 4
  const value = readValue(reader, 0)
  reader.finish()
  return value
}

function readValue(reader: BlobReader, depth: number): unknown {
  const at = reader.position
  if (depth > deepest) throw new InvalidBlobError(`more than ${deepest} values inside one another`, at)
  const item = () => reader.item(() => readValue(reader, depth + 1))
  const items = (count: number) => Array.from({ length: count }, item)
  const code = reader.u8()
  switch (code) {
    case typeCode.none:
      return null
    case typeCode.boolean:
      return reader.u8() !== 0
    case typeCode.integer:
      return readInteger(reader, at)
    case typeCode.float:
      return reader.f64()
    case typeCode.complex:
      return new Complex(reader.f64(), reader.f64())
    case typeCode.string:
      return reader.text(reader.count(1))
    case typeCode.bytes:
      return reader.bytes(reader.count(1))
    case typeCode.list:
      return items(reader.count(smallestItem))
    case typeCode.tuple:
      return new Tuple(items(reader.count(smallestItem)))
    case typeCode.set:
      return new Set(items(reader.count(smallestItem)))
    case typeCode.dict:
      return readDict(reader.count(2 * smallestItem), item)
    case typeCode.decimal:
      return new Decimal(reader.text(reader.count(1)))
    case typeCode.uuid:
      return readUuid(reader)
    case typeCode.datetime:
      return readDateTime(reader, at)
    case typeCode.array:
      return readArray(reader, at, item)
    case typeCode.cell:
      return readCell(reader, item)
    case typeCode.struct:
      return readStruct(reader, item)
    case typeCode.record:
      throw new UnsupportedBlobError('an array of records', code, at)
    case typeCode.sparse:
      throw new UnsupportedBlobError('a sparse matrix of MATLAB', code, at)
    default:
      throw new InvalidBlobError(`no value has the type code ${code.toString(16).padStart(2, '0')}`, at)
  }
}

function readInteger(reader: BlobReader, at: number): number | bigint {
  const length = reader.u16()
  if (length === 0) throw new InvalidBlobError('an integer of no bytes', at)
  return integerOf(reader.bytes(length))
}

function readDict(count: number, item: () => unknown): unknown {
  const entries = Array.from({ length: count }, () => [item(), item()] as const)
  const named = entries.filter((entry): entry is readonly [string, unknown] => typeof entry[0] === 'string')
  // fromEntries defines own properties, also one called __proto__
  return named.length === entries.length ? Object.fromEntries(named) : new Map(entries)
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
