import { describe, expect, test } from 'vitest'
import { connect } from '../../connection/connect.ts'
import type { Connection } from '../../connection/connection.ts'
import { quote } from '../../dialect/innodb/quote.ts'
import { resolveDefinition } from '../../definition/resolve-definition.ts'
import { declareOn, readSchemas } from './declare-on.ts'
import { openServerDatabase, type ServerSettings } from './server-database.ts'
import { testServerSessions } from './server-sessions.ts'

const run = (connection: Connection, sql: string) => connection.execute({ sql, parameters: [] })

/** What a connection with a server must do, besides what the kit asks of every dialect. */
export function testServer(name: string, settings: ServerSettings): void {
  testServerSessions(name, settings)

  describe(`connections with ${name}`, () => {
    test('an aborted query is stopped on the server too', async () => {
      const { connection, close } = await openServerDatabase(settings)
      const abort = AbortSignal.timeout(100)
      await expect(connection.query({ sql: 'SELECT SLEEP(30.125)', parameters: [] }, abort)).rejects.toMatchObject({
        name: 'TimeoutError',
      })
      const running = `SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP(30.12%' AND command <> 'Sleep'`
      await expect.poll(async () => Number((await connection.query({ sql: running, parameters: [] }))[0]?.[0])).toBe(0)
      await close()
    })

    test('a connection that is killed in a transaction is lost, and the next statement has another', async () => {
      const { connection, close } = await openServerDatabase(settings)
      const other = await openServerDatabase(settings)
      const kill = async (transaction: Connection) => {
        const [row] = await transaction.query({ sql: 'SELECT CONNECTION_ID()', parameters: [] })
        await run(other.connection, `KILL ${String(row?.[0])}`)
      }
      const lost = connection.transaction(async (transaction) => {
        await kill(transaction)
        await transaction.query({ sql: 'SELECT 1', parameters: [] })
      })
      await expect(lost).rejects.toMatchObject({ code: 'connection-lost' })
      expect(await connection.query({ sql: 'SELECT 1', parameters: [] })).toHaveLength(1)
      await other.close()
      await close()
    })

    test('of two transactions that wait for each other one is told of the deadlock', async () => {
      const { connection, schema, close } = await openServerDatabase(settings)
      const table = `${quote(schema('lab'))}.t`
      await run(connection, `CREATE DATABASE ${quote(schema('lab'))}`)
      await run(connection, `CREATE TABLE ${table} (n int PRIMARY KEY, x int)`)
      await run(connection, `INSERT INTO ${table} VALUES (1, 0), (2, 0)`)
      const barrier = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const
      const both = barrier.map((own, index) =>
        connection.transaction(async (transaction) => {
          await run(transaction, `UPDATE ${table} SET x = 1 WHERE n = ${index + 1}`)
          own.resolve()
          await Promise.all(barrier.map(({ promise }) => promise))
          await run(transaction, `UPDATE ${table} SET x = 1 WHERE n = ${2 - index}`)
        }),
      )
      const failed = (await Promise.allSettled(both)).filter((result) => result.status === 'rejected')
      expect(failed).toEqual([{ status: 'rejected', reason: expect.objectContaining({ code: 'deadlock' }) }])
      await close()
    })

    test('an inherited text column takes the collation that its parent has in another schema', async () => {
      const { connection, schema, close } = await openServerDatabase(settings)
      await run(connection, `CREATE DATABASE ${quote(schema('old'))} CHARACTER SET latin1`)
      await run(
        connection,
        `CREATE TABLE ${quote(schema('old'))}.\`species\` (species varchar(9) COMMENT ':varchar(9):it''s \\\\', PRIMARY KEY (species))`,
      )
      const [parent] = (await readSchemas(connection, [schema('old')])).tables
      if (!parent) throw new RangeError('the table is not there')
      const declaration = resolveDefinition({
        schema: schema('work'),
        name: 'Animal',
        tier: 'manual',
        definition: `-> Species\nn : int8`,
        references: { Species: { declaration: parent } },
      })
      await declareOn(connection, declaration)
      expect((await readSchemas(connection, [schema('work')])).tables).toEqual([declaration])
      await close()
    })

    test('a wrong password is access denied, and a port where nothing listens is unavailable', async () => {
      await expect(connect({ ...settings, user: 'nobody', password: 'x' })).rejects.toMatchObject({
        code: 'access-denied',
      })
      await expect(connect({ ...settings, port: 1 })).rejects.toMatchObject({
        code: 'database-unavailable',
        location: '127.0.0.1:1',
      })
    })
  })
}
