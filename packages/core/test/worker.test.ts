import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test, vi } from 'vitest'
import {
  type Database,
  declare,
  definePipeline,
  drop,
  planDeclare,
  planDrop,
  runWorker,
  type WorkerEvent,
} from '../src/index.ts'
import { onEveryDatabase, type TestDatabase } from './databases.ts'
import { long } from './long.ts'
import type * as WorkerPipeline from './worker-pipeline.ts'

// processes take their time to start
vi.setConfig({ testTimeout: 60_000 })

const module = new URL('worker-pipeline.ts', import.meta.url)

afterEach(() => {
  delete process.env['WORKER_TEST']
})

/** The pipeline of the workers on a database of its own, declared and with so many samples. */
async function openWorkers(database: TestDatabase, samples: number, steps: Partial<WorkerPipeline.WorkerTest> = {}) {
  const { settings, dispose } = await database.shared()
  const task: WorkerPipeline.WorkerTest = { database: settings, prefix: database.prefix(), milliseconds: 5, ...steps }
  process.env['WORKER_TEST'] = JSON.stringify(task)
  // once more for each, as every process does
  const url = new URL(`?${task.prefix}`, module)
  const imported: typeof WorkerPipeline = await import(/* @vite-ignore */ url.href)
  const { pipeline, Sample } = imported
  const db: Database = await definePipeline({ ...pipeline, tables: {} }).open()
  await declare(db, await planDeclare(db, pipeline.schemas))
  await db(Sample).insert(Array.from({ length: samples }, (_, sample) => ({ sample })))
  return {
    ...imported,
    db,
    url,
    [Symbol.asyncDispose]: async () => {
      await drop(db, await planDrop(db, pipeline.schemas))
      await db.close()
      await dispose()
    },
  }
}

