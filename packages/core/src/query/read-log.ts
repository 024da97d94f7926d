import { isDeepStrictEqual } from 'node:util'
import type { Select, Term } from '../compile/select.ts'
import type { Connection } from '../connection/connection.ts'
import type { RawRow, Statement } from '../driver/driver.ts'
import { RowsDigest } from './rows-digest.ts'

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

/**
 * What is read where reads are remembered: what the rows are ordered by comes with them, behind what is fetched. So a digest
 * tells whether their order is the same, but for rows that no order tells apart.
 */
export function withOrder(select: Select): Select {
  const isThere = (column: Term): boolean => Object.values(select.columns).some((one) => isDeepStrictEqual(one, column))
  const order = select.order.flatMap(({ column }, index) =>
    isThere(column) ? [] : [[`~order ${index}`, column] as const],
  )
  return order.length === 0 ? select : { ...select, columns: { ...select.columns, ...Object.fromEntries(order) } }
}

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
      // there may be many more rows by now
      for await (const rows of connection.stream(statement)) {
        now.add(whole ? rows : rows.slice(0, digest.rows - now.rows))
        if (now.rows > digest.rows || (!whole && now.rows === digest.rows)) break
      }
      if (digest.toString() !== now.toString()) return false
    }
    return true
  }
}
