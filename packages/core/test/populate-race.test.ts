import { rm } from 'node:fs/promises'
import { constants, setPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type RunningServer, startMariadb, startMysql } from '@neurojoint/servers'
import { describe, expect, inject, test } from 'vitest'
import {
  type AnyTable,
  type Database,
  type DatabaseSettings,
  declare,
  definePipeline,
  planDeclare,
  runWorker,
  type WorkerEvent,
} from '../src/index.ts'
import { contextOf } from '../src/query/database.ts'
import { onEveryDatabase } from './databases.ts'
import { long } from './long.ts'
import type * as WorkerPipeline from './worker-pipeline.ts'

/** Long enough for heartbeats to come through on a busy machine, short enough to wait for. */
const LEASE_SECONDS = 5

const size = long ? { processes: 50, keys: 2000, kills: 10 } : { processes: 6, keys: 200, kills: 2 }
/** On one file, where one writes at a time. */
const sizeOnFile = long ? { processes: 8, keys: 2000, kills: 3 } : { processes: 3, keys: 100, kills: 1 }

/** The pipeline of the workers, declared, with its samples and with a witness of every row that is ever committed. */
async function openRace(
  settings: DatabaseSettings,
  prefix: string,
  keys: number,
  milliseconds: number,
  late?: WorkerPipeline.WorkerTest['late'],
) {
  const task: WorkerPipeline.WorkerTest = { database: settings, prefix, milliseconds, ...(late && { late }) }
  process.env['WORKER_TEST'] = JSON.stringify(task)
  const module = new URL(`worker-pipeline.ts?${prefix}`, import.meta.url)
  const imported: typeof WorkerPipeline = await import(/* @vite-ignore */ module.href)
  const { pipeline, Sample, Result } = imported
  const db: Database = await definePipeline({ ...pipeline, tables: {} }).open()
  await declare(db, await planDeclare(db, pipeline.schemas))
  await db(Sample).insert(Array.from({ length: keys }, (_, sample) => ({ sample })))
  const names = namesOf(db, Result)
  // rows are only ever added to it, by the same transactions that add them to the table
  await run(db, `CREATE TABLE ${names.witness} (sample int)`)
  const body = `INSERT INTO ${names.witness} VALUES (NEW.sample)`
  const [begin, end] = names.quote === '"' ? ['BEGIN', '; END'] : ['', '']
  await run(db, `CREATE TRIGGER ${names.trigger} AFTER INSERT ON ${names.table} FOR EACH ROW ${begin} ${body}${end}`)
  return { ...imported, db, module, names, [Symbol.asyncDispose]: () => db.close() }
}

const run = (db: Database, sql: string) => contextOf(db).connection.execute({ sql, parameters: [] })

function namesOf(db: Database, target: AnyTable) {
  const { schema, table } = target.declaration.name
  const onFile = contextOf(db).connection.dialect.name === 'sqlite'
  const quote = onFile ? '"' : '`'
  const name = (text: string) => (onFile ? `"${schema}.${text}"` : `\`${schema}\`.\`${text}\``)
  return {
    quote,
    table: name(table),
    queue: name(`~~${table.replace(/^_+/, '')}`),
    witness: name('witness'),
    trigger: name('see'),
  }
}

async function count(db: Database, sql: string): Promise<number> {
  const [row] = await contextOf(db).connection.query({ sql, parameters: [] })
  return Number(row?.[0])
}

/** Each key has been committed once and whole, and nobody holds anything. */
async function expectMadeOnce(race: Awaited<ReturnType<typeof openRace>>, keys: number): Promise<void> {
  const { db, names, Result } = race
  expect(await db(Result).count()).toBe(keys)
  expect(await db(Result.Half).count()).toBe(2 * keys)
  expect(await count(db, `SELECT count(*) FROM ${names.witness}`)).toBe(keys)
  expect(await count(db, `SELECT count(DISTINCT sample) FROM ${names.witness}`)).toBe(keys)
  expect(await count(db, `SELECT count(*) FROM ${names.queue}`)).toBe(0)
}

interface Race {
  readonly processes: number
  readonly keys: number
  readonly kills: number
  /** In the middle of it. */
  readonly trouble?: () => Promise<void>
}

