import { eitherSignal, pulled } from '../../driver/abort.ts'
import type { EncodedRow, FinishRow, GivenRow, RowEncoder } from './row-encoder.ts'

/** A row whose values are all there. */
export interface FinishedRow {
  readonly given: GivenRow
  readonly values: EncodedRow
}

interface BegunRow extends FinishedRow {
  readonly done: Promise<void>
  readonly bytes: number
}

/** How many rows have values of codecs encoded at once: compression has threads of its own, and stores are far away. */
const ROWS_AT_ONCE = 8

/** Of rows that take more than this together, fewer are encoded at once. */
const BYTES_AT_ONCE = 2 ** 26

/**
 * Encodes rows and gives them in their order, with several at a time where codecs are at work. Of several problems that of
 * the first row is told, when nothing is under way any more.
 */
export async function* encodeAhead(
  rows: Iterable<GivenRow> | AsyncIterable<GivenRow>,
  encode: RowEncoder['encode'],
  finish: FinishRow,
  signal: AbortSignal | undefined,
): AsyncGenerator<FinishedRow, void, void> {
  const over = new AbortController()
  const stop = eitherSignal(signal, over.signal)
  const begun: BegunRow[] = []
  let bytes = 0
  const begin = (given: GivenRow, size: number): void => {
    const values = encode(given)
    const done = finish(given, values, stop)
    // awaited when its turn comes
    done.catch(() => {})
    begun.push({ given, values, done, bytes: size })
    bytes += size
  }
  const end = async (row: BegunRow): Promise<FinishedRow> => {
    await row.done
    begun.shift()
    bytes -= row.bytes
    return row
  }
  try {
    for await (const given of Symbol.iterator in rows ? rows : pulled(rows, signal)) {
      const size = bytesIn(given.value, DEPTH)
      for (let [first] = begun; first && isMuch(begun.length, bytes + size); [first] = begun) yield await end(first)
      signal?.throwIfAborted()
      begin(given, size)
    }
    for (let [first] = begun; first; [first] = begun) yield await end(first)
  } catch (error) {
    // a row that could not begin, or did not come, may have problems before it
    for (const { done } of begun) await done
    throw error
  } finally {
    if (begun.length > 0) over.abort()
    await Promise.allSettled(begun.map(({ done }) => done))
  }
}

const isMuch = (rows: number, bytes: number): boolean => rows >= ROWS_AT_ONCE || bytes > BYTES_AT_ONCE

/** How far into a row its bytes are looked for: its values, what they hold, and the buffers of that. */
const DEPTH = 4

/** About how many bytes a value takes. */
function bytesIn(value: unknown, depth: number): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 8
  if (ArrayBuffer.isView(value)) return value.byteLength
  if (depth === 0) return 8
  const members = Array.isArray(value) || value instanceof Map || value instanceof Set ? value : Object.values(value)
  let bytes = 8
  for (const member of members) bytes += bytesIn(member, depth - 1)
  return bytes
}
