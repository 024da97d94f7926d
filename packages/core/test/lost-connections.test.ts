import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, inject, test } from 'vitest'
import { connect } from '../src/connection/connect.ts'
import { contextOf } from '../src/query/database.ts'
import { declare, definePipeline, planDeclare } from '../src/index.ts'
import { ownTransaction } from '../src/query/deadlock.ts'
import { temporaryPipeline } from '../src/testing/index.ts'
import { labSchemas } from './lab.ts'
import { startTcpProxy } from './tcp-proxy.ts'

let made = 0

for (const kind of ['mariadb', 'mysql'] as const) {
  const settings = inject(kind)
  describe.runIf(settings !== null)(`a connection with ${kind} that is cut`, () => {
    /** A lab that is reached through a proxy, and directly. */
    const open = async () => {
      if (!settings) throw new RangeError('there is no server')
      const schemas = labSchemas(`lost${process.pid}_${Date.now().toString(36)}_${(made += 1)}_`)
      const direct = await temporaryPipeline({ schemas: [schemas.lab], database: settings })
      const proxy = await startTcpProxy(settings)
      const { host, port } = proxy
      const database = { ...settings, host, port, reconnectSeconds: 25 }
      const db = await definePipeline({ schemas: [schemas.lab], tables: {}, database }).open()
      const names = async () =>
        (await direct.db(schemas.Subject).keys({ order: ['subject'] })).map((key) => key.subject)
      return {
        ...schemas,
        db,
        proxy,
        names,
        database,
        async [Symbol.asyncDispose]() {
          await db.close()
          await proxy.close()
          await direct[Symbol.asyncDispose]()
        },
      }
    }

    test('when COMMIT was sent leaves the outcome unknown, whether the server got it or not', async () => {
      await using lab = await open()
      for (const at of ['answer', 'before'] as const) {
        let runs = 0
        const cut = lab.proxy.cutWhen({ bytes: 'COMMIT', at })
        const work = lab.db.transaction(
          async (db) => {
            runs += 1
            await db(lab.Subject).insert1({ subject: at })
          },
          { retries: 5 },
        )
        await expect(work).rejects.toMatchObject({
          code: 'commit-outcome-unknown',
          committing: 'transaction',
          message: expect.stringContaining('It was not tried again. Look'),
        })
        await cut
        expect(runs).toBe(1)
      }
      // which of them it was shows only when one looks; what the server did not get it undoes in its own time
      expect(await lab.names()).toEqual(['answer'])
      await lab.db(lab.Subject).insert1({ subject: 'later' })
      expect(await lab.names()).toEqual(['answer', 'later'])
    })

    test('in the COMMIT of an insert of ours is told and not tried again', async () => {
      await using lab = await open()
      const cut = lab.proxy.cutWhen({ bytes: 'COMMIT', at: 'answer' })
      await expect(lab.db(lab.Subject).insert([{ subject: 'a' }, { subject: 'b' }])).rejects.toMatchObject({
        code: 'commit-outcome-unknown',
      })
      await cut
      expect(await lab.names()).toEqual(['a', 'b'])
      let runs = 0
      const { connection } = contextOf(lab.db)
      void lab.proxy.cutWhen({ bytes: 'COMMIT', at: 'before' })
      const own = ownTransaction(connection, async (on) => {
        runs += 1
        await on.query({ sql: 'SELECT 1', parameters: [] })
      })
      await expect(own).rejects.toMatchObject({ code: 'commit-outcome-unknown' })
      expect(runs).toBe(1)
    })

    test('before COMMIT was sent is lost with nothing kept, and the work is done again where it may be', async () => {
      await using lab = await open()
      const lose = (retries: number, times: number) => {
        let runs = 0
        const work = lab.db.transaction(
          async (db) => {
            runs += 1
            await db(lab.Subject).insert1({ subject: `r${retries}` })
            if (runs <= times) lab.proxy.cut()
            // with and without another statement that meets the cut
            if (retries > 1) await db(lab.Subject).count()
            else await delay(20)
          },
          { retries },
        )
        return { work, runs: () => runs }
      }
      const once = lose(0, 1)
      await expect(once.work).rejects.toMatchObject({ code: 'connection-lost' })
      expect(once.runs()).toBe(1)
      expect(await lab.names()).toEqual([])
      const again = lose(1, 1)
      await again.work
      expect(again.runs()).toBe(2)
      const often = lose(3, 3)
      await often.work
      expect(often.runs()).toBe(4)
      expect(await lab.names()).toEqual(['r1', 'r3'])
    })

    test('inside an insert, an update or a delete of ours is got over', async () => {
      await using lab = await open()
      const cut = (bytes: string) => lab.proxy.cutWhen({ bytes, at: 'answer' })
      const inserting = cut('INSERT INTO')
      expect(await lab.db(lab.Subject).insert([{ subject: 'a' }, { subject: 'b' }])).toBe(2)
      const updating = cut('UPDATE ')
      expect(await lab.db(lab.Subject).update1({ subject: 'a', notes: 'n' })).toBe(true)
      const deleting = cut('DELETE ')
      await lab.db(lab.Subject).restrict({ subject: 'b' }).delete()
      await Promise.all([inserting, updating, deleting])
      expect(lab.proxy.cuts).toBe(3)
      expect(await lab.names()).toEqual(['a'])
    })

    test('during a read outside of a transaction is not noticed, twice is told', async () => {
      await using lab = await open()
      await lab.db(lab.Subject).insert([{ subject: 'a' }, { subject: 'b' }])
      const { connection } = contextOf(lab.db)
      const mark = (name: string) => ({ sql: `SELECT '${name}'`, parameters: [] })
      const first = lab.proxy.cutWhen({ bytes: "'one'", at: 'answer' })
      expect(await connection.query(mark('one'))).toEqual([['one']])
      await first
      void lab.proxy.cutWhen({ bytes: "'two'", at: 'answer', times: 2 })
      await expect(connection.query(mark('two'))).rejects.toMatchObject({ code: 'connection-lost', sent: true })
      const streaming = lab.proxy.cutWhen({ bytes: "'three'", at: 'answer' })
      for await (const rows of connection.stream(mark('three'))) expect(rows).toEqual([['three']])
      await streaming
    })

    test('during a write outside of a transaction leaves its outcome unknown; one that was not sent is sent', async () => {
      await using lab = await open()
      const { connection } = contextOf(lab.db)
      const table = `\`${lab.lab.name}\`.\`subject\``
      const insert = (name: string) =>
        connection.execute({ sql: `INSERT INTO ${table} (subject) VALUES ('${name}')`, parameters: [] })
      const cut = lab.proxy.cutWhen({ bytes: "'sent'", at: 'answer' })
      await expect(insert('sent')).rejects.toMatchObject({ code: 'commit-outcome-unknown', committing: 'statement' })
      await cut
      // more than one lies idle
      await Promise.all(Array.from({ length: 5 }, () => lab.db(lab.Subject).count()))
      lab.proxy.cut()
      await delay(20)
      expect(await insert('later')).toBe(1)
      expect(await lab.names()).toEqual(['later', 'sent'])
    })

    test('and cannot be made again for a while is waited for, no longer than was said, and not on closing', async () => {
      await using lab = await open()
      const { proxy } = lab
      await lab.db(lab.Subject).insert1({ subject: 'a' })
      await proxy.refuse()
      proxy.cut()
      const waiting = [
        lab.db(lab.Subject).count(),
        lab.db(lab.Subject).insert1({ subject: 'b' }),
        lab.db.transaction((db) => db(lab.Subject).insert1({ subject: 'c' })),
      ]
      await delay(300)
      await proxy.accept()
      expect(await Promise.all(waiting)).toHaveLength(3)
      expect(await lab.names()).toEqual(['a', 'b', 'c'])

      const short = await connect({ ...lab.database, reconnectSeconds: 0.3 })
      await proxy.refuse()
      proxy.cut()
      const started = performance.now()
      await expect(short.query({ sql: 'SELECT 1', parameters: [] })).rejects.toMatchObject({
        code: 'database-unavailable',
        location: `127.0.0.1:${proxy.port}`,
      })
      expect(performance.now() - started).toBeLessThan(20_000)
      await short.close()
      const abort = AbortSignal.timeout(100)
      await expect(lab.db(lab.Subject).count({ signal: abort })).rejects.toMatchObject({ name: 'TimeoutError' })
      const closing = performance.now()
      const counting = lab.db(lab.Subject).count()
      const [left] = await Promise.allSettled([counting, lab.db.close()])
      expect(left).toMatchObject({ reason: { code: 'database-unavailable' } })
      expect(performance.now() - closing).toBeLessThan(20_000)
    })

    test('while tables are declared leaves what declaring completes', async () => {
      if (!settings) throw new RangeError('there is no server')
      await using lab = await open()
      const more = labSchemas(`${lab.lab.name}_more`)
      const pipeline = definePipeline({ schemas: [more.lab], tables: {}, database: lab.database })
      const db = await pipeline.open()
      const cut = lab.proxy.cutWhen({ bytes: 'CREATE TABLE', at: 'answer' })
      await expect(declare(db, await planDeclare(db, pipeline.schemas))).rejects.toMatchObject({
        code: 'commit-outcome-unknown',
        committing: 'statement',
      })
      await cut
      await declare(db, await planDeclare(db, pipeline.schemas))
      expect((await planDeclare(db, pipeline.schemas)).tables).toEqual([])
      await contextOf(db).connection.execute({ sql: `DROP DATABASE \`${more.lab.name}\``, parameters: [] })
      await db.close()
    })
  })
}
