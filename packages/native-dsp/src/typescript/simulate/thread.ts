import { Worker } from 'node:worker_threads'
import { threadOptions } from '../thread-options.ts'
import { SimulationEndedError } from '../../simulate-errors.ts'
import type { SimulatedRange, SimulationParameters } from '../../simulate.ts'
import type { Drawn, Reply, Request } from './protocol.ts'

/** One thread that models the simulation and computes blocks of it, one after another. */
export interface SimulationThread {
  /** How many requests wait for an answer. */
  readonly load: number
  draw(): Promise<Drawn>
  computeBlock(range: Required<SimulatedRange>): Promise<Int16Array>
  close(): Promise<void>
}

interface Pending {
  settle(reply: Reply): void
  reject(reason: unknown): void
}

export function startThread(parameters: SimulationParameters): SimulationThread {
  const worker = new Worker(entry(), { workerData: parameters, name: 'simulation', ...threadOptions() })
  const pending = new Map<number, Pending>()
  let requests = 0
  let ended: { readonly reason: unknown } | undefined

  const fail = (reason: unknown): void => {
    ended ??= { reason }
    for (const { reject } of pending.values()) reject(reason)
    pending.clear()
  }
  worker.on('message', (reply: Reply) => {
    const waiting = pending.get(reply.id)
    pending.delete(reply.id)
    // an idle thread does not keep the process alive, one at work does
    if (pending.size === 0) worker.unref()
    if ('failure' in reply) waiting?.reject(reply.failure)
    else waiting?.settle(reply)
  })
  worker.on('error', fail)
  worker.on('exit', () => fail(new SimulationEndedError()))
  worker.unref()

  function ask<T>(request: Request, pick: (reply: Reply) => T | undefined): Promise<T> {
    // a thread that is gone answers nothing
    if (ended) return Promise.reject(ended.reason)
    return new Promise((resolve, reject) => {
      const settle = (reply: Reply): void => {
        const picked = pick(reply)
        if (picked === undefined) reject(new TypeError(`the thread answered ${request.kind} with something else`))
        else resolve(picked)
      }
      pending.set(request.id, { settle, reject })
      worker.ref()
      worker.postMessage(request, [])
    })
  }

  return {
    get load() {
      return pending.size
    },
    draw: () => ask({ kind: 'draw', id: requests++ }, (reply) => ('drawn' in reply ? reply.drawn : undefined)),
    computeBlock: (range) =>
      ask({ kind: 'block', id: requests++, range }, (reply) => ('traces' in reply ? reply.traces : undefined)),
    close: async () => {
      await worker.terminate()
    },
  }
}

/** Beside this file in the source; under its own path in the bundle, whose files lie in `dist` itself. */
const entry = (): URL =>
  import.meta.url.endsWith('.ts')
    ? new URL('./worker.ts', import.meta.url)
    : new URL('./typescript/simulate/worker.js', import.meta.url)
