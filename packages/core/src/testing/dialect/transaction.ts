import { describe, expect, test } from 'vitest'
import { connect } from '../../connection/connect.ts'
import { top } from '../../relation/top.ts'
import { lower } from '../../compile/lower.ts'
import { benchFor } from './bench.ts'
import type { DialectUnderTest } from './dialect-under-test.ts'

const definition = `n : int32\n---\nx = 0 : int32`

export function testTransaction(dialect: DialectUnderTest): void {
  describe('transaction', () => {
    const open = benchFor(dialect)

    test('what returns is kept and what throws is undone, and the error is passed on', async () => {
      const bench = await open()
      const table = await bench.table('T', definition)
      const result = await bench.connection.transaction(async (on) => {
        await bench.insert(table, [{ n: 1 }], { on })
        return 'done'
      })
      expect(result).toBe('done')
      const failing = bench.connection.transaction(async (on) => {
        await bench.insert(table, [{ n: 2 }], { on })
        throw new RangeError('no')
      })
      await expect(failing).rejects.toThrow('no')
      expect(await bench.values(table.node, 'n')).toEqual([1n])
    })

    test('sees its own rows, and others see them after it', async () => {
      const bench = await open()
      const table = await bench.table('T', definition)
      const count = bench.connection.dialect.count(lower(table.node))
      await bench.connection.transaction(async (on) => {
        expect(on.inTransaction).toBe(true)
        await bench.insert(table, [{ n: 1 }], { on })
        expect(Number((await on.query(count))[0]?.[0])).toBe(1)
        // a read beside a transaction does not wait for it
        expect(await bench.count(table.node)).toBe(0)
      })
      expect(await bench.count(table.node)).toBe(1)
    })

    test('what a nested one did is undone with the outer one', async () => {
      const bench = await open()
      const table = await bench.table('T', definition)
      const outer = bench.connection.transaction(async (on) => {
        await on.transaction((inner) => bench.insert(table, [{ n: 1 }], { on: inner }))
        throw new RangeError('undo both')
      })
      await expect(outer).rejects.toThrow('undo both')
      expect(await bench.count(table.node)).toBe(0)
    })

    test('a nested one that fails and is caught is undone alone, however deep', async () => {
      const bench = await open()
      const table = await bench.table('T', definition)
      await bench.connection.transaction(async (on) => {
        await bench.insert(table, [{ n: 1 }], { on })
        const failing = on.transaction(async (inner) => {
          await bench.insert(table, [{ n: 2 }], { on: inner })
          await inner.transaction((innermost) => bench.insert(table, [{ n: 3 }], { on: innermost }))
          throw new RangeError('only this')
        })
        await expect(failing).rejects.toThrow('only this')
        await on.transaction(async (inner) => {
          await bench.insert(table, [{ n: 4 }], { on: inner })
          const deeper = inner.transaction(async (innermost) => {
            await bench.insert(table, [{ n: 5 }], { on: innermost })
            await bench.insert(table, [{ n: 5 }], { on: innermost })
          })
          await expect(deeper).rejects.toMatchObject({ code: 'duplicate-entry' })
        })
        await bench.insert(table, [{ n: 6 }], { on })
      })
      expect(await bench.values(table.node, 'n')).toEqual([1n, 4n, 6n])
    })

    test('nested ones and writes at once take turns, so that what one undoes is its own', async () => {
      const bench = await open()
      const table = await bench.table('T', definition)
      await bench.connection.transaction(async (on) => {
        const outcomes = await Promise.allSettled(
          [1, 2, 3, 4, 5, 6].map(async (n) => {
            if (n === 6) return bench.insert(table, [{ n }], { on })
            return on.transaction(async (inner) => {
              await bench.insert(table, [{ n }], { on: inner })
              await bench.insert(table, [{ n: n * 10 }], { on: inner })
              if (n % 2 === 0) throw new RangeError('even')
            })
          }),
        )
        expect(outcomes.map(({ status }) => status)).toEqual(
          [1, 0, 1, 0, 1, 1].map((n) => ['rejected', 'fulfilled'][n]),
        )
      })
      expect(await bench.values(table.node, 'n')).toEqual([1n, 10n, 3n, 30n, 5n, 50n, 6n])
    })

    test('a write around a nested one is refused, and what is kept of it serves no more', async () => {
      const bench = await open()
      const table = await bench.table('T', definition)
      await bench.connection.transaction(async (on) => {
        const kept = await on.transaction(async (inner) => {
          const around = bench.insert(table, [{ n: 1 }], { on })
          await expect(around).rejects.toMatchObject({ code: 'outside-transaction' })
          return inner
        })
        const late = bench.insert(table, [{ n: 2 }], { on: kept })
        await expect(late).rejects.toMatchObject({ code: 'transaction-over' })
      })
      expect(await bench.count(table.node)).toBe(0)
    })

    test('a write around a running transaction is refused instead of waiting for it for ever', async () => {
      const bench = await open()
      const table = await bench.table('T', definition)
      const around = bench.connection.transaction(async () => bench.insert(table, [{ n: 1 }]))
      await expect(around).rejects.toMatchObject({ code: 'outside-transaction' })
      const second = bench.connection.transaction(() => bench.connection.transaction(async () => {}))
      await expect(second).rejects.toMatchObject({ code: 'outside-transaction' })
      expect(await bench.insert(table, [{ n: 1 }])).toBe(1)
    })

    test('what is kept of a transaction serves no more when it has ended', async () => {
      const bench = await open()
      const table = await bench.table('T', definition)
      const kept = await bench.connection.transaction(async (on) => on)
      await expect(bench.insert(table, [{ n: 1 }], { on: kept })).rejects.toMatchObject({ code: 'transaction-over' })
      expect(await bench.count(table.node)).toBe(0)
    })

    test('a statement that fails and is caught leaves the rest of the transaction', async () => {
      const bench = await open()
      const table = await bench.table('T', definition)
      await bench.connection.transaction(async (on) => {
        await bench.insert(table, [{ n: 1 }], { on })
        await expect(bench.insert(table, [{ n: 1 }], { on })).rejects.toMatchObject({ code: 'duplicate-entry' })
        await bench.insert(table, [{ n: 2 }], { on })
      })
      expect(await bench.values(table.node, 'n')).toEqual([1n, 2n])
    })

    test('twenty at once on two connections all come through', async () => {
      const bench = await open()
      const table = await bench.table('T', definition)
      const second = await connect(bench.settings)
      await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          (n % 2 ? second : bench.connection).transaction(async (on) => {
            await bench.insert(table, [{ n }], { on })
            await bench.insert(table, [{ n: n + 100 }], { on })
          }),
        ),
      )
      await second.close()
      expect(await bench.count(table.node)).toBe(40)
    })
  })

  describe('close', () => {
    const open = benchFor(dialect)

    test('waits for what runs, and refuses what comes later', async () => {
      const bench = await open()
      const table = await bench.table('T', definition)
      const connection = await connect(bench.settings)
      const running = bench.insert(table, [{ n: 1 }], { on: connection })
      await Promise.all([running, connection.close()])
      await expect(bench.insert(table, [{ n: 2 }], { on: connection })).rejects.toMatchObject({
        code: 'connection-closed',
      })
      expect(await bench.values(table.node, 'n')).toEqual([1n])
    })
  })

  describe('abort', () => {
    const open = benchFor(dialect)

    test('a signal that is aborted already starts nothing', async () => {
      const bench = await open()
      const table = await bench.table('T', definition)
      const reason = new RangeError('stop')
      const signal = AbortSignal.abort(reason)
      const work = async () => expect.unreachable()
      await expect(bench.connection.transaction(work, signal)).rejects.toBe(reason)
      await expect(bench.connection.query(bench.connection.dialect.select(lower(table.node)), signal)).rejects.toBe(
        reason,
      )
    })

    test('stops waiting for a long query at once, and the connection serves on', async () => {
      const bench = await open()
      const table = await bench.table('T', definition)
      await bench.insert(
        table,
        Array.from({ length: 1500 }, (_, n) => ({ n })),
      )
      const name = bench.connection.dialect.select(lower(top(table.node, { limit: 1 }))).sql
      const source = /FROM (.*?) AS /.exec(name)?.[1]
      const slow = {
        sql: `SELECT SUM(a.x + b.x + c.x) FROM ${source} AS a, ${source} AS b, ${source} AS c WHERE a.n < 40`,
        parameters: [],
      }
      const abort = new AbortController()
      const started = performance.now()
      setTimeout(() => abort.abort(new RangeError('enough')), 100)
      await expect(bench.connection.query(slow, abort.signal)).rejects.toThrow('enough')
      // it takes some seconds where nobody stops it, and more where the processors have other work too
      expect(performance.now() - started).toBeLessThan(3000)
      expect(await bench.count(table.node)).toBe(1500)
    })

    test('a statement that is aborted inside a transaction leaves the rest of it', async () => {
      const bench = await open()
      const table = await bench.table('T', definition)
      await bench.connection.transaction(async (on) => {
        await bench.insert(table, [{ n: 1 }], { on })
        const aborted = on.query(
          bench.connection.dialect.count(lower(table.node)),
          AbortSignal.abort(new RangeError('no')),
        )
        await expect(aborted).rejects.toThrow('no')
        await bench.insert(table, [{ n: 2 }], { on })
      })
      expect(await bench.values(table.node, 'n')).toEqual([1n, 2n])
    })

    test('a nested one that is aborted stops its statements, and the rest goes on', async () => {
      const bench = await open()
      const table = await bench.table('T', definition)
      const abort = new AbortController()
      await bench.connection.transaction(async (on) => {
        await bench.insert(table, [{ n: 1 }], { on })
        const nested = on.transaction(async (inner) => {
          await bench.insert(table, [{ n: 2 }], { on: inner })
          abort.abort(new RangeError('enough'))
          await expect(inner.query(bench.connection.dialect.count(lower(table.node)))).rejects.toThrow('enough')
          await inner.transaction((innermost) => bench.insert(table, [{ n: 3 }], { on: innermost }))
        }, abort.signal)
        await expect(nested).rejects.toThrow('enough')
        await bench.insert(table, [{ n: 4 }], { on })
      })
      expect(await bench.values(table.node, 'n')).toEqual([1n, 4n])
    })

    test('an aborted transaction is undone', async () => {
      const bench = await open()
      const table = await bench.table('T', definition)
      const abort = new AbortController()
      const work = bench.connection.transaction(async (on) => {
        await bench.insert(table, [{ n: 1 }], { on })
        abort.abort(new RangeError('enough'))
        await bench.insert(table, [{ n: 2 }], { on })
      }, abort.signal)
      await expect(work).rejects.toThrow('enough')
      expect(await bench.count(table.node)).toBe(0)
      await bench.insert(table, [{ n: 3 }])
      expect(await bench.values(table.node, 'n')).toEqual([3n])
    })
  })
}