/** Runs workers, kills some of them at their work, and makes trouble in the middle. */
async function compete(race: Awaited<ReturnType<typeof openRace>>, { processes, keys, kills, trouble }: Race) {
  let [made, killed] = [0, 0]
  const troubles: Promise<void>[] = []
  const unknown: unknown[] = []
  const begun = new Set<number>()
  const onEvent = (event: WorkerEvent): void => {
    // so many processes would keep everybody else from the processors
    if (event.kind === 'worker-started') setPriority(event.worker, constants.priority.PRIORITY_BELOW_NORMAL)
    if (event.kind === 'started') begun.add(event.worker)
    if (event.kind === 'failed') unknown.push(Object(event.error).code)
    if (event.kind === 'made' && (made += 1) >= keys / 2 && trouble && troubles.length === 0) troubles.push(trouble())
    // while it computes, evenly over the race
    if (event.kind !== 'progress' || killed >= kills || made < ((killed + 1) * keys) / (kills + 2)) return
    killed += 1
    process.kill(event.worker, 'SIGKILL')
  }
  const { module } = race
  const result = await runWorker({
    module,
    processes,
    replacements: kills,
    tables: ['Result'],
    leaseSeconds: LEASE_SECONDS,
    onEvent,
  })
  await Promise.all(troubles)
  expect(result.died).toBe(kills)
  // a commit that was under way when the server ended: told, never tried again, and settled by who took the key over
  expect(unknown.filter((code) => code !== 'commit-outcome-unknown')).toEqual([])
  expect(begun.size).toBeGreaterThan(1)
}

const servers = [
  ['mariadb', () => startMariadb({ version: '10.11', parameters: ['--max-connections=500'] })],
  ['mysql', () => startMysql({ version: '9', parameters: ['--max-connections=500'] })],
] as const

for (const [kind, start] of servers) {
  describe.runIf(inject(kind) !== null)(`workers that race on ${kind}`, () => {
    test(
      `${size.processes} of them, ${size.kills} killed and the server started again, make ${size.keys} keys once each`,
      { timeout: 600_000 },
      async () => {
        await using server: RunningServer<'mariadb' | 'mysql'> = await start()
        await using race = await openRace(server.settings, `race_${kind}_`, size.keys, 20)
        const restart = async (): Promise<void> => {
          await server.kill('SIGKILL')
          await sleep(500)
          await server.restart()
        }
        await compete(race, { ...size, trouble: restart })
        await expectMadeOnce(race, size.keys)
      },
    )
  })
}

test.runIf(inject('mariadb'))(
  'a worker that takes the place of a dead one waits for a server that is away',
  { timeout: 120_000 },
  async () => {
    await using server = await startMariadb({ version: '10.11' })
    await using race = await openRace(server.settings, 'replaced_', 3, 300)
    const away: Promise<void>[] = []
    const restart = async (): Promise<void> => {
      await server.kill('SIGKILL')
      await sleep(3000)
      await server.restart()
    }
    const onEvent = (event: WorkerEvent): void => {
      if (event.kind !== 'progress' || away.length > 0) return
      process.kill(event.worker, 'SIGKILL')
      away.push(restart())
    }
    const { module } = race
    const result = await runWorker({ module, processes: 2, tables: ['Result'], leaseSeconds: 2, onEvent })
    await Promise.all(away)
    expect(result.died).toBe(1)
    await expectMadeOnce(race, 3)
  },
)

test.runIf(inject('mariadb'))('one that starts while the server is away waits for it as the others do', async () => {
  await using server = await startMariadb({ version: '10.11' })
  const late = { folder: join(tmpdir(), `late-${process.pid}`), milliseconds: 2000 }
  await using race = await openRace(server.settings, 'late_', 6, 300, late)
  const away: Promise<void>[] = []
  const restart = async (): Promise<void> => {
    await server.kill('SIGKILL')
    await sleep(4000)
    await server.restart()
  }
  const onEvent = (event: WorkerEvent): void => {
    if (event.kind === 'progress' && away.length === 0) away.push(restart())
  }
  const { module } = race
  const result = await runWorker({ module, processes: 2, tables: ['Result'], leaseSeconds: 2, onEvent })
  await Promise.all(away)
  await rm(late.folder, { recursive: true })
  expect(result.died).toBe(0)
  await expectMadeOnce(race, 6)
})

