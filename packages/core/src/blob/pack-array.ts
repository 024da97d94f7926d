import { bytesOf, isNdArray, sizeOf, toOrder } from '@neurojoint/arrays'
import type { NdArray } from '@neurojoint/arrays'
import type { ComplexArray, DateTimeArray, MatlabChars, ObjectArray, SparseMatrix } from './blob-value.ts'
import type { Packer } from './packer.ts'
import { classId, datetimeUnits, firstDatetimeId, typeCode } from './type-code.ts'

/** Packs an array of real or complex numbers. */
export function packNumbers(packer: Packer, array: NdArray | ComplexArray): void {
  const { re, im } = partsOf(packer, array)
  // MATLAB has no arrays without axes
  if (re.shape.length === 0) packer.writer.needsPython = true
  packHeader(packer, re.shape, classId[re.dtype], im !== null)
  packElements(packer, re)
  if (im) packElements(packer, im)
}

/** Packs an array of datetime64, which only Python has. */
export function packDateTimes(packer: Packer, { unit, counts }: DateTimeArray): void {
  packer.writer.needsPython = true
  const index = datetimeUnits.indexOf(unit)
  if (index === -1) throw packer.refusal(`the unit '${unit}' of times`, `there are ${datetimeUnits.join(', ')}.`)
  if (!isNdArray(counts, 'int64')) {
    throw packer.refusal('times that are no array of int64', "count the array's units since 1970 in a BigInt64Array.")
  }
  packHeader(packer, counts.shape, firstDatetimeId + index, false)
  packElements(packer, counts)
}

/** Packs an array of anything, which only Python has. */
export function packObjects(packer: Packer, { shape, items }: ObjectArray): void {
  packer.writer.needsPython = true
  requireSize(packer, shape, items.length)
  packHeader(packer, shape, classId.object, false)
  packer.at('.items', () => packer.items(items))
}

export function packChars(packer: Packer, { shape, text }: MatlabChars): void {
  requireSize(packer, shape, text.length)
  packHeader(packer, shape, classId.char, false)
  packer.writer.bytes(Buffer.from(text, 'utf16le'))
}

export function packSparse(packer: Packer, { shape, columnStarts, rowIndices, values }: SparseMatrix): void {
  const { writer } = packer
  const { re, im } = partsOf(packer, values)
  const [rows, columns] = shape
  const count = rowIndices.length
  requireSize(packer, [columns + 1], columnStarts.length)
  requireSize(packer, re.shape, count)
  const areInOrder = columnStarts.every((start, column) => start <= (columnStarts[column + 1] ?? count))
  if (!areInOrder || columnStarts[0] !== 0 || columnStarts[columns] !== count) {
    throw packer.refusal('columns that do not follow one another', `columnStarts rise from 0 to ${count}.`)
  }
  if (rowIndices.some((row) => row >= rows)) throw packer.refusal('a row outside', `there are ${rows} rows.`)
  writer.u8(typeCode.sparse)
  for (const length of [rows, columns, count]) writer.u64(length)
  writer.u32(classId[re.dtype])
  writer.u32(Number(im !== null))
  for (const start of columnStarts) writer.u64(start)
  for (const row of rowIndices) writer.u64(row)
  packElements(packer, re)
  if (im) packElements(packer, im)
}

/** Throws 'unpackable-value' unless as many are given as the shape has places. */
export function requireSize(packer: Packer, shape: readonly number[], length: number): void {
  if (sizeOf(shape) === length) return
  throw packer.refusal(`${length} items in a shape of (${shape.join(', ')})`, 'give one for each place.')
}

function packHeader({ writer }: Packer, shape: readonly number[], id: number, isComplex: boolean): void {
  writer.u8(typeCode.array)
  writer.shape(shape)
  writer.u32(id)
  writer.u32(Number(isComplex))
}

function packElements({ writer }: Packer, array: NdArray): void {
  writer.bytes(bytesOf(toOrder(array, 'F').data, '<'))
}

interface Parts {
  readonly re: NdArray
  readonly im: NdArray | null
}

/** The real and the imaginary parts, if they fit. */
function partsOf(packer: Packer, array: NdArray | ComplexArray): Parts {
  if (isNdArray(array)) return { re: array, im: null }
  const { re, im } = array
  const fit = isNdArray(re) && isNdArray(im) && re.dtype === im.dtype && re.shape.join() === im.shape.join()
  if (!fit || re.dtype === 'bool') {
    throw packer.refusal('a complex array whose parts do not fit', 'give two arrays of one dtype of numbers and shape.')
  }
  return { re, im }
}
