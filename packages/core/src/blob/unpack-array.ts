import { dtypes, elementsOf, itemSize, sizeOf } from '@neurojoint/arrays'
import type { DType, NdArray } from '@neurojoint/arrays'
import { InvalidBlobError } from './blob-error.ts'
import type { BlobReader } from './blob-reader.ts'
import { ComplexArray, DateTimeArray, MatlabChars, ObjectArray } from './blob-value.ts'
import { classId, datetimeUnits, firstDatetimeId } from './type-code.ts'
import type { Unpacking } from './unpacking.ts'

/** What stands behind the type code of an array. */
export type BlobArray = NdArray | ComplexArray | DateTimeArray | ObjectArray | MatlabChars

/** Reads an array after its type code, which stood at `at`; text of one row becomes a string. */
export function readArray(here: Unpacking, at: number): BlobArray | string {
  const array = readAnyArray(here, at)
  if (here.lossless || !('kind' in array) || array.kind !== 'matlab-chars') return array
  const { shape, text } = array
  const isRow = shape.length < 2 || (shape.length === 2 && shape[0] === 1)
  return isRow || text === '' ? text : array
}

/** Reads an array after its type code, which stood at `at`. */
export function readAnyArray(here: Unpacking, at: number): BlobArray {
  const { reader } = here
  const shape = reader.shape()
  const id = reader.u32()
  const isComplex = reader.u32() !== 0
  const dtype = dtypeOfClass(id)
  if (dtype !== undefined) return readNumbers(reader, dtype, shape, isComplex, at)
  if (isComplex) throw new InvalidBlobError(`an array of complex numbers has the class id ${id}`, at)
  if (id === classId.object) return new ObjectArray(shape, readItems(here, shape))
  if (id === classId.char) return new MatlabChars(shape, readText(reader, requireRoom(reader, shape, 2)))
  const unit = datetimeUnits[id - firstDatetimeId]
  if (unit === undefined) throw new InvalidBlobError(`no array has the class id ${id}`, at)
  return new DateTimeArray(unit, readElements(reader, 'int64', shape))
}

/** Reads the numbers of an array, real parts before the imaginary ones. */
export function readNumbers(
  reader: BlobReader,
  dtype: DType,
  shape: readonly number[],
  isComplex: boolean,
  at: number,
): NdArray | ComplexArray {
  if (!isComplex) return readElements(reader, dtype, shape)
  if (dtype === 'bool') throw new InvalidBlobError('an array of complex booleans', at)
  requireRoom(reader, shape, 2 * itemSize(dtype))
  return new ComplexArray(readElements(reader, dtype, shape), readElements(reader, dtype, shape))
}

export const dtypeOfClass = (id: number): DType | undefined => dtypes.find((candidate) => classId[candidate] === id)

/** Reads an item for each element of a shape. */
export function readItems(here: Unpacking, shape: readonly number[]): unknown[] {
  return Array.from({ length: requireRoom(here.reader, shape, here.reader.smallestItem) }, () => here.item())
}

/** The number of elements of a shape, all of which must still follow with at least `size` bytes each. */
export function requireRoom(reader: BlobReader, shape: readonly number[], size: number): number {
  const count = sizeOf(shape)
  // also NaN, from axes whose product overflows
  if (!(count * size <= reader.remaining)) {
    const found = `an array of (${shape.slice(0, 8).join(', ')}) where ${reader.remaining} bytes are left`
    throw new InvalidBlobError(found, reader.position)
  }
  return count
}

function readElements<D extends DType>(reader: BlobReader, dtype: D, shape: readonly number[]): NdArray<D> {
  const size = itemSize(dtype)
  const bytes = reader.bytes(requireRoom(reader, shape, size) * size)
  return { kind: 'ndarray', dtype, shape, order: 'F', data: elementsOf(dtype, bytes) }
}

/** MATLAB keeps text as UTF-16 code units; TextDecoder would replace half a surrogate pair. */
const readText = (reader: BlobReader, units: number): string =>
  Buffer.from(reader.bytes(units * 2).buffer).toString('utf16le')
