import type { Attribute, Heading } from '../attribute/attribute.ts'
import type { StoredValue } from '../attribute/storage.ts'
import { fromStored } from '../attribute/from-stored.ts'
import type { RawRow, RawValue } from '../driver/driver.ts'
import type { Context } from './context.ts'

type Decode = (stored: StoredValue) => unknown

/** Turns what a driver handed over into rows; values of codec types are decoded, several objects at a time. */
export async function readRows<Row extends object>(
  rows: readonly RawRow[],
  heading: Heading,
  context: Context,
  signal?: AbortSignal,
): Promise<Row[]> {
  const plain = heading.map((attribute) => reader(attribute, context))
  const decoded = rows.map((raw) => {
    const row: Record<string, unknown> = {}
    for (const [index, { name }] of heading.entries()) row[name] = plain[index]?.(raw[index] ?? null)
    return row
  })
  for (const attribute of heading) {
    if (attribute.type.codec === null) continue
    const decode = codecReader(attribute, context, signal)
    for (let start = 0; start < decoded.length; start += DECODED_AT_ONCE) {
      await Promise.all(
        decoded.slice(start, start + DECODED_AT_ONCE).map(async (row) => {
          row[attribute.name] = await decode(row[attribute.name])
        }),
      )
    }
  }
  // The heading, which made these rows, is the run-time side of the type Row.
  return decoded as Row[]
}

const DECODED_AT_ONCE = 8

function reader({ type }: Attribute, { connection }: Context): (raw: RawValue) => unknown {
  const decode: Decode = type.codec === null ? (stored) => fromStored(type, stored) : (stored) => stored
  return (raw) => (raw === null ? null : decode(connection.dialect.fromRaw(raw, type.storage)))
}

function codecReader({ type }: Attribute, { codecs, stores }: Context, signal?: AbortSignal) {
  const codec = codecs.get(type)
  return async (stored: unknown): Promise<unknown> =>
    stored === null ? null : codec.decode(stored as StoredValue, { stores, ...(signal && { signal }) })
}
