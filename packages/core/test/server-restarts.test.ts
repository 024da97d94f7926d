import { setTimeout as delay } from 'node:timers/promises'
import { type RunningServer, startMariadb, startMysql } from '@neurojoint/servers'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { connect } from '../src/connection/connect.ts'
import type { Connection } from '../src/connection/connection.ts'
import type { DatabaseSettings } from '../src/index.ts'
import { temporaryPipeline } from '../src/testing/index.ts'
import { labSchemas } from './lab.ts'

const kinds = [
  ['mariadb', () => startMariadb({ version: '10.11' })],
  ['mysql', () => startMysql({ version: '9' })],
] as const

const ask = async (connection: Connection, sql: string): Promise<unknown> =>
  (await connection.query({ sql, parameters: [] }))[0]?.[0]
const run = (connection: Connection, sql: string) => connection.execute({ sql, parameters: [] })

for (const [kind, start] of kinds) {
  // where one could not be had for the other tests, there is none for these
  describe.runIf(inject(kind) !== null)(`a ${kind} of its own`, () => {
    let server: RunningServer<'mariadb' | 'mysql'>
    let settings: Extract<DatabaseSettings, { readonly port: number }>
    beforeAll(async () => {
      server = await start()
      settings = server.settings
    }, 180_000)
    afterAll(() => server.stop())

    test.each(['SIGKILL', 'SIGTERM'] as const)(
      'that ends by %s and is started again serves on, with all that was committed and nothing twice',
      { timeout: 60_000 },
      async (signal) => {
        const { lab, Subject } = labSchemas(`restart_${signal.toLowerCase()}_`)
        await using pipeline = await temporaryPipeline({ schemas: [lab], database: settings })
        const { db } = pipeline
        const kept: string[] = []
        const unknown: string[] = []
        const problems: unknown[] = []
        const stop = new AbortController()
        const writing = Array.from({ length: 4 }, async (_, worker) => {
          for (let n = 0; !stop.signal.aborted; n += 1) {
            const subject = `${worker}.${n}`
            try {
              await db.transaction((on) => on(Subject).insert1({ subject }), { retries: 5 })
              kept.push(subject)
            } catch (error) {
              const isUnknown = error instanceof Error && 'code' in error && error.code === 'commit-outcome-unknown'
              if (isUnknown) unknown.push(subject)
              else problems.push(error)
            }
          }
        })
        const reading = (async () => {
          while (!stop.signal.aborted) {
            await db(Subject)
              .count()
              .catch((error: unknown) => problems.push(error))
          }
        })()
        await delay(300)
        await server.kill(signal)
        await delay(300)
        const before = kept.length
        await server.restart()
        await expect.poll(() => kept.length, { timeout: 20_000 }).toBeGreaterThan(before + 20)
        stop.abort()
        await Promise.all([...writing, reading])
        expect(problems).toEqual([])
        const there = new Set((await db(Subject).keys()).map(({ subject }) => subject))
        expect(kept.filter((subject) => !there.has(subject))).toEqual([])
        // what is there beside them is of those of which nobody could know
        for (const subject of kept) there.delete(subject)
        expect([...there].filter((subject) => !unknown.includes(subject))).toEqual([])
      },
    )

    test('closes idle connections, of which nobody notices anything', { timeout: 20_000 }, async () => {
      const connection = await connect(settings)
      const administrator = await connect(settings)
      await run(administrator, 'SET GLOBAL wait_timeout = 1')
      const short = await connect(settings)
      await Promise.all(Array.from({ length: 4 }, () => ask(short, 'SELECT SLEEP(0.05)')))
      // a transaction that idles is undone by the server, which says so before its COMMIT is sent
      const idle = Promise.allSettled(
        ['SELECT 2', null].map((later) =>
          short.transaction(async (on) => {
            await ask(on, 'SELECT 1')
            await delay(2500)
            if (later !== null) await ask(on, later)
          }),
        ),
      )
      await delay(2500)
      expect(await ask(short, 'SELECT 3')).toBe(3)
      expect(await run(short, 'DO 1')).toBe(0)
      expect(await short.transaction((on) => ask(on, 'SELECT 4'))).toBe(4)
      const lost = { status: 'rejected', reason: { code: 'connection-lost' } }
      expect(await idle).toMatchObject([lost, lost])
      await run(administrator, 'SET GLOBAL wait_timeout = 28800')
      await Promise.all([connection.close(), administrator.close(), short.close()])
    })

    test('takes no more connections than it may: one that comes free is waited for, no longer than was said', async () => {
      const administrator = await connect(settings)
      await run(administrator, 'SET GLOBAL max_connections = 12')
      const user = 'few'
      await run(administrator, `CREATE USER '${user}'@'%' IDENTIFIED BY 'secret' WITH MAX_USER_CONNECTIONS 2`)
      const few = { ...settings, user, password: 'secret', reconnectSeconds: 25 }
      const connection = await connect(few)
      const started = performance.now()
      // four at once share two connections
      await Promise.all(Array.from({ length: 4 }, () => ask(connection, 'SELECT SLEEP(0.2)')))
      expect(performance.now() - started).toBeLessThan(20_000)
      const holding = connection.transaction((on) =>
        on
          .query({ sql: 'SELECT 1', parameters: [] })
          .then(() => connection.transaction(async () => {}).catch((error: unknown) => error)),
      )
      expect(await holding).toMatchObject({ code: 'outside-transaction' })
      const impatient = await connect({ ...few, reconnectSeconds: 0.2 }).catch((error: unknown) => error)
      expect(impatient).toMatchObject({
        code: 'too-many-connections',
        message: expect.stringContaining('fewer as `connections`'),
      })
      await connection.close()
      await run(administrator, `DROP USER '${user}'@'%'`)
      await run(administrator, 'SET GLOBAL max_connections = 151')
      await administrator.close()
    })

    test('that stops a statement says so, and the connection serves on', async () => {
      const connection = await connect(settings)
      const administrator = await connect(settings)
      const endless = `WITH RECURSIVE a (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM a WHERE n < 900) SELECT MAX(x.n + y.n + z.n) FROM a x, a y, a z`
      await connection.transaction(async (on) => {
        const id = await ask(on, 'SELECT CONNECTION_ID()')
        const stopped = Promise.allSettled([ask(on, endless)])
        const busy = `SELECT COUNT(*) FROM information_schema.processlist WHERE id = ${String(id)} AND info LIKE 'WITH%'`
        await expect.poll(async () => Number(await ask(administrator, busy))).toBe(1)
        await run(administrator, `KILL QUERY ${String(id)}`)
        expect(await stopped).toMatchObject([{ reason: { code: 'statement-stopped' } }])
        expect(await ask(on, 'SELECT CONNECTION_ID()')).toBe(id)
      })
      await Promise.all([connection.close(), administrator.close()])
    })

    test('whose connection is killed while a write runs tells that its outcome is not known', async () => {
      const connection = await connect(settings)
      const administrator = await connect(settings)
      await run(administrator, 'CREATE DATABASE killed')
      await run(administrator, 'CREATE TABLE killed.t (n int PRIMARY KEY)')
      const writing = run(connection, 'INSERT INTO killed.t SELECT SLEEP(20) + 1')
      const running = "SELECT id FROM information_schema.processlist WHERE info LIKE 'INSERT INTO killed%'"
      await expect.poll(() => ask(administrator, running)).toBeDefined()
      const [written] = await Promise.allSettled([
        writing,
        run(administrator, `KILL ${String(await ask(administrator, running))}`),
      ])
      expect(written).toMatchObject({ reason: { code: 'commit-outcome-unknown', committing: 'statement' } })
      // with a SLEEP that was ended early the row may be there: MySQL keeps it, MariaDB does not
      await expect.poll(() => ask(administrator, running)).toBeUndefined()
      expect(Number(await ask(connection, 'SELECT COUNT(*) FROM killed.t'))).toBe(kind === 'mysql' ? 1 : 0)
      await Promise.all([connection.close(), administrator.close()])
    })
  })
}