onEveryDatabase('a worker', (database) => {
  test('populates all tables in the order of their dependencies, until nothing is left', async () => {
    await using lab = await openWorkers(database, 8, { failing: 3 })
    const events: WorkerEvent[] = []
    const result = await runWorker({ module: lab.url, concurrency: 2, onEvent: (event) => events.push(event) })
    expect(result).toMatchObject({ made: 14, failures: 1, failed: [{ table: 'Result', key: { sample: 3 } }], died: 0 })
    expect(await lab.db(lab.Sum).count()).toBe(7)
    expect(new Set(events.map(({ worker }) => worker))).toEqual(new Set([process.pid]))
    // the job that failed stays, and is nothing that is left to do
    expect(await runWorker({ module: lab.url })).toMatchObject({ made: 0, failures: 0 })
  })

  // the servers differ in nothing of this
  if (database.name === 'mysql' && !long) return

  test('in several processes makes every key once, and tells what each of them does', { timeout: 60_000 }, async () => {
    await using lab = await openWorkers(database, 60, { milliseconds: 80, failing: 3 })
    const events: WorkerEvent[] = []
    const onEvent = (event: WorkerEvent) => void events.push(event)
    const result = await runWorker({ module: lab.url, processes: 3, tables: ['results.Result'], batch: 2, onEvent })
    expect(result).toMatchObject({ made: 59, failures: 1, died: 0 })
    expect(result.failed).toMatchObject([{ table: 'Result', key: { sample: 3 }, error: { message: 'bad file' } }])
    const pids = new Set((await lab.db(lab.Result).fetch()).map(({ pid }) => pid))
    expect(pids.has(process.pid)).toBe(false)
    expect(pids.size).toBeGreaterThan(1)
    expect(events.filter(({ kind }) => kind === 'made')).toHaveLength(59)
    expect(events.filter(({ kind }) => kind === 'progress')).toHaveLength(59)
    expect(events.filter(({ kind }) => kind === 'worker-ended')).toHaveLength(3)
    expect(await lab.db(lab.Sum).count()).toBe(0)
  })

  test('is replaced when it is killed, and its keys are made by others', { timeout: 60_000 }, async () => {
    await using lab = await openWorkers(database, 20, { milliseconds: 100 })
    const deaths: WorkerEvent[] = []
    let killed = false
    const onEvent = (event: WorkerEvent) => {
      if (event.kind === 'worker-died') deaths.push(event)
      if (event.kind !== 'started' || killed) return
      killed = true
      process.kill(event.worker, 'SIGKILL')
    }
    const result = await runWorker({ module: lab.url, processes: 2, tables: ['Result'], leaseSeconds: 1, onEvent })
    expect(result.died).toBe(1)
    expect(deaths).toMatchObject([{ how: 'of SIGKILL', replaced: true }])
    expect(await lab.db(lab.Result).count()).toBe(20)
    expect(await lab.db(lab.Result.Half).count()).toBe(40)
  })

  test('stops when it is told to, gives back what it holds, and goes on next time', { timeout: 60_000 }, async () => {
    await using lab = await openWorkers(database, 40, { milliseconds: 50 })
    const controller = new AbortController()
    let made = 0
    const onEvent = (event: WorkerEvent) => {
      if (event.kind === 'made' && (made += 1) === 5) controller.abort(new RangeError('enough'))
    }
    const options = { module: lab.url, processes: 2, tables: ['Result'], onEvent } as const
    await expect(runWorker({ ...options, signal: controller.signal })).rejects.toThrow('enough')
    const rows = await lab.db(lab.Result).count()
    expect(rows).toBeLessThan(40)
    expect(await lab.db(lab.Result.Half).count()).toBe(2 * rows)
    // nothing is held: it does not have to wait for a lease to run out
    expect(await runWorker({ module: lab.url, tables: ['Result'], maxWaitSeconds: 0 })).toMatchObject({
      made: 40 - rows,
    })
  })

  test('that watches makes what comes later', { timeout: 60_000 }, async () => {
    await using lab = await openWorkers(database, 1)
    const controller = new AbortController()
    let made = 0
    const onEvent = (event: WorkerEvent) => {
      if (event.kind === 'waiting' && made === 1)
        void lab.db(lab.Sample).insert([{ sample: 7 }], { skipDuplicates: true })
      if (event.kind === 'made' && (made += 1) === 2) controller.abort(new RangeError('enough'))
    }
    const watching = runWorker({ module: lab.url, tables: ['Result'], watch: true, onEvent, signal: controller.signal })
    await expect(watching).rejects.toThrow('enough')
    expect(await lab.db(lab.Result).keys({ order: ['sample'] })).toEqual([{ sample: 0 }, { sample: 7 }])
  })

  if (database.name === 'sqlite') {
    test('says what is wrong with its module and its tables', async () => {
      await using lab = await openWorkers(database, 1)
      const refused = (options: Partial<Parameters<typeof runWorker>[0]>, facts: object) =>
        expect(runWorker({ module: lab.url, ...options })).rejects.toMatchObject(facts)
      await refused({ export: 'given' }, { code: 'no-pipeline', message: expect.stringContaining('no pipeline') })
      await refused({ module: new URL('lab.ts', import.meta.url) }, { code: 'no-pipeline' })
      const absent = new URL('absent.ts', import.meta.url)
      const imported = {
        code: 'module-failed',
        module: absent.href,
        message: expect.stringMatching(/absent\.ts.*module/),
      }
      await refused({ module: absent }, { ...imported, stack: expect.stringContaining('worker.test.ts') })
      await refused({ module: absent, processes: 2 }, { code: 'module-failed', message: imported.message })
      await refused(
        { module: new URL('data:text/javascript,throw "no luck"') },
        { code: 'module-failed', cause: 'no luck' },
      )
      await refused({ tables: ['Sample'] }, { code: 'unknown-table', available: ['Result', 'Sum'] })
      await refused({ processes: 2, tables: ['Nothing'] }, { code: 'unknown-table' })
      await refused({ processes: 0 }, { code: 'invalid-call' })
      // @ts-expect-error: there is no such option
      await refused({ process: 2 }, { code: 'invalid-call', message: expect.stringContaining('no option `process`') })
    })

    test(
      'processes end with the one that started them, also while a make keeps them busy',
      { timeout: 60_000 },
      async () => {
        await using lab = await openWorkers(database, 1, { busyMilliseconds: 50_000 })
        const index = fileURLToPath(new URL('../src/index.ts', import.meta.url))
        const source = `
        import { runWorker } from ${JSON.stringify(index)}
        const onEvent = ({ kind, worker }) => kind === 'started' && console.log(worker)
        await runWorker({ module: ${JSON.stringify(lab.url.href)}, processes: 2, tables: ['Result'], onEvent })`
        const parent = spawn(process.execPath, ['--input-type=module', '-e', source], {
          stdio: ['ignore', 'pipe', 'inherit'],
        })
        const [line] = await once(parent.stdout, 'data')
        const worker = Number(String(line).trim())
        expect(isRunning(worker)).toBe(true)
        parent.kill('SIGKILL')
        await expect.poll(() => isRunning(worker), { timeout: 30_000, interval: 500 }).toBe(false)
        await sleep(0)
      },
    )
  }
})

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
