import { type ChildProcess, fork } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { workerEntry } from '../driver/worker-entry.ts'
import { type FromProcess, receiveError, receiveEvent, receiveResult, type ToProcess } from './protocol.ts'
import type { WorkEvent, WorkResult } from './work.ts'

/** How long a worker that is told to stop may take: after that its keys are free again when their leases have run out. */
const GRACE_MILLISECONDS = 10_000

/** How the work of a process ended. */
export type ProcessEnd =
  | { readonly kind: 'done'; readonly result: WorkResult }
  | { readonly kind: 'failed'; readonly error: Error }
  | { readonly kind: 'died'; readonly how: string }

/** A worker in a process of its own. */
export interface ChildWorker {
  readonly pid: number
  /** When it has the database; never where it cannot have it. */
  readonly opened: Promise<void>
  /** When the process is gone. */
  readonly ended: Promise<ProcessEnd>
  /** Lets it give back what it holds, and kills it when that takes too long. */
  stop(reason: string): Promise<void>
}

export function startChild(
  task: Extract<ToProcess, { kind: 'work' }>,
  onEvent: (event: WorkEvent) => void,
): ChildWorker {
  const child = fork(fileURLToPath(workerEntry('worker/worker-process')), [], {
    // keys hold bigints and dates
    serialization: 'advanced',
    execArgv: withoutProgram(process.execArgv),
    // many processes load the same modules, which takes each most of its start
    env: { NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'), ...process.env },
  })
  let end: ProcessEnd | null = null
  const opened = Promise.withResolvers<void>()
  child.on('message', (message: FromProcess) => {
    switch (message.kind) {
      case 'event':
        return onEvent(receiveEvent(message.event))
      case 'opened':
        return opened.resolve()
      case 'done':
        end = { kind: 'done', result: receiveResult(message.result) }
        return
      case 'failed':
        end = { kind: 'failed', error: receiveError(message.error) }
    }
  })
  const ended = new Promise<ProcessEnd>((resolve) => {
    // a process that could not be started has no exit; one that cannot be killed says so in the same way
    child.on('error', (error) => resolve({ kind: 'died', how: error.message }))
    // after its last message
    child.once('close', (code, signal) => resolve(end ?? { kind: 'died', how: describeEnd(code, signal) }))
  })
  send(child, task)
  const stop = async (reason: string): Promise<void> => {
    send(child, { kind: 'stop', reason })
    const over = new AbortController()
    const late = sleep(GRACE_MILLISECONDS, undefined, { signal: over.signal }).then(
      () => child.kill('SIGKILL'),
      () => false,
    )
    await Promise.race([ended, late])
    over.abort()
    await ended
  }
  return { pid: child.pid ?? 0, opened: opened.promise, ended, stop }
}

/** The options of Node, without a program that was given in their place (`--eval`) and what says how to read it. */
function withoutProgram(options: readonly string[]): string[] {
  const isProgram = (option: string | undefined): boolean => /^(?:-e|-p|-pe|--eval|--print)$/.test(option ?? '')
  return options.filter(
    (option, index) =>
      !/^--(?:input-type|eval|print)/.test(option) && !isProgram(option) && !isProgram(options[index - 1]),
  )
}

const describeEnd = (code: number | null, signal: string | null): string =>
  signal === null ? `with exit code ${code}` : `of ${signal}`

/** One that has ended hears nothing, and `ended` says so. */
function send(child: ChildProcess, message: ToProcess): void {
  if (child.connected) child.send(message, () => {})
}
