import { afterAll, beforeAll, expect, test } from 'vitest'
import { declare, definePipeline, defineSchema, drop, jobsOf, planDeclare, planDrop } from '../../src/index.ts'
import { hashKey, packKey } from '../../src/jobs/legacy-key.ts'
import { openJobQueue } from '../../src/jobs/open-queue.ts'
import { contextOf } from '../../src/query/database.ts'
import { inDatabase } from '../../src/query/in-database.ts'
import { withEveryPython } from './servers.ts'

/** A key of every type that a key can have, whose values Python writes each in its own way. */
const keyDefinition = `
  whole : int32
  big : int64
  flag : bool
  text : varchar(16)
  letter : enum('a','b')
  day : date
  moment : datetime
  fine : datetime(3)
  amount : decimal(8,3)
  tiny : decimal(12,10)
  real : float64
  identity : uuid
`

const rows = [
  {
    whole: -5,
    big: 9_007_199_254_740_993n,
    flag: true,
    text: 'a b',
    letter: 'b',
    day: '2024-01-15',
    moment: '2024-01-15 10:00:00',
    fine: '2024-01-15 10:00:00.250',
    amount: '1.500',
    tiny: '0.0000000100',
    real: 0.1,
    identity: '12345678-1234-5678-1234-567812345678',
  },
  {
    whole: 0,
    big: 1n,
    flag: false,
    text: 'é',
    letter: 'a',
    day: '1999-12-31',
    moment: '1999-12-31 23:59:59',
    fine: '1999-12-31 23:59:59.000',
    amount: '-12345.678',
    tiny: '0.0000000000',
    real: 1e16,
    identity: '00000000-0000-0000-0000-000000000000',
  },
  {
    whole: 7,
    big: -3n,
    flag: false,
    text: '7',
    letter: 'a',
    day: '2000-02-29',
    moment: '2000-02-29 00:00:00',
    fine: '2000-02-29 00:00:00.001',
    amount: '0.000',
    tiny: '1.5000000000',
    real: 2,
    identity: 'ffffffff-ffff-ffff-ffff-ffffffffffff',
  },
] as const

const patient = { timeout: 60_000 }

withEveryPython('job tables', (peer) => {
  const open = async () => {
    const name = peer.schema()
    const schema = defineSchema(name, peer.generation === '0.14' ? { compat: 'python-0.14' } : {})
    const Source = schema.manual('Source', {}, keyDefinition)
    const computed = (table: string) =>
      schema.computed(
        table,
        { Source },
        `
        -> Source
        ---
        mean : float64
      `,
        { fetch: (key) => key, compute: () => ({ row: { mean: 1 } }) },
      )
    const [Stat, Other] = [computed('Stat'), computed('Other')]
    const db = await definePipeline({ schemas: [schema], tables: {}, database: peer.settings }).open()
    await declare(db, await planDeclare(db, [schema]))
    await db(Source).insert(rows)
    const python = await peer.python()
    await python.execute(`vm = dj.VirtualModule('vm', '${name}')`)
    const dispose = async (): Promise<void> => {
      await python.close()
      await drop(db, await planDrop(db, [schema]))
      await db.close()
    }
    return { name, Source, Stat, Other, db, python, dispose }
  }

  let lab: Awaited<ReturnType<typeof open>>
  beforeAll(async () => {
    lab = await open()
  }, 60_000)
  afterAll(() => lab.dispose(), 60_000)

  if (peer.generation === '2.x') {
    test('both make the same one', patient, async () => {
      await openJobQueue(lab.db, lab.Stat)
      await lab.python.execute('vm.Other().jobs.refresh()')
      const { connection } = contextOf(lab.db)
      const ask = (sql: string) => connection.query({ sql, parameters: [] })
      const shown = async (table: string) => {
        const [row] = await ask(`SHOW CREATE TABLE \`${lab.name}\`.\`${table}\``)
        return String(row?.[1]).replaceAll(/~~other|__other|~~stat|__stat/g, 'table')
      }
      expect(await shown('~~stat')).toBe(await shown('~~other'))
      const lineage = async (table: string) => {
        const origins = await ask(
          `SELECT attribute_name, lineage FROM \`${lab.name}\`.\`~lineage\` WHERE table_name = '${table}' ORDER BY 1`,
        )
        return origins.map((row) => row.join(' ').replace(table, 'table'))
      }
      expect(await lineage('~~stat')).toEqual(await lineage('~~other'))
    })

    test('a lease of ours that ran out is ours to take, a reservation of Python is not', patient, async () => {
      const queue = await openJobQueue(lab.db, lab.Stat)
      await lab.python.execute('jobs = vm.Stat().jobs')
      expect(await queue.refresh()).toMatchObject({ added: 3 })
      expect(await lab.python.run('jobs.refresh()["added"]')).toBe(0)
      await queue.claim({ limit: 1, leaseSeconds: 0.001 })
      expect(await lab.python.run('[jobs.reserve(k) for k in jobs.reserved.keys()]')).toEqual([false])
      expect(await lab.python.run('jobs.reserve(jobs.pending.keys()[0])')).toBe(true)
      const claims = await queue.claim({ limit: 9, leaseSeconds: 60 })
      expect(claims.map(({ attempt }) => attempt).toSorted((a, b) => a - b)).toEqual([1, 2])
      expect(await jobsOf(lab.db, lab.Stat).takeOver([{}])).toBe(3)
      expect(await lab.python.run('len(jobs.pending)')).toBe(3)
    })
  } else {
    test('every key has the hash and the dict that Python gives it', patient, async () => {
      const { heading } = inDatabase(contextOf(lab.db), lab.Stat).declaration
      await lab.python.execute('keys = vm.Source().fetch("KEY", order_by="KEY")')
      const keys = await lab.db(lab.Source).fetch({ order: ['whole'] })
      expect(keys.map((key) => hashKey(key, heading))).toEqual(
        await lab.python.run('[dj.hash.key_hash(k) for k in keys]'),
      )
      const packed = await Promise.all(keys.map((key) => packKey(key, heading)))
      expect(packed.map((bytes) => Buffer.from(bytes).toString('hex'))).toEqual(
        await lab.python.run('[dj.blob.pack(k, compress=False).hex() for k in keys]'),
      )
    })

    test('a row of one keeps the key from the other', patient, async () => {
      const queue = await openJobQueue(lab.db, lab.Stat)
      await lab.python.execute('jobs = vm.schema.jobs; keys = vm.Source().fetch("KEY", order_by="KEY")')
      const [ours] = await queue.claim({ limit: 1, leaseSeconds: 60, order: 'key' })
      if (!ours) throw new Error('no claim')
      expect(await lab.python.run('[jobs.reserve("__stat", k) for k in keys[:2]]')).toEqual([false, true])
      const rest = await queue.claim({ limit: 9, leaseSeconds: 60 })
      expect(rest.map(({ key }) => Reflect.get(key, 'whole'))).toEqual([7])
      const jobs = jobsOf(lab.db, lab.Stat)
      const held = await jobs.list({ status: 'reserved', restriction: { whole: 0 } })
      expect(held).toMatchObject([{ key: rows[1], version: '', attempts: 0 }])
      expect(await jobs.takeOver({ whole: 0 })).toBe(1)
      expect(await queue.claim({ limit: 9, leaseSeconds: 60 })).toMatchObject([{ key: rows[1] }])
    })
  }
})
