import type { Attribute, AttributeType } from '../attribute/attribute.ts'
import { fromStored } from '../attribute/from-stored.ts'
import type { StoredValue } from '../attribute/storage.ts'
import type { Dialect } from '../compile/dialect.ts'
import type { RawValue } from '../driver/driver.ts'
import type { Context } from './context.ts'

/** How the values of one attribute are read, found out once for all rows; that of a codec type stays encoded. */
export function valueReader(type: AttributeType, dialect: Dialect): (raw: RawValue) => unknown {
  const read = (raw: RawValue): unknown => (raw === null ? null : fromStored(type, dialect.fromRaw(raw, type.storage)))
  const { storage } = type
  // what a driver hands over as a row has it is let through at once
  switch (storage.kind) {
    case 'integer':
      return storage.bits === 64 ? read : (raw) => (Number.isSafeInteger(raw) ? raw : read(raw))
    case 'float':
      return (raw) => (typeof raw === 'number' ? raw : read(raw))
    case 'text':
    case 'enum':
      return (raw) => (typeof raw === 'string' ? raw : read(raw))
    case 'datetime': {
      const length = storage.fraction === 0 ? 19 : 20 + storage.fraction
      return (raw) => (typeof raw === 'string' && raw.length === length ? raw : read(raw))
    }
    case 'bytes':
      return (raw) => owned(read(raw))
    default:
      return read
  }
}

/** A small value may lie in a buffer with others, which it would keep in memory, and its user would take for its own. */
const owned = (value: unknown): unknown =>
  value instanceof Uint8Array && value.byteLength < value.buffer.byteLength ? value.slice() : value

/** How the values of an attribute of a codec type are decoded. */
export function codecReader(
  { type }: Attribute,
  { codecs, stores, connection: { dialect } }: Context,
  signal: AbortSignal | undefined,
): (raw: RawValue) => Promise<unknown> {
  const codec = codecs.get(type)
  const options = { stores, ...(signal && { signal }) }
  return async (raw) => {
    const stored: StoredValue = raw === null ? null : dialect.fromRaw(raw, type.storage)
    return stored === null ? null : codec.decode(stored, options)
  }
}

/** How many values of codec types are decoded at once: some come from a store that is far away. */
const DECODED_AT_ONCE = 8

/** Does `work` for every number below `count`, several at a time; the first failure ends it. */
export async function eachOf(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0
  const take = async (): Promise<void> => {
    try {
      while (next < count) await work(next++)
    } catch (error) {
      next = count
      throw error
    }
  }
  await Promise.all(Array.from({ length: Math.min(count, DECODED_AT_ONCE) }, take))
}
