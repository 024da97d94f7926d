import type { NdArray } from '@neurojoint/arrays'
import { InvalidBlobError, UnsupportedBlobError } from './blob-error.ts'
import type { BlobReader } from './blob-reader.ts'
import { ComplexArray, MatlabCell, MatlabStruct, RecordArray, type RecordColumn, SparseMatrix } from './blob-value.ts'
import { areRecords } from './record-shape.ts'
import { typeCode } from './type-code.ts'
import { dtypeOfClass, readAnyArray, readItems, readNumbers, requireRoom } from './unpack-array.ts'
import type { Unpacking } from './unpacking.ts'

/** Reads a MATLAB cell array after its type code. */
export function readCell(here: Unpacking): MatlabCell {
  const shape = here.reader.shape()
  return new MatlabCell(shape, readItems(here, shape))
}

/** Reads a MATLAB struct array after its type code. */
export function readStruct(here: Unpacking): MatlabStruct {
  const { reader } = here
  const shape = reader.shape()
  const fields = new Map(readNames(reader).map((name): [string, unknown[]] => [name, []]))
  // without fields the elements take no bytes, whatever their number
  const elements = fields.size === 0 ? 0 : requireRoom(reader, shape, reader.smallestItem * fields.size)
  for (let element = 0; element < elements; element++) for (const values of fields.values()) values.push(here.item())
  return new MatlabStruct(shape, fields)
}

/** Reads a NumPy array of records after its type code, which stood at `at`. */
export function readRecords(here: Unpacking, at: number): RecordArray {
  const { reader } = here
  const inside = here.inside()
  const fields = new Map<string, RecordColumn>()
  for (const name of readNames(reader)) fields.set(name, readColumn(inside))
  const records = new RecordArray(fields)
  if (!areRecords(records)) throw new InvalidBlobError('an array of records with columns of unlike shapes', at)
  return records
}

function readColumn(here: Unpacking): RecordColumn {
  const at = here.reader.position
  const code = here.reader.u8()
  if (code === typeCode.array) return readAnyArray(here, at)
  if (code === typeCode.record) return readRecords(here, at)
  throw new InvalidBlobError(`no column of records has the type code ${code.toString(16).padStart(2, '0')}`, at)
}

/** Reads a number of names and then each with the NUL that ends it. */
function readNames(reader: BlobReader): string[] {
  const at = reader.position
  const count = reader.u32()
  if (count > reader.remaining) throw new InvalidBlobError(`${count} fields are promised`, at)
  const names = Array.from({ length: count }, () => reader.name())
  if (new Set(names).size < count) throw new InvalidBlobError('two fields of one name', at)
  return names
}

/** Reads a sparse matrix of MATLAB after its type code, which stood at `at`. */
export function readSparse(reader: BlobReader, at: number): SparseMatrix {
  const [rows, columns, room] = [reader.length(), reader.length(), reader.length()]
  const id = reader.u32()
  const isComplex = reader.u32() !== 0
  const dtype = dtypeOfClass(id)
  if (dtype === undefined) throw new InvalidBlobError(`no sparse matrix has the class id ${id}`, at)
  const starts = reader.lengths(columns + 1)
  const count = starts[columns] ?? 0
  if (starts[0] !== 0 || count > room || starts.some((start, column) => start > (starts[column + 1] ?? count))) {
    throw new InvalidBlobError('a sparse matrix whose columns do not follow one another', at)
  }
  if (rows > 2 ** 32 - 1) throw new UnsupportedBlobError(`a sparse matrix of ${rows} rows`, typeCode.sparse, at)
  // there may be room for more values than there are
  const indices = reader.lengths(room).slice(0, count)
  if (indices.some((row) => row >= rows)) throw new InvalidBlobError('a sparse matrix with a value outside of it', at)
  const values = readNumbers(reader, dtype, [room], isComplex, at)
  return new SparseMatrix(
    [rows, columns],
    Uint32Array.from(starts),
    Uint32Array.from(indices),
    values.kind === 'ndarray'
      ? firstOf(values, count)
      : new ComplexArray(firstOf(values.re, count), firstOf(values.im, count)),
  )
}

const firstOf = (values: NdArray, count: number): NdArray => ({
  ...values,
  shape: [count],
  data: values.data.subarray(0, count),
})
