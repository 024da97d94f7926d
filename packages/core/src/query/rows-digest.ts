import { hash } from 'node:crypto'
import type { RawRow } from '../driver/driver.ts'

/** A digest of rows that does not depend on their order: the sum of theirs, of one size whatever their number. */
export class RowsDigest {
  rows = 0
  readonly #sum = new Uint32Array(8)

  add(rows: readonly RawRow[]): void {
    for (const row of rows) {
      const digest = digestRow(row)
      for (let word = 0; word < 8; word++) this.#sum[word] = (this.#sum[word] ?? 0) + digest.readUint32LE(4 * word)
    }
    this.rows += rows.length
  }

  /** Equal for equal rows, and no others. */
  toString(): string {
    return `${this.rows}-${Buffer.from(this.#sum.buffer).toString('hex')}`
  }
}

/** The kind and the length of each value keep neighbours apart: (1, null) is not ('1', ''). */
function digestRow(row: RawRow): Buffer {
  let text = ''
  for (const value of row) {
    if (value === null) text += 'n'
    else if (value instanceof Uint8Array) text += `b${hash('sha256', value)}`
    else {
      const spelt = String(value)
      // of an integer, as which of the two it comes may depend on its neighbours
      text += `${typeof value === 'bigint' ? 'number' : typeof value}${spelt.length}:${spelt}`
    }
  }
  return hash('sha256', text, 'buffer')
}
