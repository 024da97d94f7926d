import { sizeOf } from '@neurojoint/arrays'
import { UnpackableValueError } from './blob-error.ts'
import type { BlobClass } from './blob-value.ts'
import type { BlobWriter } from './blob-writer.ts'
import { parseDateTime } from './datetime.ts'
import { classId, typeCode } from './type-code.ts'

/**
 * Packs one of the values that stand for what JavaScript lacks, by its `kind`; `item` packs an inner value, which is
 * reached by `step`. Throws 'unpackable-value' for an object of any other class.
 */
export function packTagged(
  writer: BlobWriter,
  value: object,
  path: string,
  item: (value: unknown, step: string) => void,
): void {
  if (!isBlobClass(value)) throw refusal(value, path)
  const items = (inner: readonly unknown[]) => {
    for (let i = 0; i < inner.length; i++) item(inner[i], `.items[${i}]`)
  }
  if (value.kind !== 'matlab-cell' && value.kind !== 'matlab-struct') writer.needsPython = true
  switch (value.kind) {
    case 'tuple':
      writer.u8(typeCode.tuple)
      writer.u64(value.items.length)
      return items(value.items)
    case 'decimal': {
      const ascii = new TextEncoder().encode(value.text)
      writer.u8(typeCode.decimal)
      writer.u64(ascii.length)
      return writer.bytes(ascii)
    }
    case 'complex':
      writer.u8(typeCode.complex)
      writer.f64(value.re)
      return writer.f64(value.im)
    case 'uuid':
      writer.u8(typeCode.uuid)
      return writer.bytes(uuidBytes(value.text, path))
    case 'datetime': {
      const fields = parseDateTime(value.text)
      if (fields === undefined)
        throw new UnpackableValueError(path, `the time '${value.text}'`, 'write it as ISO 8601.')
      writer.u8(typeCode.datetime)
      writer.i32(fields.date)
      return writer.i64(fields.time)
    }
    case 'object-array':
      requireSize(value.shape, value.items.length, path)
      writer.u8(typeCode.array)
      writer.shape(value.shape)
      writer.u32(classId.object)
      writer.u32(0)
      return items(value.items)
    case 'matlab-cell':
      requireSize(value.shape, value.items.length, path)
      writer.u8(typeCode.cell)
      writer.shape(value.shape)
      return items(value.items)
    case 'matlab-struct': {
      const { shape, fields } = value
      writer.u8(typeCode.struct)
      writer.shape(shape)
      writer.u32(fields.size)
      for (const [name, values] of fields) {
        requireSize(shape, values.length, `${path}.${name}`)
        writer.bytes(new TextEncoder().encode(`${name}\0`))
      }
      for (let element = 0; fields.size > 0 && element < sizeOf(shape); element++) {
        for (const [name, values] of fields) item(values[element], `.${name}[${element}]`)
      }
    }
  }
}

const kinds: ReadonlySet<unknown> = new Set<BlobClass['kind']>([
  'tuple',
  'decimal',
  'complex',
  'uuid',
  'datetime',
  'object-array',
  'matlab-cell',
  'matlab-struct',
])

function isBlobClass(value: object): value is BlobClass {
  return 'kind' in value && kinds.has(value.kind)
}

function uuidBytes(text: string, path: string): Uint8Array {
  const hex = text.replaceAll('-', '')
  if (!/^[0-9a-f]{32}$/i.test(hex)) throw new UnpackableValueError(path, `the UUID '${text}'`, 'write 32 hex digits.')
  return Uint8Array.from(Buffer.from(hex, 'hex'))
}

function requireSize(shape: readonly number[], length: number, path: string): void {
  if (sizeOf(shape) === length) return
  throw new UnpackableValueError(
    path,
    `${length} items in a shape of (${shape.join(', ')})`,
    'give one for each place.',
  )
}

function refusal(value: object, path: string): UnpackableValueError {
  const found = Object.prototype.toString.call(value).slice('[object '.length, -1)
  const name: unknown = value.constructor?.name
  const advice: Readonly<Record<string, string>> = {
    Date: 'write its text (toISOString()), or a DateTime, which has no zone.',
    ArrayBuffer: 'wrap it: new Uint8Array(buffer).',
    DataView: 'wrap it: new Uint8Array(view.buffer, view.byteOffset, view.byteLength).',
  }
  return new UnpackableValueError(
    path,
    found === 'Object' && typeof name === 'string' ? `an object of class ${name}` : `a ${found}`,
    advice[found] ?? 'give a plain object, an array, a Map, a Set or an NdArray.',
  )
}
