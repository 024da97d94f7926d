import type { Attribute } from '../../attribute/attribute.ts'
import { fromStored } from '../../attribute/from-stored.ts'
import type { Dialect } from '../../compile/dialect.ts'
import type { RawValue } from '../../driver/driver.ts'
import type { Context } from '../context.ts'
import { type FindExternal, isListed, readExternals } from '../external-rows.ts'

/** How the values of one attribute are read, found out once for all rows; that of a codec type stays encoded. */
export function valueReader(
  { name, type }: Pick<Attribute, 'name' | 'type'>,
  dialect: Dialect,
): (raw: RawValue) => unknown {
  const { storage } = type
  const read = (raw: RawValue): unknown => (raw === null ? null : fromStored(type, dialect.fromRaw(raw, storage), name))
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

/** How the values of an attribute of a codec type are decoded, those of many rows at a time. `known` are tracking rows. */
export function codecReader(
  { name, type }: Attribute,
  context: Context,
  signal: AbortSignal | undefined,
  known: ReadonlyMap<string, FindExternal> = new Map(),
): (raws: readonly RawValue[], take: (row: number, value: unknown) => void) => Promise<void> {
  const { codecs, stores, connection } = context
  const codec = codecs.get(type)
  const options = { stores, ...(signal && { signal }) }
  return async (raws, take) => {
    const stored = raws.map((raw) => (raw === null ? null : connection.dialect.fromRaw(raw, type.storage)))
    const hashes = isListed(type) ? stored.filter((value) => value instanceof Uint8Array) : []
    const external =
      known.get(name) ?? (hashes.length === 0 ? undefined : await readExternals(context, type, hashes, signal))
    const decoding = external ? { ...options, external } : options
    await eachOf(stored.length, async (row) => {
      signal?.throwIfAborted()
      const value = stored[row] ?? null
      take(row, value === null ? null : await codec.decode(value, decoding))
    })
  }
}

/** How many values of codec types are decoded at once: some come from a store that is far away. */
const DECODED_AT_ONCE = 8

/** Does `work` for every number below `count`, several at a time; the first failure ends it. */
async function eachOf(count: number, work: (index: number) => Promise<void>): Promise<void> {
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
