import { isTrouble } from '../populate/patience.ts'
import { fromCaller } from '../query/call.ts'
import { type ChildWorker, startChild } from './child-worker.ts'
import { work, type WorkResult } from './work.ts'
import { WorkersDiedError } from './worker-errors.ts'
import type { WorkerEvent } from './worker-event.ts'
import { checkWorker, plainOptions, urlOf, type WorkerOptions } from './worker-options.ts'
import { importPipeline, tablesToWork } from './worker-pipeline.ts'

const KEPT_FAILURES = 1000

/** What became of the keys, in all processes together. */
export interface WorkerResult extends WorkResult {
  /** How many worker processes died. */
  readonly died: number
}

/**
 * Populates the tables of a pipeline from their job queues, each after those that it is made from, until nothing is left,
 * together with whoever else does: processes of this call, other computers, Python. Rejects with the signal's reason when
 * that aborts, and when no process is left.
 *
 * ```ts
 * await runWorker({ module: './pipeline.ts', processes: 8, timeLimitSeconds: 3600 })
 * ```
 */
export async function runWorker(options: WorkerOptions): Promise<WorkerResult> {
  return fromCaller(runWorker, async () => {
    checkWorker(options)
    options.signal?.throwIfAborted()
    const { processes = 1 } = options
    return processes === 1 ? workHere(options) : workInProcesses(options, processes)
  })
}

async function workHere(options: WorkerOptions): Promise<WorkerResult> {
  const pipeline = await importPipeline(urlOf(options.module), options.export)
  const tables = tablesToWork(pipeline, options.tables)
  await using db = await pipeline.open()
  const { signal, stop } = stoppable(options.signal)
  const tell = listener(options, stop)
  const worker = process.pid
  tell({ kind: 'worker-started', worker })
  const onEvent = (event: Parameters<Parameters<typeof work>[0]['onEvent']>[0]): void => tell({ ...event, worker })
  const result = await work({ db, tables, options: plainOptions(options), signal, onEvent })
  tell({ kind: 'worker-ended', worker })
  signal.throwIfAborted()
  return { ...result, died: 0 }
}

async function workInProcesses(options: WorkerOptions, processes: number): Promise<WorkerResult> {
  const { signal, stop } = stoppable(options.signal)
  const tell = listener(options, stop)
  const task = {
    kind: 'work',
    module: urlOf(options.module),
    options: plainOptions(options),
    events: options.onEvent !== undefined,
  } as const
  const running = new Set<ChildWorker>()
  const results: WorkResult[] = []
  let [died, replacements] = [0, options.replacements ?? processes]
  let lastDeath = ''
  /** Whether one of them has had the database: where it is gone after that, it is waited for. */
  let wasThere = false
  /** One worker, and those that take its place. */
  const line = async (): Promise<void> => {
    for (;;) {
      if (signal.aborted) return
      const waits = wasThere
      let hadIt = false
      const child: ChildWorker = startChild({ ...task, waits }, (event) => tell({ ...event, worker: child.pid }))
      void child.opened.then(() => (hadIt = wasThere = true))
      const worker = child.pid
      running.add(child)
      tell({ kind: 'worker-started', worker })
      const end = await child.ended
      running.delete(child)
      switch (end.kind) {
        case 'done':
          results.push(end.result)
          return tell({ kind: 'worker-ended', worker })
        case 'failed':
          // it was about to open the database when that went away
          if (wasThere && !waits && !hadIt && isTrouble(end.error)) {
            tell({ kind: 'worker-ended', worker })
            continue
          }
          return stop(end.error)
        case 'died': {
          if (signal.aborted) return
          died += 1
          lastDeath = end.how
          const replaced = replacements > 0
          replacements -= 1
          tell({ kind: 'worker-died', worker, how: end.how, replaced })
          if (!replaced) return
        }
      }
    }
  }
  const stopAll = (): void => {
    const reason = signal.reason instanceof Error ? signal.reason.message : String(signal.reason)
    for (const child of running) void child.stop(reason)
  }
  signal.addEventListener('abort', stopAll, { once: true })
  await Promise.all(Array.from({ length: processes }, line))
  signal.removeEventListener('abort', stopAll)
  signal.throwIfAborted()
  if (results.length === 0) throw new WorkersDiedError(died, lastDeath)
  const sum = (of: (result: WorkResult) => number): number => results.reduce((total, result) => total + of(result), 0)
  return {
    made: sum(({ made }) => made),
    skipped: sum(({ skipped }) => skipped),
    failures: sum(({ failures }) => failures),
    failed: results.flatMap(({ failed }) => failed).slice(0, KEPT_FAILURES),
    died,
  }
}

/** A signal that aborts with another one, or when it is told to. */
function stoppable(outer: AbortSignal | undefined): { signal: AbortSignal; stop: (reason: unknown) => void } {
  const controller = new AbortController()
  const signal = outer ? AbortSignal.any([outer, controller.signal]) : controller.signal
  return { signal, stop: (reason) => controller.abort(reason) }
}

/** Tells events; what the listener throws ends the whole. */
function listener({ onEvent }: WorkerOptions, stop: (reason: unknown) => void): (event: WorkerEvent) => void {
  return (event) => {
    try {
      onEvent?.(event)
    } catch (error) {
      stop(error)
    }
  }
}
