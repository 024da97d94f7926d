import { describe, expect, test } from 'vitest'
import { connect } from '../../connection/connect.ts'
import type { Connection } from '../../connection/connection.ts'
import { quote } from '../../dialect/innodb/quote.ts'
import { openServerDatabase, type ServerSettings } from './server-database.ts'

const run = (connection: Connection, sql: string): Promise<number> => connection.execute({ sql, parameters: [] })

const ask = async (connection: Connection, sql: string): Promise<string> =>
  String((await connection.query({ sql, parameters: [] }))[0]?.[0])

const idOf = (connection: Connection): Promise<string> => ask(connection, 'SELECT CONNECTION_ID()')

/** What the sessions of one server must do when they end in other ways than their users wish. */
export function testServerSessions(name: string, settings: ServerSettings): void {
  describe(`sessions with ${name}`, () => {
    test('a stream that is ended early or aborted runs no more on the server', async () => {
      const { connection, close } = await openServerDatabase(settings)
      const endless = (mark: string) => ({
        sql: `WITH RECURSIVE a (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM a WHERE n < 900) SELECT '${mark}', x.n FROM a x, a y, a z`,
        parameters: [],
      })
      const running = (mark: string) => async () =>
        ask(
          connection,
          `SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'WITH RECURSIVE a (n)%''${mark}''%'`,
        )
      for await (const _ of connection.stream(endless('left'))) {
        expect(await running('left')()).toBe('1')
        break
      }
      await expect.poll(running('left')).toBe('0')
      const abort = new AbortController()
      const iterator = connection.stream(endless('aborted'), abort.signal)[Symbol.asyncIterator]()
      await iterator.next()
      expect(await running('aborted')()).toBe('1')
      // its reader does not come back to it
      abort.abort()
      await expect.poll(running('aborted')).toBe('0')
      await connection.transaction(async (on) => {
        for await (const _ of on.stream(endless('inside'))) break
        expect(await running('inside')()).toBe('0')
        expect(await ask(on, 'SELECT 1')).toBe('1')
      })
      await close()
    })

    test('a stream whose connection breaks tells that it is lost, and the next one works', async () => {
      const { connection, close } = await openServerDatabase(settings)
      const other = await connect(settings)
      const sql = `WITH RECURSIVE a (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM a WHERE n < 900) SELECT CONNECTION_ID(), x.n FROM a x, a y, a z`
      const reading = async (): Promise<void> => {
        let batches = 0
        for await (const rows of connection.stream({ sql, parameters: [] })) {
          if (batches === 0) await run(other, `KILL ${String(rows[0]?.[0])}`)
          batches += 1
        }
      }
      await expect(reading()).rejects.toMatchObject({ code: 'connection-lost' })
      for await (const rows of connection.stream({ sql: 'SELECT 1', parameters: [] })) expect(rows).toEqual([[1]])
      await other.close()
      await close()
    })

    test('after a connection is lost inside a transaction nothing more is done, though the error was caught', async () => {
      const { connection, schema, close } = await openServerDatabase(settings)
      const table = await makeTable(connection, schema('lab'))
      const other = await connect(settings)
      const codes: unknown[] = []
      const outer = connection.transaction(async (on) => {
        await run(on, `UPDATE ${table} SET x = 1`)
        await run(other, `KILL ${await idOf(on)}`)
        await on
          .transaction((inner) => run(inner, `UPDATE ${table} SET x = 2`))
          .catch((error: unknown) => codes.push(error))
        await run(on, `UPDATE ${table} SET x = 3`).catch((error: unknown) => codes.push(error))
        await idOf(on).catch((error: unknown) => codes.push(error))
      })
      await expect(outer).rejects.toMatchObject({ code: 'connection-lost' })
      expect(codes).toMatchObject([
        { code: 'connection-lost' },
        { code: 'transaction-undone', cause: { code: 'connection-lost' } },
        { code: 'transaction-undone' },
      ])
      expect(await ask(connection, `SELECT SUM(x) FROM ${table}`)).toBe('0')
      await other.close()
      await close()
    })

    test('a deadlock undoes the outer transaction with the nested one, though the error was caught', async () => {
      const { connection, schema, close } = await openServerDatabase(settings)
      const table = await makeTable(connection, schema('lab'))
      const later: unknown[] = []
      const both = await crossed(connection, async (on, first, second, met) => {
        await run(on, `UPDATE ${table} SET x = x + 1 WHERE n = ${first}`)
        await met()
        const inner = on.transaction((nested) => run(nested, `UPDATE ${table} SET x = x + 1 WHERE n = ${second}`))
        await inner.catch(async () => {
          await run(on, `UPDATE ${table} SET x = 100 WHERE n = 1`).catch((error: unknown) => later.push(error))
        })
      })
      expect(both.filter(({ status }) => status === 'rejected')).toMatchObject([{ reason: { code: 'deadlock' } }])
      expect(later).toMatchObject([{ code: 'transaction-undone', cause: { code: 'deadlock' } }])
      // those of the one that came through
      expect(await ask(connection, `SELECT GROUP_CONCAT(x) FROM ${table}`)).toBe('1,1')
      await close()
    })

    test('what would commit a transaction is refused inside one, and temporary tables are not', async () => {
      const { connection, schema, close } = await openServerDatabase(settings)
      const table = await makeTable(connection, schema('lab'))
      const failing = connection.transaction(async (on) => {
        await run(on, `UPDATE ${table} SET x = 1`)
        for (const sql of [`CREATE TABLE ${table}2 (a int)`, `DROP TABLE ${table}`, `TRUNCATE ${table}`]) {
          await expect(run(on, sql)).rejects.toMatchObject({ code: 'definition-in-transaction' })
        }
        await run(on, `CREATE TEMPORARY TABLE ${table}3 (a int)`)
        await run(on, `DROP TEMPORARY TABLE ${table}3`)
        throw new RangeError('undo')
      })
      await expect(failing).rejects.toThrow('undo')
      expect(await ask(connection, `SELECT SUM(x) FROM ${table}`)).toBe('0')
      await close()
    })

    test('a statement that is aborted inside a transaction is stopped on the server and leaves its session', async () => {
      const { connection, schema, close } = await openServerDatabase(settings)
      const table = await makeTable(connection, schema('lab'))
      await connection.transaction(async (on) => {
        await run(on, `UPDATE ${table} SET x = 7 WHERE n = 1`)
        const id = await idOf(on)
        for (let round = 0; round < 20; round += 1) {
          const started = performance.now()
          const sleeping = on.query({ sql: 'SELECT SLEEP(20)', parameters: [] }, AbortSignal.timeout(round))
          await expect(sleeping).rejects.toMatchObject({ name: 'TimeoutError' })
          expect(await idOf(on)).toBe(id)
          expect(performance.now() - started).toBeLessThan(5000)
        }
      })
      expect(await ask(connection, `SELECT SUM(x) FROM ${table}`)).toBe('7')
      await close()
    })

    test('a pool has no more connections than it may, and gets over all of them being broken', async () => {
      const { connection, close } = await openServerDatabase({ ...settings, connections: 3 })
      const other = await connect(settings)
      const ids = new Set(await Promise.all(Array.from({ length: 20 }, () => idOf(connection))))
      expect(ids.size).toBeLessThanOrEqual(3)
      for (const id of ids) await run(other, `KILL ${id}`)
      await Promise.all(Array.from({ length: 20 }, () => idOf(connection)))
      const again = new Set(await Promise.all(Array.from({ length: 20 }, () => idOf(connection))))
      expect([...again].filter((id) => ids.has(id))).toEqual([])
      for (const id of again) await run(other, `KILL ${id}`)
      expect(await connection.transaction((on) => ask(on, 'SELECT 1'))).toBe('1')
      await other.close()
      await close()
    })

    test('opened read-only it reads, and neither it nor the server lets anything be written', async () => {
      const { connection, schema, close } = await openServerDatabase(settings)
      const table = await makeTable(connection, schema('lab'))
      const reader = await connect({ ...settings, readOnly: true })
      expect(await ask(reader, `SELECT COUNT(*) FROM ${table}`)).toBe('2')
      await expect(run(reader, `DELETE FROM ${table}`)).rejects.toMatchObject({ code: 'read-only' })
      await reader.transaction(async (on) => {
        await expect(run(on, `DELETE FROM ${table}`)).rejects.toMatchObject({ code: 'read-only' })
        // as a statement that reads and writes would
        const writing = on.query({ sql: `DELETE FROM ${table}`, parameters: [] })
        await expect(writing).rejects.toMatchObject({ code: 'access-denied' })
      })
      expect(await ask(reader, `SELECT COUNT(*) FROM ${table}`)).toBe('2')
      await reader.close()
      await close()
    })
  })
}

async function makeTable(connection: Connection, schema: string): Promise<string> {
  const table = `${quote(schema)}.t`
  await run(connection, `CREATE DATABASE ${quote(schema)}`)
  await run(connection, `CREATE TABLE ${table} (n int PRIMARY KEY, x int NOT NULL)`)
  await run(connection, `INSERT INTO ${table} VALUES (1, 0), (2, 0)`)
  return table
}

/** Two transactions that go for two rows in opposite order, and wait for each other between. */
async function crossed(
  connection: Connection,
  work: (on: Connection, first: number, second: number, met: () => Promise<void>) => Promise<void>,
): Promise<readonly PromiseSettledResult<void>[]> {
  const arrived = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  return Promise.allSettled(
    arrived.map((own, index) =>
      connection.transaction((on) =>
        work(on, index + 1, 2 - index, async () => {
          own.resolve()
          await Promise.all(arrived.map(({ promise }) => promise))
        }),
      ),
    ),
  )
}
