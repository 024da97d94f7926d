import { hash } from 'node:crypto'
import type { Connection } from '../connection/connection.ts'
import type { RawRow, Statement } from '../driver/driver.ts'

/** One statement that was read, and what it gave. */
interface Read {
  readonly statement: Statement
  /** Whether all its rows were read; those of a stream that was ended early are the first. */
  readonly whole: boolean
  readonly digest: RowsDigest
}

/** A read that goes on. */
export interface OpenRead {
  add(rows: readonly RawRow[]): void
  /** `whole`: whether there were no more rows. */
  end(whole: boolean): void
}

/** So many rows are read at once. */
const FEW = 1000

/** Remembers what was read, as digests, so that a later transaction can tell whether it is still so. */
export class ReadLog {
  readonly #reads: Read[] = []

  record(statement: Statement, rows: readonly RawRow[]): void {
    const read = this.begin(statement)
    read.add(rows)
    read.end(true)
  }

  begin(statement: Statement): OpenRead {
    const digest = new RowsDigest()
    return {
      add: (rows) => digest.add(rows),
      end: (whole) => void this.#reads.push({ statement, whole, digest }),
    }
  }

  /** Makes every read once more; tells whether each gave the same rows. */
  async unchanged(connection: Connection): Promise<boolean> {
    for (const { statement, whole, digest } of this.#reads) {
      const now = new RowsDigest()
      if (whole && digest.rows < FEW) now.add(await connection.query(statement))
      else if (digest.rows > 0) {
        for await (const rows of connection.stream(statement)) {
          now.add(whole ? rows : rows.slice(0, digest.rows - now.rows))
          if (now.rows > digest.rows || (!whole && now.rows === digest.rows)) break
        }
      }
      if (!digest.equals(now)) return false
    }
    return true
  }
}

/** A digest of rows that does not depend on their order: the sum of theirs, of one size whatever their number. */
class RowsDigest {
  rows = 0
  readonly #sum = new Uint32Array(8)

  add(rows: readonly RawRow[]): void {
    for (const row of rows) {
      const digest = digestRow(row)
      for (let word = 0; word < 8; word++) this.#sum[word] = (this.#sum[word] ?? 0) + digest.readUint32LE(4 * word)
    }
    this.rows += rows.length
  }

  equals(other: RowsDigest): boolean {
    return this.rows === other.rows && this.#sum.every((word, index) => word === other.#sum[index])
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
