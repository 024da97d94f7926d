import type { Attribute, Heading } from '../attribute/attribute.ts'
import type { StoredValue } from '../attribute/storage.ts'
import { fromStored } from '../attribute/from-stored.ts'
import type { RawRow } from '../driver/driver.ts'
import type { Context } from './context.ts'

/** Turns what a driver handed over into rows; values of codec types are decoded, several objects at a time. */
export async function readRows<Row extends object>(
  rows: readonly RawRow[],
  heading: Heading,
  context: Context,
  signal?: AbortSignal,
): Promise<Row[]> {
  const { dialect } = context.connection
  const storedIn = (raw: RawRow, index: number, { type }: Attribute): StoredValue => {
    const value = raw[index] ?? null
    return value === null ? null : dialect.fromRaw(value, type.storage)
  }
  const decoded = rows.map((raw) => {
    const row: Record<string, unknown> = {}
    for (const [index, attribute] of heading.entries()) {
      const { name, type } = attribute
      row[name] = type.codec === null ? fromStored(type, storedIn(raw, index, attribute)) : null
    }
    return row
  })
  for (const [index, attribute] of heading.entries()) {
    if (attribute.type.codec === null) continue
    const decode = codecReader(attribute, context, signal)
    for (let start = 0; start < rows.length; start += DECODED_AT_ONCE) {
      await Promise.all(
        rows.slice(start, start + DECODED_AT_ONCE).map(async (raw, offset) => {
          const row = decoded[start + offset]
          if (row) row[attribute.name] = await decode(storedIn(raw, index, attribute))
        }),
      )
    }
  }
  // The heading, which made these rows, is the run-time side of the type Row.
  return decoded as Row[]
}

const DECODED_AT_ONCE = 8

function codecReader({ type }: Attribute, { codecs, stores }: Context, signal?: AbortSignal) {
  const codec = codecs.get(type)
  return async (stored: StoredValue): Promise<unknown> =>
    stored === null ? null : codec.decode(stored, { stores, ...(signal && { signal }) })
}
