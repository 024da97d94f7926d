import { describe, expect, test } from 'vitest'
import { lower } from '../../compile/lower.ts'
import { connect } from '../../connection/connect.ts'
import type { Connection } from '../../connection/connection.ts'
import type { RawRow, Statement } from '../../driver/driver.ts'
import { join } from '../../relation/join.ts'
import { top } from '../../relation/top.ts'
import { type Bench, benchFor, type TestTable } from './bench.ts'
import type { DialectUnderTest } from './dialect-under-test.ts'

export function testStream(dialect: DialectUnderTest): void {
  describe('stream', () => {
    const open = benchFor(dialect)

    test('gives all rows in their order, in batches of the size that was asked for', async () => {
      const { bench, table } = await filled(open, 2500)
      const ordered = top(table.node, { order: [{ attribute: 'n', descending: true }] })
      const batches = await collect(bench.connection, bench.connection.dialect.select(lower(ordered)), 1000)
      expect(batches.map((rows) => rows.length)).toEqual([1000, 1000, 500])
      expect(batches.flat().map(([n]) => Number(n))).toEqual(Array.from({ length: 2500 }, (_, n) => 2499 - n))
    })

    test('of no rows gives none, and of a statement that is wrong the error by its name', async () => {
      const bench = await open()
      const table = await bench.table('T', 'n : int32')
      expect(await collect(bench.connection, bench.connection.dialect.select(lower(table.node)))).toEqual([])
      const wrong = collect(bench.connection, { sql: 'SELECT FROM WHERE', parameters: [] })
      await expect(wrong).rejects.toMatchObject({ code: 'invalid-sql' })
    })

    test('takes what is read and little more: a million rows wait for a reader who takes his time', async () => {
      const { bench, table, many } = await filled(open, 1000)
      const before = process.memoryUsage()
      for await (const rows of bench.connection.stream(many)) {
        expect(rows).toHaveLength(1000)
        // time for all that would come by itself
        await new Promise((resolve) => setTimeout(resolve, 300))
        const now = process.memoryUsage()
        expect(now.heapUsed + now.external - before.heapUsed - before.external).toBeLessThan(32 * 2 ** 20)
        break
      }
      expect(await bench.count(table.node)).toBe(1000)
    })

    test('that is ended early gives its session back, a hundred times', async () => {
      const { bench, table, many } = await filled(open, 1000)
      const connection = await connect({ ...bench.settings, connections: 3 })
      for (let round = 0; round < 100; round += 1) {
        for await (const rows of connection.stream(many)) {
          expect(rows.length).toBeGreaterThan(0)
          break
        }
      }
      expect((await connection.query(connection.dialect.select(lower(table.node)))).length).toBe(1000)
      await connection.close()
    })

    test('that is aborted rejects with the reason, also while its reader is busy, and the connection serves on', async () => {
      const { bench, table, many } = await filled(open, 1000)
      const abort = new AbortController()
      let read = 0
      const reading = (async () => {
        for await (const rows of bench.connection.stream(many, abort.signal)) {
          read += rows.length
          if (read === 3000) abort.abort(new RangeError('enough'))
        }
      })()
      await expect(reading).rejects.toThrow('enough')
      expect(read).toBe(3000)
      await expect(collect(bench.connection, many, 1000, AbortSignal.abort(new RangeError('no')))).rejects.toThrow('no')
      expect(await bench.count(table.node)).toBe(1000)
    })

    test('leaves sessions to the statements of its loop, and the next stream waits until it may', async () => {
      const { bench, table, many } = await filled(open, 1000)
      const connection = await connect({ ...bench.settings, connections: 3 })
      const count = connection.dialect.count(lower(table.node))
      for await (const _ of connection.stream(many)) {
        expect(Number((await connection.query(count))[0]?.[0])).toBe(1000)
        await connection.transaction(async (on) => {
          expect(Number((await on.query(count))[0]?.[0])).toBe(1000)
          expect(Number((await connection.query(count))[0]?.[0])).toBe(1000)
        })
        // of three connections one is for streams
        const others = Array.from({ length: 3 }, () => connection.stream(many, AbortSignal.timeout(100)))
        const outcomes = await Promise.allSettled(others.map((one) => one[Symbol.asyncIterator]().next()))
        const late = { status: 'rejected', reason: { name: 'TimeoutError' } }
        expect(outcomes).toMatchObject([late, late, late])
        break
      }
      await connection.close()
    })

    test('beside what it is read in, a transaction or what prepares one, waits for no other to end', async () => {
      const { bench, all } = await filled(open, 10)
      const connection = await connect({ ...bench.settings, connections: 3 })
      const read = async () => {
        const rows = await collect(connection, all, undefined, AbortSignal.timeout(10_000))
        expect(rows.flat()).toHaveLength(10)
      }
      // of three connections one is for streams
      for await (const _ of connection.stream(all, undefined, 4)) {
        await connection.transaction(read)
        await connection.prepare(read)
        break
      }
      await connection.close()
    })

    test('inside a transaction sees its rows, and refuses other statements until it has ended', async () => {
      const { bench, table, all } = await filled(open, 10)
      await bench.connection.transaction(async (on) => {
        await bench.insert(table, [{ n: 10, x: 0 }], { on })
        for await (const rows of on.stream(all, undefined, 4)) {
          expect(rows).toHaveLength(4)
          await expect(on.query(all)).rejects.toMatchObject({ code: 'stream-open' })
          const write = bench.insert(table, [{ n: 11, x: 0 }], { on })
          await expect(write).rejects.toMatchObject({ code: 'stream-open' })
          await expect(on.transaction(async () => {})).rejects.toMatchObject({ code: 'stream-open' })
          await expect(collect(on, all)).rejects.toMatchObject({ code: 'stream-open' })
          break
        }
        expect((await collect(on, all)).flat()).toHaveLength(11)
        await bench.insert(table, [{ n: 12, x: 0 }], { on })
      })
      expect(await bench.count(table.node)).toBe(12)
    })

    test('that its reader leaves open hinders no commit, and tells him so', async () => {
      const { bench, table, many } = await filled(open, 1000)
      const kept = await bench.connection.transaction(async (on) => {
        await bench.insert(table, [{ n: 1000, x: 0 }], { on })
        const iterator = on.stream(many)[Symbol.asyncIterator]()
        await iterator.next()
        return iterator
      })
      expect(await bench.count(table.node)).toBe(1001)
      await expect(readOn(kept)).rejects.toMatchObject({ code: 'transaction-over' })
    })

    test('is ended by close(), which does not wait for its reader', async () => {
      const { bench, many } = await filled(open, 1000)
      const connection = await connect(bench.settings)
      const iterator = connection.stream(many)[Symbol.asyncIterator]()
      await iterator.next()
      await connection.close()
      await expect(readOn(iterator)).rejects.toMatchObject({ code: 'connection-closed' })
      await expect(collect(connection, many)).rejects.toMatchObject({ code: 'connection-closed' })
    })
  })
}

