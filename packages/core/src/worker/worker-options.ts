import { pathToFileURL } from 'node:url'
import { resolve } from 'node:path'
import { checkOptions, show } from '../query/call.ts'
import { InvalidCallError } from '../query/errors.ts'
import { checkCount, checkOne, checkPlain, checkSeconds, type PlainPopulateOptions } from '../populate/options.ts'
import type { WorkerEvent } from './worker-event.ts'

/** What workers are told that is text and numbers, and can be sent to other processes. */
export interface PlainWorkerOptions extends Omit<PlainPopulateOptions, 'reserve' | 'refresh' | 'limit' | 'onError'> {
  /** Under which name the module exports its pipeline; `pipeline`, `default` or the only one there is where it is left out. */
  readonly export?: string
  /** Which tables to populate, by name; all that fill themselves where it is left out. */
  readonly tables?: readonly string[]
  /** Goes on when nothing is left, and waits for more, until it is told to stop. */
  readonly watch?: boolean
  /** Without `watch`: how far ahead a key may be due that is waited for; twice the lease where it is left out. */
  readonly maxWaitSeconds?: number
}

/** What a worker works at, and how. */
export interface WorkerOptions extends PlainWorkerOptions {
  /** The path or URL of a module that exports the pipeline: every process imports it, and opens the database by itself. */
  readonly module: string | URL
  /** How many processes work beside this one, each with `concurrency` makes at once; one works in this process where it is 1 or left out. */
  readonly processes?: number
  /** How many processes that die are replaced, in all; as many as there are where it is left out. */
  readonly replacements?: number
  /** Stops all workers when it aborts: what they hold is given back. */
  readonly signal?: AbortSignal
  readonly onEvent?: (event: WorkerEvent) => void
}

const OWN = ['module', 'export', 'tables', 'processes', 'replacements', 'watch', 'maxWaitSeconds', 'signal', 'onEvent']
const OF_POPULATE = ['order', 'concurrency', 'retry', 'timeLimitSeconds', 'leaseSeconds', 'batch', 'maxPriority']

export function checkWorker(options: WorkerOptions): void {
  const call = 'runWorker()'
  checkOptions(call, options, [...OWN, ...OF_POPULATE])
  checkPlain(call, { ...options, reserve: true })
  checkCount(call, options, 'processes', 1)
  checkCount(call, options, 'replacements', 0)
  checkSeconds(call, options, 'maxWaitSeconds', 0)
  checkOne(call, options, 'watch', [true, false])
  const { module, tables } = options
  if (typeof module !== 'string' && !(module instanceof URL))
    throw new InvalidCallError(`${call} takes as module the path or URL of one, and was given ${show(module)}.`)
  if (tables !== undefined && !(Array.isArray(tables) && tables.every((name) => typeof name === 'string')))
    throw new InvalidCallError(`${call} takes as tables a list of names, and was given ${show(tables)}.`)
}

/** What is sent to a process: no members that cannot be, and none that are undefined. */
export function plainOptions(options: WorkerOptions): PlainWorkerOptions {
  const { module: _, processes: _1, replacements: _2, signal: _3, onEvent: _4, ...plain } = options
  return plain
}

export function urlOf(module: string | URL): string {
  if (module instanceof URL) return module.href
  return /^[a-z][a-z\d+.-]+:/i.test(module) ? module : pathToFileURL(resolve(module)).href
}
