import type { RawRow, RawValue } from '../../driver/driver.ts'

/** Rows by columns: numbers go from thread to thread in one piece, and few objects are copied instead of one per row. */
export interface PackedRows {
  readonly length: number
  readonly columns: readonly (Float64Array<ArrayBuffer> | readonly RawValue[])[]
}

/** Rows as the database gives them, whose integers are all `bigint`. */
export function packRows(rows: readonly RawRow[]): PackedRows {
  const width = rows[0]?.length ?? 0
  return { length: rows.length, columns: Array.from({ length: width }, (_, index) => packColumn(rows, index)) }
}

function packColumn(rows: readonly RawRow[], index: number): PackedRows['columns'][number] {
  const first = rows[0]?.[index]
  if (typeof first !== 'number' && typeof first !== 'bigint') return plainColumn(rows, index)
  const numbers = new Float64Array(rows.length)
  for (let row = 0; row < rows.length; row++) {
    const value = rows[row]?.[index]
    if (typeof value === 'number') numbers[row] = value
    else if (typeof value === 'bigint' && isExact(value)) numbers[row] = Number(value)
    else return plainColumn(rows, index)
  }
  return numbers
}

const plainColumn = (rows: readonly RawRow[], index: number): readonly RawValue[] =>
  rows.map((row) => {
    const value = row[index] ?? null
    return typeof value === 'bigint' && isExact(value) ? Number(value) : value
  })

const largest = BigInt(Number.MAX_SAFE_INTEGER)
const isExact = (value: bigint): boolean => value <= largest && value >= -largest

export function unpackRows({ length, columns }: PackedRows): readonly RawRow[] {
  const rows: RawRow[] = []
  // a copy of the right length is made sooner than an array that grows
  const empty = columns.map((): RawValue => null)
  for (let row = 0; row < length; row++) {
    const values = empty.slice()
    let index = 0
    for (const column of columns) {
      values[index] = column[row] ?? null
      index += 1
    }
    rows.push(values)
  }
  return rows
}

/** What is handed over instead of being copied: numbers, and large binary values. */
export function transferable({ columns }: PackedRows): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>()
  for (const column of columns) {
    if (column instanceof Float64Array) found.add(column.buffer)
    else for (const value of column) if (isLarge(value)) found.add(value.buffer)
  }
  return [...found]
}

const isLarge = (value: RawValue): value is Uint8Array<ArrayBuffer> =>
  value instanceof Uint8Array &&
  value.byteLength >= 65_536 &&
  value.byteLength === value.buffer.byteLength &&
  value.buffer instanceof ArrayBuffer