interface Filled {
  readonly bench: Bench
  readonly table: TestTable
  readonly all: Statement
  /** The square of the rows of the table. */
  readonly many: Statement
}

async function filled(open: () => Promise<Bench>, rows: number): Promise<Filled> {
  const bench = await open()
  const table = await bench.table('T', 'n : int32\n---\nx : float64')
  const other = await bench.table('U', 'm : int32')
  for (let start = 0; start < rows; start += 1000) {
    const indices = Array.from({ length: Math.min(1000, rows - start) }, (_, index) => start + index)
    await bench.insert(
      table,
      indices.map((n) => ({ n, x: n / 7 })),
    )
    if (start === 0) {
      await bench.insert(
        other,
        indices.map((m) => ({ m })),
      )
    }
  }
  const { dialect } = bench.connection
  return {
    bench,
    table,
    all: dialect.select(lower(table.node)),
    many: dialect.select(lower(join(table.node, other.node))),
  }
}

async function collect(
  connection: Connection,
  statement: Statement,
  batch?: number,
  signal?: AbortSignal,
): Promise<readonly (readonly RawRow[])[]> {
  const batches: (readonly RawRow[])[] = []
  for await (const rows of connection.stream(statement, signal, batch)) batches.push(rows)
  return batches
}

async function readOn(iterator: AsyncIterator<unknown>): Promise<void> {
  for (;;) if ((await iterator.next()).done) return
}
