import { createHash } from 'node:crypto'
import type { Connection } from '../connection/connection.ts'
import type { RawRow, Statement } from '../driver/driver.ts'

/** One statement that was read, and the digest of what it gave. */
interface Read {
  readonly statement: Statement
  readonly digest: string
}

/** Remembers what was read, so that a later transaction can tell whether it is still so. */
export class ReadLog {
  readonly #reads: Read[] = []

  record(statement: Statement, rows: readonly RawRow[]): void {
    this.#reads.push({ statement, digest: digestRows(rows) })
  }

  /** Makes every read once more; tells whether each gave the same rows. */
  async unchanged(connection: Connection): Promise<boolean> {
    for (const { statement, digest } of this.#reads) {
      if (digestRows(await connection.query(statement)) !== digest) return false
    }
    return true
  }
}

/** A digest of rows that does not depend on their order. */
function digestRows(rows: readonly RawRow[]): string {
  const digests = rows.map((row) => {
    const hash = createHash('sha256')
    for (const value of row) {
      // The type and the length keep neighbours apart: (1, null) is not ('1', '').
      if (value instanceof Uint8Array) hash.update(`b${value.length}:`).update(value)
      else hash.update(`${value === null ? 'n' : typeof value}${String(value).length}:${String(value)}`)
    }
    return hash.digest('hex')
  })
  return createHash('sha256').update(digests.toSorted().join()).digest('hex')
}
