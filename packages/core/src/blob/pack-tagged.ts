import { sizeOf } from '@neurojoint/arrays'
import type { UnpackableValueError } from './blob-error.ts'
import type { BlobClass, MatlabStruct, RecordArray } from './blob-value.ts'
import { parseDateTime } from './datetime.ts'
import { isDecimal } from './decimal.ts'
import { packChars, packDateTimes, packNumbers, packObjects, packSparse, requireSize } from './pack-array.ts'
import type { Packer } from './packer.ts'
import { areRecords } from './record-shape.ts'
import { deepest, typeCode } from './type-code.ts'

/**
 * Packs one of the values that stand for what JavaScript lacks, by its `kind`. Throws 'unpackable-value' for an object of
 * any other class.
 */
export function packTagged(packer: Packer, value: object): void {
  if (!isBlobClass(value)) throw refusal(packer, value)
  const { writer } = packer
  switch (value.kind) {
    case 'complex-array':
      return packNumbers(packer, value)
    case 'matlab-chars':
      return packChars(packer, value)
    case 'sparse-matrix':
      return packSparse(packer, value)
    case 'matlab-struct':
      return packStruct(packer, value)
    case 'matlab-cell':
      requireSize(packer, value.shape, value.items.length)
      writer.u8(typeCode.cell)
      writer.shape(value.shape)
      return packer.at('.items', () => packer.items(value.items))
    case 'datetime-array':
      return packDateTimes(packer, value)
    case 'object-array':
      return packObjects(packer, value)
    case 'record-array':
      return packRecords(packer, value, 0)
    case 'tuple':
      writer.needsPython = true
      writer.u8(typeCode.tuple)
      writer.u64(value.items.length)
      return packer.at('.items', () => packer.items(value.items))
    default:
      return packSingle(packer, value)
  }
}

/** Packs a value that holds no others; only Python has such. */
function packSingle(
  packer: Packer,
  value: Extract<BlobClass, { readonly kind: 'float' | 'decimal' | 'complex' | 'uuid' | 'datetime' }>,
): void {
  const { writer } = packer
  writer.needsPython = true
  switch (value.kind) {
    case 'float':
      writer.u8(typeCode.float)
      return writer.f64(value.value)
    case 'decimal': {
      const { text } = value
      if (!isDecimal(text)) throw packer.refusal(`the decimal '${text}'`, "write it as Python does: '-1.50', '1E+3'.")
      writer.u8(typeCode.decimal)
      writer.u64(text.length)
      return writer.bytes(encoder.encode(text))
    }
    case 'complex':
      writer.u8(typeCode.complex)
      writer.f64(value.re)
      return writer.f64(value.im)
    case 'uuid':
      writer.u8(typeCode.uuid)
      return writer.bytes(uuidBytes(packer, value.text))
    case 'datetime': {
      const fields = parseDateTime(value.text)
      if (fields === undefined) throw packer.refusal(`the time '${value.text}'`, 'write it as ISO 8601.')
      writer.u8(typeCode.datetime)
      writer.i32(fields.date)
      return writer.i64(fields.time)
    }
  }
}

function packStruct(packer: Packer, { shape, fields }: MatlabStruct): void {
  packer.writer.u8(typeCode.struct)
  packer.writer.shape(shape)
  packNames(packer, [...fields.keys()])
  for (const [name, values] of fields) packer.at(`.${name}`, () => requireSize(packer, shape, values.length))
  for (let element = 0; fields.size > 0 && element < sizeOf(shape); element++) {
    for (const [name, values] of fields) packer.item(values[element], `.${name}[${element}]`)
  }
}

function packRecords(packer: Packer, records: RecordArray, depth: number): void {
  if (depth > deepest) throw packer.refusal(`more than ${deepest} records inside one another`, 'flatten them.')
  if (!areRecords(records)) {
    throw packer.refusal(
      'columns of unlike shapes',
      `each has the shape of all, (${records.shape.join(', ')}), or begins so.`,
    )
  }
  packer.writer.needsPython = true
  packer.writer.u8(typeCode.record)
  packNames(packer, [...records.fields.keys()])
  for (const [name, column] of records.fields) {
    packer.at(`.${name}`, () => {
      if (column.kind === 'record-array') packRecords(packer, column, depth + 1)
      else if (column.kind === 'object-array') packObjects(packer, column)
      else if (column.kind === 'datetime-array') packDateTimes(packer, column)
      else if (column.kind === 'matlab-chars') packChars(packer, column)
      else packNumbers(packer, column)
    })
  }
}

/** Packs the number of names and then each with a NUL. */
function packNames(packer: Packer, names: readonly string[]): void {
  packer.writer.u32(names.length)
  for (const name of names) {
    if (name.includes('\0') || !name.isWellFormed()) {
      throw packer.refusal(`a field called ${JSON.stringify(name)}`, 'give it a name without NUL and surrogate halves.')
    }
    packer.writer.bytes(encoder.encode(`${name}\0`))
  }
}

const encoder = new TextEncoder()

const kinds: ReadonlySet<unknown> = new Set<BlobClass['kind']>([
  'tuple',
  'float',
  'decimal',
  'complex',
  'uuid',
  'datetime',
  'complex-array',
  'datetime-array',
  'object-array',
  'record-array',
  'matlab-chars',
  'matlab-cell',
  'matlab-struct',
  'sparse-matrix',
])

function isBlobClass(value: object): value is BlobClass {
  return 'kind' in value && kinds.has(value.kind)
}

function uuidBytes(packer: Packer, text: string): Uint8Array {
  const hex = text.replaceAll('-', '')
  if (!/^[0-9a-f]{32}$/i.test(hex)) throw packer.refusal(`the UUID '${text}'`, 'write 32 hex digits.')
  return Uint8Array.from(Buffer.from(hex, 'hex'))
}

function refusal(packer: Packer, value: object): UnpackableValueError {
  const found = Object.prototype.toString.call(value).slice('[object '.length, -1)
  const name: unknown = value.constructor?.name
  const advice: Readonly<Record<string, string>> = {
    Date: 'write its text (toISOString()), or a DateTime, which has no zone.',
    ArrayBuffer: 'wrap it: new Uint8Array(buffer).',
    SharedArrayBuffer: 'wrap it: new Uint8Array(buffer).',
    DataView: 'wrap it: new Uint8Array(view.buffer, view.byteOffset, view.byteLength).',
    Float16Array: 'the format has no float16: new Float32Array(array) holds the same numbers.',
    Uint8ClampedArray: 'new Uint8Array(array) holds the same numbers.',
    Number: 'call valueOf() on it, or give a Float.',
  }
  return packer.refusal(
    found === 'Object' && typeof name === 'string' ? `an object of class ${name}` : `a ${found}`,
    advice[found] ?? 'give a plain object, an array, a Map, a Set or an NdArray.',
  )
}
