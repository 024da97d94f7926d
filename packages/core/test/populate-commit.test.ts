import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, inject, test } from 'vitest'
import { definePipeline, defineSchema, populate } from '../src/index.ts'
import { contextOf } from '../src/query/database.ts'
import { temporaryPipeline } from '../src/testing/index.ts'
import { startTcpProxy } from './tcp-proxy.ts'

const LEASE_SECONDS = 1

for (const kind of ['mariadb', 'mysql'] as const) {
  const settings = inject(kind)
  describe.runIf(settings !== null)(`populate on ${kind}, whose connection is cut`, () => {
    /** A table that is populated through a proxy; `computing` is what happens while a key is made. */
    const open = async (computing: () => unknown, compat?: 'python-0.14') => {
      if (!settings) throw new RangeError('there is no server')
      const schema = defineSchema(`commit${process.pid}_${Date.now().toString(36)}_`, compat ? { compat } : {})
      const Sample = schema.manual('Sample', {}, compat ? 'sample : int' : 'sample : int32')
      const computed: number[] = []
      const Result = schema.computed('Result', { Sample }, `-> Sample\n---\nvalue : ${compat ? 'int' : 'int32'}`, {
        fetch: (key, db) => db(Sample).forKey(key).fetch1(),
        compute: async ({ sample }) => {
          computed.push(sample)
          await computing()
          return { row: { value: sample } }
        },
      })
      const direct = await temporaryPipeline({ schemas: [schema], database: settings })
      await direct.db(Sample).insert1({ sample: 1 })
      const proxy = await startTcpProxy(settings)
      const { host, port } = proxy
      const database = { ...settings, host, port, reconnectSeconds: 5 }
      const db = await definePipeline({ schemas: [schema], tables: {}, database }).open()
      const jobs = async () => {
        const sql = compat
          ? `SELECT status FROM \`${schema.name}\`.\`~jobs\``
          : `SELECT sample, status FROM \`${schema.name}\`.\`~~result\``
        return contextOf(direct.db).connection.query({ sql, parameters: [] })
      }
      return {
        Result,
        db,
        computed,
        proxy,
        direct: direct.db,
        jobs,
        async [Symbol.asyncDispose]() {
          await db.close()
          await proxy.close()
          await direct[Symbol.asyncDispose]()
        },
      }
    }

    test.each([
      { how: 'and was done, leaves nothing for the next run', at: 'answer', left: [], made: 0, computed: [1] },
      {
        how: 'and was not, is made again by the next',
        at: 'before',
        left: [[1, 'reserved']],
        made: 1,
        computed: [1, 1],
      },
    ] as const)('a commit whose answer is lost, $how', { timeout: 30_000 }, async ({ at, left, made, computed }) => {
      let cutting = true
      await using lab = await open(() => {
        if (cutting) void lab.proxy.cutWhen({ bytes: 'COMMIT', at })
        cutting = false
      })
      // a claim commits too, and is not meant
      const options = { reserve: true, limit: 1, leaseSeconds: LEASE_SECONDS, onError: 'continue' } as const
      // whatever is to be done with errors, and however often a key is to be tried
      const retry = { attempts: 5, delaySeconds: 0 }
      const lost = await populate(lab.db, lab.Result, { ...options, retry })
      expect(lost).toMatchObject({ made: 0, failures: 1, failed: [{ error: { code: 'commit-outcome-unknown' } }] })
      expect(lab.computed).toEqual([1])
      // the server may not have seen yet that the connection is gone
      await sleep(1000 * LEASE_SECONDS + 500)
      expect(await lab.direct(lab.Result).count()).toBe(at === 'answer' ? 1 : 0)
      expect(await lab.jobs()).toEqual(left)
      expect(await populate(lab.db, lab.Result, options)).toMatchObject({ made, failures: 0 })
      expect(lab.computed).toEqual(computed)
      expect(await lab.direct(lab.Result).fetch()).toEqual([{ sample: 1, value: 1 }])
      expect(await lab.jobs()).toEqual([])
    })

    test(
      'a connection that breaks before the commit costs nothing that was computed',
      { timeout: 30_000 },
      async () => {
        await using lab = await open(() => lab.proxy.cut())
        expect(await populate(lab.db, lab.Result, { reserve: true })).toMatchObject({ made: 1, failures: 0 })
        expect(lab.computed).toEqual([1])
      },
    )
  })
}
