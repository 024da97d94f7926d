import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { threadOptions } from '../thread-options.ts'
import { toError } from './failure.ts'
import type { Reply, Request, Results, ThreadStart } from './protocol.ts'

/** One thread that does tasks, one after another. */
export interface Thread {
  /** How many tasks wait for their result. */
  readonly load: number
  /** Null as long as it works; else why it ended. */
  readonly ended: { readonly reason: unknown } | null
  ask(request: Omit<Request, 'id'>): Promise<Results[keyof Results]>
  close(): Promise<void>
}

interface Pending {
  resolve(result: Results[keyof Results]): void
  reject(reason: unknown): void
}

export function startThread(start: ThreadStart): Thread {
  const worker = new Worker(entry(), { workerData: start, name: 'pass', ...threadOptions() })
  const pending = new Map<number, Pending>()
  let requests = 0
  let ended: Thread['ended'] = null

  const end = (reason: unknown): void => {
    ended ??= { reason }
    for (const { reject } of pending.values()) reject(ended.reason)
    pending.clear()
  }
  worker.on('message', (reply: Reply) => {
    const waiting = pending.get(reply.id)
    pending.delete(reply.id)
    // an idle thread does not keep the process alive, one at work does
    if (pending.size === 0) worker.unref()
    if ('failure' in reply) waiting?.reject(toError(reply.failure))
    else waiting?.resolve(reply.result)
  })
  worker.on('error', end)
  worker.on('exit', (code) => end(new Error(`A thread of the pass ended with exit code ${code}.`)))
  worker.unref()

  return {
    get load() {
      return pending.size
    },
    get ended() {
      return ended
    },
    ask(request) {
      if (ended) return Promise.reject(ended.reason)
      return new Promise((resolve, reject) => {
        const id = requests++
        pending.set(id, { resolve, reject })
        worker.ref()
        worker.postMessage({ ...request, id } satisfies Request, request.counts ? [request.counts.buffer] : [])
      })
    },
    close: async () => {
      await worker.terminate()
    },
  }
}

/** Beside this file in the source; under its own path in the build, whose bundled chunks may lie at its root or below. */
function entry(): URL {
  if (import.meta.url.endsWith('.ts')) return new URL('./worker.ts', import.meta.url)
  const path = 'typescript/pass/worker.js'
  const candidates = ['./', '../', '../../'].map((up) => new URL(`${up}${path}`, import.meta.url))
  return candidates.find((url) => existsSync(url)) ?? new URL(`./${path}`, import.meta.url)
}
