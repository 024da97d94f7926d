import { isDeepStrictEqual } from 'node:util'
import { type DType, elementsOf, type NdArray, sizeOf } from '@neurojoint/arrays'
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
  Tuple,
  Uuid,
} from '../blob-value.ts'
import { type DateTimeUnit, datetimeUnits } from '../type-code.ts'

/** A value of Python's in the neutral encoding of fixtures/datajoint/README.md. */
export interface RecordedValue {
  readonly t: string
  readonly [field: string]: unknown
}

export interface RecordedOptions {
  /** The values that a lossless reading gives. */
  readonly lossless?: boolean
  /** Arrays of text are MATLAB's, which Python reads so. */
  readonly matlab?: boolean
}

/** Whether a value read here is the one that Python had. */
export const isRecorded = (value: unknown, recorded: RecordedValue, options: RecordedOptions = {}): boolean =>
  isDeepStrictEqual(value, valueOf(recorded, options))

/** The value here of a value that Python had. */
export function valueOf(recorded: RecordedValue, options: RecordedOptions = {}): unknown {
  const { t, v } = recorded
  const inside = (field: string) => listOf(recorded, field).map((item) => valueOf(item, options))
  switch (t) {
    case 'none':
      return null
    case 'bool':
    case 'str':
      return v
    case 'int':
      return Number.isSafeInteger(Number(v)) ? Number(v) : BigInt(String(v))
    case 'float':
      return options.lossless ? new Float(floatOf(recorded)) : floatOf(recorded)
    case 'complex':
      return new Complex(floatOf(memberOf(recorded, 're')), floatOf(memberOf(recorded, 'im')))
    case 'bytes':
      return bytesOfHex(recorded['hex'])
    case 'decimal':
      return new Decimal(String(v))
    case 'uuid':
      return new Uuid(String(v))
    case 'date':
      return new DateTime(String(v))
    case 'time':
    case 'datetime':
      return new DateTime(String(v).replace(/\.000000$/, ''))
    case 'list':
      return inside('items')
    case 'tuple':
    case 'range':
      return new Tuple(inside('items'))
    case 'set':
      return new Set(inside('items'))
    case 'dict':
      return dictOf(recorded, options)
    case 'ndarray':
      return arrayOf(recorded, options)
    case 'recarray':
      return recordsOf(recorded, options)
    case 'matcell':
      return new MatlabCell(shapeOf(recorded), inside('items'))
    case 'matstruct':
      return structOf(recorded, options)
    default:
      throw new Error(`nothing here is a recorded ${t}`)
  }
}

function dictOf(recorded: RecordedValue, options: RecordedOptions): unknown {
  // the fixtures are ours and their fields follow from `t`
  const pairs = recorded['items'] as readonly (readonly [RecordedValue, RecordedValue])[]
  const entries = pairs.map(([key, value]) => [valueOf(key, options), valueOf(value, options)] as const)
  const isNamed = !options.lossless && entries.every(([key]) => typeof key === 'string')
  return isNamed ? Object.fromEntries(entries.map(([key, value]) => [String(key), value])) : new Map(entries)
}

function arrayOf(recorded: RecordedValue, options: RecordedOptions): RecordColumn | string {
  const { shape, dtype } = { shape: shapeOf(recorded), dtype: String(recorded['dtype']) }
  const data = recorded['data'] as readonly string[]
  const unit = datetimeUnits.find((one: DateTimeUnit) => dtype === `datetime64[${one}]`)
  const part = <D extends DType>(type: D, field: string) => numbersOf(type, shape, recorded[field])
  if (unit) return new DateTimeArray(unit, part('int64', 'hex'))
  switch (dtype) {
    case 'complex128':
      return new ComplexArray(part('float64', 're_hex'), part('float64', 'im_hex'))
    case 'complex64':
      return new ComplexArray(part('float32', 're_hex'), part('float32', 'im_hex'))
    case 'object':
      return new ObjectArray(
        shape,
        listOf(recorded, 'items').map((item) => valueOf(item, options)),
      )
    case 'char': {
      const chars = new MatlabChars(shape, data.join(''))
      return shape.length === 1 && !options.lossless ? chars.text : chars
    }
    case 'str': {
      if (!options.matlab) return new ObjectArray(shape, data)
      return data.length === 1 ? (data[0] ?? '') : new MatlabChars(shape, data.join(''))
    }
    default:
      return part(dtype as DType, 'hex')
  }
}

function numbersOf<D extends DType>(dtype: D, shape: readonly number[], hex: unknown): NdArray<D> {
  const bytes = bytesOfHex(hex)
  const data = elementsOf(dtype, bytes)
  if (data.length !== sizeOf(shape)) throw new Error('not all of its elements were recorded')
  return { kind: 'ndarray', dtype, shape, order: 'F', data }
}

function recordsOf(recorded: RecordedValue, options: RecordedOptions): RecordArray {
  const fields = recorded['fields'] as readonly { readonly name: string; readonly value: RecordedValue }[]
  // in records, characters are no text
  const column = (value: RecordedValue) =>
    (value.t === 'recarray' ? recordsOf(value, options) : arrayOf(value, options)) as RecordColumn
  return new RecordArray(new Map(fields.map(({ name, value }) => [name, column(value)])))
}

function structOf(recorded: RecordedValue, options: RecordedOptions): MatlabStruct {
  const names = recorded['fields'] as readonly string[]
  const rows = recorded['rows'] as readonly (readonly RecordedValue[])[]
  const values = (index: number) => rows.map((row) => valueOf(row[index] ?? { t: 'none' }, options))
  return new MatlabStruct(shapeOf(recorded), new Map(names.map((name, index) => [name, values(index)])))
}

const shapeOf = (recorded: RecordedValue) => recorded['shape'] as readonly number[]
const listOf = (recorded: RecordedValue, field: string) => recorded[field] as readonly RecordedValue[]
const memberOf = (recorded: RecordedValue, field: string) => recorded[field] as RecordedValue
const floatOf = (recorded: RecordedValue): number => Buffer.from(String(recorded['hex']), 'hex').readDoubleLE()
const bytesOfHex = (hex: unknown): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(String(hex), 'hex'))
