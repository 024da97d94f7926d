/** The program of a worker process, which runWorker() starts: it imports the pipeline, opens it, and works. */
import { Worker } from 'node:worker_threads'
import { threadOptions, workerEntry } from '../driver/worker-entry.ts'
import { patiently } from '../populate/patience.ts'
import type { ParentWatchData } from './parent-watch.ts'
import { type FromProcess, sendError, sendEvent, sendResult, type ToProcess } from './protocol.ts'
import { importPipeline, tablesToWork } from './worker-pipeline.ts'
import { work } from './work.ts'

const controller = new AbortController()
const { signal } = controller

// the terminal sends it to every process; the one that was asked to stop tells the others
process.on('SIGINT', () => {})
process.on('SIGTERM', () => controller.abort(new Error('This worker was told to stop (SIGTERM).')))
process.on('disconnect', () => controller.abort(new Error('The process that started this worker has ended.')))
process.on('message', (message: ToProcess) => {
  if (message.kind === 'stop') controller.abort(new Error(message.reason))
  else void run(message)
})

// a make that keeps this thread busy would not hear that the parent has ended
const data: ParentWatchData = { parent: process.ppid }
new Worker(workerEntry('worker/parent-watch'), {
  workerData: data,
  name: 'parent watch',
  ...threadOptions(process.execArgv),
}).unref()

async function run({ module, options, events, waits }: Extract<ToProcess, { kind: 'work' }>): Promise<void> {
  let end: FromProcess
  try {
    const pipeline = await importPipeline(module, options.export)
    const tables = tablesToWork(pipeline, options.tables)
    await using db = await (waits ? patiently(() => pipeline.open(), signal) : pipeline.open())
    tell({ kind: 'opened' })
    const onEvent = events
      ? (event: Parameters<typeof sendEvent>[0]) => tell({ kind: 'event', event: sendEvent(event) })
      : () => {}
    end = { kind: 'done', result: sendResult(await work({ db, tables, options, signal, onEvent })) }
  } catch (error) {
    end = { kind: 'failed', error: sendError(error) }
  }
  tell(end, () => process.exit(0))
}

function tell(message: FromProcess, done: () => void = () => {}): void {
  if (!process.connected || !process.send) return done()
  // a parent that has ended meanwhile is told nothing
  process.send(message, undefined, {}, () => done())
}
