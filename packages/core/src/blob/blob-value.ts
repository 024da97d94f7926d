import type { DType, NdArray } from '@neurojoint/arrays'
import { shapeOf } from './record-shape.ts'
import type { DateTimeUnit } from './type-code.ts'

/*
 * What Python and MATLAB have and JavaScript does not. These are classes so that no dict of a user's can be taken for
 * one: plain objects are always dicts, others are recognised by their `kind`.
 */

/** A Python tuple. */
export class Tuple {
  readonly kind = 'tuple'
  readonly items: readonly unknown[]
  constructor(items: readonly unknown[]) {
    this.items = items
  }
}

/** A number that is a float also where it is whole: `new Float(1)` is Python's `1.0`, and 1 its `1`. */
export class Float {
  readonly kind = 'float'
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
}

/** A Python decimal, as it writes itself: `-1.50`, `NaN`. */
export class Decimal {
  readonly kind = 'decimal'
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** A complex number. */
export class Complex {
  readonly kind = 'complex'
  readonly re: number
  readonly im: number
  constructor(re: number, im: number) {
    this.re = re
    this.im = im
  }
}

/** A UUID, in lower case with dashes. */
export class Uuid {
  readonly kind = 'uuid'
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** A date, a time of day or both, without a zone: `2024-01-15`, `10:30:00.000005`, `2024-01-15T10:30:00`. */
export class DateTime {
  readonly kind = 'datetime'
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/**
 * An array of complex numbers, NumPy's complex128 (of float64) and complex64 (of float32) or MATLAB's of any number: real
 * and imaginary parts are arrays of one dtype and shape.
 */
export class ComplexArray<D extends DType = DType> {
  readonly kind = 'complex-array'
  readonly re: NdArray<D>
  readonly im: NdArray<D>
  constructor(re: NdArray<D>, im: NdArray<D>) {
    this.re = re
    this.im = im
  }
}

/** An array of NumPy's datetime64: how many units have passed since 1970 began; `notATime` is NaT. */
export class DateTimeArray {
  readonly kind = 'datetime-array'
  readonly unit: DateTimeUnit
  readonly counts: NdArray<'int64'>
  constructor(unit: DateTimeUnit, counts: NdArray<'int64'>) {
    this.unit = unit
    this.counts = counts
  }
}

/** The count that stands for no time at all in a `DateTimeArray`. */
export const notATime = -(2n ** 63n)

/** An array of anything: NumPy's arrays of objects and of text. Items lie in Fortran order. */
export class ObjectArray {
  readonly kind = 'object-array'
  readonly shape: readonly number[]
  readonly items: readonly unknown[]
  constructor(shape: readonly number[], items: readonly unknown[]) {
    this.shape = shape
    this.items = items
  }
}

/** What a column of a `RecordArray` can be. */
export type RecordColumn = NdArray | ComplexArray | DateTimeArray | ObjectArray | MatlabChars | RecordArray

/**
 * A NumPy array of records, by column: each is an array of the shape that all have in common. A column of more axes has an
 * array in each record, which Python writes and cannot read.
 */
export class RecordArray {
  readonly kind = 'record-array'
  readonly fields: ReadonlyMap<string, RecordColumn>
  /** That of the column with fewest axes. */
  readonly shape: readonly number[]
  constructor(fields: ReadonlyMap<string, RecordColumn>) {
    this.fields = fields
    const shapes = [...fields.values()].map(shapeOf)
    this.shape = shapes.reduce((least, shape) => (shape.length < least.length ? shape : least), shapes[0] ?? [])
  }
}

/** MATLAB text of any shape: its UTF-16 units lie in Fortran order. Text of one row is read as a string. */
export class MatlabChars {
  readonly kind = 'matlab-chars'
  readonly shape: readonly number[]
  readonly text: string
  constructor(shape: readonly number[], text: string) {
    this.shape = shape
    this.text = text
  }

  /** Of text of two axes its rows. */
  get rows(): readonly string[] {
    const [rows = 0, columns = 0] = this.shape
    return Array.from({ length: rows }, (_, row) =>
      Array.from({ length: columns }, (_nothing, column) => this.text[column * rows + row]).join(''),
    )
  }
}

/** A MATLAB cell array. Items lie in Fortran order. */
export class MatlabCell {
  readonly kind = 'matlab-cell'
  readonly shape: readonly number[]
  readonly items: readonly unknown[]
  constructor(shape: readonly number[], items: readonly unknown[]) {
    this.shape = shape
    this.items = items
  }
}

/** A MATLAB struct array: for each field its values over the elements, which lie in Fortran order. */
export class MatlabStruct {
  readonly kind = 'matlab-struct'
  readonly shape: readonly number[]
  readonly fields: ReadonlyMap<string, readonly unknown[]>
  constructor(shape: readonly number[], fields: ReadonlyMap<string, readonly unknown[]>) {
    this.shape = shape
    this.fields = fields
  }
}

/** A sparse matrix of MATLAB, by column. The values of column `c` are those from `columnStarts[c]` to `columnStarts[c + 1]`. */
export class SparseMatrix {
  readonly kind = 'sparse-matrix'
  readonly shape: readonly [rows: number, columns: number]
  readonly columnStarts: Uint32Array
  /** The row of each value. */
  readonly rowIndices: Uint32Array
  /** Of one axis. */
  readonly values: NdArray | ComplexArray
  constructor(
    shape: readonly [rows: number, columns: number],
    columnStarts: Uint32Array,
    rowIndices: Uint32Array,
    values: NdArray | ComplexArray,
  ) {
    this.shape = shape
    this.columnStarts = columnStarts
    this.rowIndices = rowIndices
    this.values = values
  }
}

/** Every class of this file. */
export type BlobClass =
  | Tuple
  | Float
  | Decimal
  | Complex
  | Uuid
  | DateTime
  | ComplexArray
  | DateTimeArray
  | ObjectArray
  | RecordArray
  | MatlabChars
  | MatlabCell
  | MatlabStruct
  | SparseMatrix
