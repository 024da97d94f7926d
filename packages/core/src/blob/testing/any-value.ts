import { type DType, dtypes, type NdArray, zeros } from '@neurojoint/arrays'
import * as fc from 'fast-check'
import {
  Complex,
  ComplexArray,
  DateTime,
  DateTimeArray,
  Decimal,
  Float,
  MatlabCell,
  MatlabChars,
  MatlabStruct,
  ObjectArray,
  RecordArray,
  type RecordColumn,
  SparseMatrix,
  Tuple,
  Uuid,
} from '../blob-value.ts'
import { datetimeUnits } from '../type-code.ts'

const shapes = fc.array(fc.nat(5), { maxLength: 4 })
const noise = fc.uint8Array({ minLength: 8, maxLength: 64 })
const text = fc.string({ unit: 'grapheme' })
const fieldName = text.filter((name) => !name.includes('\0'))

/** An array of that shape, in Fortran order as arrays are read, of bits that mean anything. */
function arrayOf<D extends DType>(dtype: D, shape: readonly number[], bits: Uint8Array): NdArray<D> {
  const array = zeros(dtype, shape, 'F')
  const bytes = new Uint8Array(array.data.buffer)
  for (let i = 0; i < bytes.length; i++) bytes[i] = (bits[i % bits.length] ?? 0) & (dtype === 'bool' ? 1 : 0xff)
  return array
}

/** Arrays of every dtype. */
export const anyArray = fc
  .tuple(shapes, fc.constantFrom(...dtypes), noise)
  .map(([shape, dtype, bits]) => arrayOf(dtype, shape, bits))

const numeric = fc.constantFrom(...dtypes.filter((dtype) => dtype !== 'bool'))

const columnOf = (shape: readonly number[]): fc.Arbitrary<RecordColumn> =>
  fc
    .tuple(fc.constantFrom('number', 'complex', 'time', 'text', 'chars', 'wide'), numeric, noise)
    .map(([kind, dtype, bits]) => {
      const size = shape.reduce((all, length) => all * length, 1)
      const letters = Array.from({ length: size }, (_, i) => String.fromCharCode(bits[i % bits.length] ?? 0))
      if (kind === 'complex')
        return new ComplexArray(arrayOf(dtype, shape, bits), arrayOf(dtype, shape, bits.toReversed()))
      if (kind === 'time') return new DateTimeArray('us', arrayOf('int64', shape, bits))
      if (kind === 'text') return new ObjectArray(shape, letters)
      if (kind === 'chars') return new MatlabChars(shape, letters.join(''))
      return arrayOf(dtype, kind === 'wide' ? [...shape, 3] : shape, bits)
    })

const columns = (shape: readonly number[]): fc.Arbitrary<RecordArray> =>
  fc
    .uniqueArray(fc.tuple(fieldName, fc.oneof({ maxDepth: 2 }, columnOf(shape), fc.constant(null))), {
      selector: ([name]) => name,
      minLength: 1,
      maxLength: 4,
    })
    .map((fields) => {
      const plain = arrayOf('int8', shape, Uint8Array.of(7))
      const inner = new RecordArray(new Map([['x', plain]]))
      const all = fields.map(([name, column]): [string, RecordColumn] => [name, column ?? inner])
      return new RecordArray(new Map([...all, ['plain', plain]]))
    })

const sparse = fc
  .tuple(
    fc.integer({ min: 1, max: 9 }),
    fc.array(fc.array(fc.nat(8), { maxLength: 3 }), { maxLength: 5 }),
    fc.boolean(),
  )
  .map(([rows, filled, isComplex]) => {
    const perColumn = filled.map((column) => column.filter((row) => row < rows))
    const starts = perColumn.reduce<number[]>((all, column) => [...all, (all.at(-1) ?? 0) + column.length], [0])
    const values = arrayOf('float64', [starts.at(-1) ?? 0], Uint8Array.of(1, 2, 3, 4, 5, 6, 7))
    return new SparseMatrix(
      [rows, filled.length],
      Uint32Array.from(starts),
      Uint32Array.from(perColumn.flat()),
      isComplex ? new ComplexArray<DType>(values, values) : values,
    )
  })

const leaf = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.maxSafeInteger(),
  fc.bigInt().filter((value) => !Number.isSafeInteger(Number(value))),
  text,
  fc.uint8Array(),
  anyArray,
  fc.uuid().map((value) => new Uuid(value)),
  fc.double().map((value) => new Decimal(String(value))),
  fc.tuple(fc.double(), fc.double()).map(([re, im]) => new Complex(re, im)),
  fc
    .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
    .map((date) => new DateTime(date.toISOString().slice(0, 19))),
  fc
    .tuple(shapes, numeric, noise)
    .map(
      ([shape, dtype, bits]) => new ComplexArray(arrayOf(dtype, shape, bits), arrayOf(dtype, shape, bits.toReversed())),
    ),
  fc
    .tuple(shapes, fc.constantFrom(...datetimeUnits), noise)
    .map(([shape, unit, bits]) => new DateTimeArray(unit, arrayOf('int64', shape, bits))),
  shapes.chain(columns),
  sparse,
  fc
    .tuple(fc.integer({ min: 2, max: 4 }), fc.array(fc.nat(0xffff), { minLength: 1, maxLength: 5 }))
    .map(([rows, units]) => new MatlabChars([rows, units.length], String.fromCharCode(...units).repeat(rows))),
)

/** Values that fill an array of cells or objects. */
const filled = (value: fc.Arbitrary<unknown>) =>
  fc.array(value, { maxLength: 3 }).map((items) => ({ shape: [1, items.length, 1], items }))

/** Values of every class, inside one another; `whole` are floats, which a reading without loss gives by their class. */
const valuesWith = (whole: fc.Arbitrary<unknown>, dict: (entries: [string, unknown][]) => unknown) =>
  fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.oneof(leaf, whole),
      fc.array(tie('value'), { maxLength: 5 }),
      fc.array(tie('value'), { maxLength: 5 }).map((items) => new Tuple(items)),
      fc.uniqueArray(fc.tuple(text, tie('value')), { selector: ([key]) => key, maxLength: 5 }).map(dict),
      fc
        .uniqueArray(fc.tuple(fc.integer(), tie('value')), { selector: ([key]) => key, minLength: 1, maxLength: 5 })
        .map((entries) => new Map(entries)),
      fc.uniqueArray(fc.integer(), { maxLength: 5 }).map((items) => new Set(items)),
      filled(tie('value')).map(({ shape, items }) => new MatlabCell(shape, items)),
      filled(tie('value')).map(({ shape, items }) => new ObjectArray(shape, items)),
      fc
        .tuple(filled(tie('value')), fieldName)
        .map(([{ shape, items }, name]) => new MatlabStruct(shape, new Map([[name, items]]))),
    ),
  })).value

/** Values as they are read. */
export const anyValue: fc.Arbitrary<unknown> = valuesWith(
  fc.oneof(
    fc.double(),
    fc.string({ unit: 'binary', minLength: 1 }).filter((value) => value.isWellFormed()),
  ),
  (entries) => Object.fromEntries(entries),
)

/** Values as they are read without loss. */
export const anyExactValue: fc.Arbitrary<unknown> = valuesWith(
  fc.oneof(
    fc.double().map((value) => new Float(value)),
    fc.string().map((value) => new MatlabChars([1, value.length], value)),
  ),
  (entries) => new Map(entries),
)