onEveryDatabase('workers', (database) => {
  if (database.name === 'sqlite') {
    test(
      `${sizeOnFile.processes} of them on one file, ${sizeOnFile.kills} killed, make ${sizeOnFile.keys} keys once each`,
      { timeout: 600_000 },
      async () => {
        const { settings, dispose } = await database.shared()
        const race = await openRace(settings, database.prefix(), sizeOnFile.keys, 10)
        await compete(race, sizeOnFile)
        await expectMadeOnce(race, sizeOnFile.keys)
        await race.db.close()
        await dispose()
      },
    )
  }

  // the servers differ in nothing of this
  const isTwin = database.name === 'mysql' && !long

  test.skipIf(isTwin)(
    'one that is killed while it computes leaves nothing, and its key is made later',
    { timeout: 60_000 },
    async () => {
      const { settings, dispose } = await database.shared()
      await using race = await openRace(settings, database.prefix(), 1, 500)
      const { module, db, Result, names } = race
      const options = { module, tables: ['Result'], leaseSeconds: 1 }
      const onEvent = (event: WorkerEvent): void => {
        if (event.kind === 'progress') process.kill(event.worker, 'SIGKILL')
      }
      const dying = runWorker({ ...options, processes: 2, replacements: 0, onEvent })
      await expect(dying).rejects.toMatchObject({ code: 'workers-died', died: 2 })
      expect([await db(Result).count(), await db(Result.Half).count()]).toEqual([0, 0])
      expect(await count(db, `SELECT count(*) FROM ${names.queue} WHERE status = 'reserved'`)).toBe(1)
      expect(await runWorker(options)).toMatchObject({ made: 1 })
      await expectMadeOnce(race, 1)
      if (database.name === 'sqlite') await dispose()
    },
  )

  test.skipIf(isTwin)(
    'one that is killed while it inserts leaves nothing, and its key is made by another',
    { timeout: 60_000 },
    async () => {
      const { settings, dispose } = await database.shared()
      await using race = await openRace(settings, database.prefix(), 1, 200)
      const { module, db, names } = race
      const killed = Promise.withResolvers<number>()
      // what the row's trigger writes to is locked: the row is there, and cannot be committed
      const lock =
        database.name === 'sqlite'
          ? `UPDATE ${names.witness} SET sample = 0 WHERE 1 = 0`
          : `SELECT * FROM ${names.witness} FOR UPDATE`
      const killInside = (worker: number): Promise<void> =>
        contextOf(db).connection.transaction(async (transaction) => {
          await transaction.execute({ sql: lock, parameters: [] })
          await sleep(1500)
          process.kill(worker, 'SIGKILL')
          killed.resolve(worker)
          await sleep(100)
        })
      const inside: Promise<void>[] = []
      const made: WorkerEvent[] = []
      const onEvent = (event: WorkerEvent): void => {
        if (event.kind === 'progress' && inside.length === 0) inside.push(killInside(event.worker))
        if (event.kind === 'made') made.push(event)
      }
      const options = { module, tables: ['Result'], leaseSeconds: 2 }
      expect(await runWorker({ ...options, processes: 2, replacements: 0, onEvent })).toMatchObject({
        made: 1,
        died: 1,
      })
      await Promise.all(inside)
      expect(made).toHaveLength(1)
      expect(made[0]?.worker).not.toBe(await killed.promise)
      await expectMadeOnce(race, 1)
      if (database.name === 'sqlite') await dispose()
    },
  )

  test.skipIf(isTwin)(
    'one that is stopped past its lease, overtaken and continued commits nothing',
    { timeout: 120_000 },
    async () => {
      const { settings, dispose } = await database.shared()
      await using race = await openRace(settings, database.prefix(), 6, 400)
      let stopped: { worker: number; key: object } | null = null
      const overtaken: WorkerEvent[] = []
      const makers: number[] = []
      const onEvent = (event: WorkerEvent): void => {
        if (event.kind === 'progress' && !stopped) {
          stopped = { worker: event.worker, key: event.key }
          process.kill(event.worker, 'SIGSTOP')
        }
        if (!stopped || !('key' in event) || Reflect.get(event.key, 'sample') !== Reflect.get(stopped.key, 'sample'))
          return
        if (event.kind === 'made') {
          makers.push(event.worker)
          process.kill(stopped.worker, 'SIGCONT')
        }
        if (event.kind === 'skipped') overtaken.push(event)
      }
      const { module } = race
      await runWorker({ module, processes: 2, tables: ['Result'], leaseSeconds: 2, batch: 1, onEvent })
      expect(overtaken).toMatchObject([{ reason: 'taken-over', worker: Object(stopped).worker }])
      expect(makers).toHaveLength(1)
      expect(makers).not.toContain(Object(stopped).worker)
      await expectMadeOnce(race, 6)
      if (database.name === 'sqlite') await dispose()
    },
  )
})
