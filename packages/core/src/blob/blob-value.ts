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

/** Every class of this file. */
export type BlobClass = Tuple | Decimal | Complex | Uuid | DateTime | ObjectArray | MatlabCell | MatlabStruct
