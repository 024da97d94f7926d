import { dtypes, elementsOf, itemSize, sizeOf } from '@neurojoint/arrays'
import type { NdArray } from '@neurojoint/arrays'
import { InvalidBlobError, UnsupportedBlobError } from './blob-error.ts'
import type { BlobReader } from './blob-reader.ts'
import { MatlabCell, MatlabStruct, ObjectArray } from './blob-value.ts'
import { classId, firstDatetimeId, smallestItem, typeCode } from './type-code.ts'

/** Reads an array after its type code, which stood at `at`; text of one row becomes a string. */
export function readArray(reader: BlobReader, at: number, item: () => unknown): NdArray | ObjectArray | string {
  const shape = readShape(reader)
  const id = reader.u32()
  const isComplex = reader.u32() !== 0
  if (isComplex) throw new UnsupportedBlobError('an array of complex numbers', typeCode.array, at)
  if (id >= firstDatetimeId && id <= firstDatetimeId + 12) {
    throw new UnsupportedBlobError('an array of datetime64', typeCode.array, at)
  }
  if (id === classId.object) return new ObjectArray(shape, readItems(reader, shape, smallestItem, item))
  if (id === classId.char) return readText(reader, shape, at)
  const dtype = dtypes.find((candidate) => classId[candidate] === id)
  if (dtype === undefined) throw new InvalidBlobError(`no array has the class id ${id}`, at)
  const bytes = reader.bytes(requireRoom(reader, shape, itemSize(dtype)) * itemSize(dtype))
  return { kind: 'ndarray', dtype, shape, order: 'F', data: elementsOf(dtype, bytes) }
}

/** Reads a MATLAB cell array after its type code. */
export function readCell(reader: BlobReader, item: () => unknown): MatlabCell {
  const shape = readShape(reader)
  return new MatlabCell(shape, readItems(reader, shape, smallestItem, item))
}

/** Reads a MATLAB struct array after its type code. */
export function readStruct(reader: BlobReader, item: () => unknown): MatlabStruct {
  const shape = readShape(reader)
  const at = reader.position
  const count = reader.u32()
  if (count > reader.remaining) throw new InvalidBlobError(`${count} fields are promised`, at)
  const fields = new Map(Array.from({ length: count }, (): [string, unknown[]] => [reader.name(), []]))
  if (fields.size < count) throw new InvalidBlobError('two fields of one name', at)
  // without fields the elements take no bytes, whatever their number
  const elements = count === 0 ? 0 : requireRoom(reader, shape, smallestItem * count)
  for (let element = 0; element < elements; element++) for (const values of fields.values()) values.push(item())
  return new MatlabStruct(shape, fields)
}

function readItems(reader: BlobReader, shape: readonly number[], size: number, item: () => unknown): unknown[] {
  return Array.from({ length: requireRoom(reader, shape, size) }, item)
}

function readShape(reader: BlobReader): number[] {
  return Array.from({ length: reader.count(8) }, () => reader.length())
}

/** The number of elements of a shape, all of which must still follow with at least `size` bytes each. */
function requireRoom(reader: BlobReader, shape: readonly number[], size: number): number {
  const count = sizeOf(shape)
  // also NaN, from axes whose product overflows
  if (!(count * size <= reader.remaining)) {
    const found = `an array of (${shape.slice(0, 8).join(', ')}) where ${reader.remaining} bytes are left`
    throw new InvalidBlobError(found, reader.position)
  }
  return count
}

/** MATLAB keeps text as UTF-16 code units: a row of them is a string, and so are Python's arrays of one axis. */
function readText(reader: BlobReader, shape: readonly number[], at: number): string {
  const bytes = reader.bytes(requireRoom(reader, shape, 2) * 2)
  const rows = shape.length === 2 ? (shape[0] ?? 0) : 1
  if (bytes.length > 0 && (shape.length > 2 || shape.length === 0 || rows !== 1)) {
    throw new UnsupportedBlobError(`text of shape (${shape.join(', ')})`, typeCode.array, at)
  }
  // unlike TextDecoder, which would replace half a surrogate pair
  return Buffer.from(bytes.buffer).toString('utf16le')
}
