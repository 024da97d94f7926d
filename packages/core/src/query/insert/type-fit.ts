import type { AttributeType } from '../../attribute/attribute.ts'
import { externalStoreOf } from '../../attribute/legacy-type.ts'
import { isSameStorage, type Storage } from '../../attribute/storage.ts'

/** Whether every value of a type, as it is stored, is one of another type too. */
export function fits(from: AttributeType, to: AttributeType): boolean {
  if (from.codec !== null || to.codec !== null) return from.text === to.text
  return isSameStorage(from.storage, to.storage) || storageFits(from.storage, to.storage)
}

function storageFits(from: Storage, to: Storage): boolean {
  switch (to.kind) {
    case 'integer': {
      if (from.kind !== 'integer') return false
      const [inner, outer] = [rangeOf(from), rangeOf(to)]
      return inner.lowest >= outer.lowest && inner.highest <= outer.highest
    }
    case 'float':
      return (
        from.kind === 'float' && from.bits <= to.bits && to.precision === undefined && (!to.unsigned || !!from.unsigned)
      )
    case 'decimal':
      return (
        from.kind === 'decimal' &&
        from.scale <= to.scale &&
        from.precision - from.scale <= to.precision - to.scale &&
        (!to.unsigned || !!from.unsigned)
      )
    case 'text':
      if (from.kind === 'enum') return to.form !== 'char' && from.values.every((value) => bytesOf(value) <= to.length)
      if (from.kind !== 'text' || (to.form === 'char' && from.form !== 'char')) return false
      // the length of a text counts bytes, that of the others characters
      return (from.form !== 'text' && to.form === 'text' ? 4 : 1) * from.length <= to.length
    case 'enum':
      return from.kind === 'enum' && from.values.every((value) => to.values.includes(value))
    case 'bytes':
      return from.kind === 'bytes' && (from.length ?? Infinity) <= (to.length ?? Infinity)
    case 'boolean':
    case 'date':
    case 'year':
    case 'uuid':
    case 'json':
      return from.kind === to.kind
    // of a fraction all digits are stored
    case 'datetime':
      return from.kind === 'datetime' && from.fraction === to.fraction && (!to.timestamp || !!from.timestamp)
    case 'time':
      return from.kind === 'time' && from.fraction === to.fraction
  }
}

function rangeOf({ bits, unsigned }: Extract<Storage, { readonly kind: 'integer' }>) {
  const size = 2n ** BigInt(bits)
  return unsigned ? { lowest: 0n, highest: size - 1n } : { lowest: -size / 2n, highest: size / 2n - 1n }
}

const bytesOf = (text: string): number => Buffer.byteLength(text)

/** Whether the values say where objects are that belong to the rows of another schema. Files that are only pointed to do not. */
export function isElsewhere(from: AttributeType, to: AttributeType): boolean {
  const { codec } = from
  if (codec === null || codec.store === null || codec.name === 'filepath') return false
  // what 0.14 lists is listed, and copied, for the other schema too
  return from.text === to.text && externalStoreOf(from) === null && codec.schema !== to.codec?.schema
}
