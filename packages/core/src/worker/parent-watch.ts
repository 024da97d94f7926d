/** The thread of a worker process that ends it when its parent has ended, also while a make keeps the main thread busy. */
import { setInterval } from 'node:timers/promises'
import { workerData } from 'node:worker_threads'

export interface ParentWatchData {
  /** The process that started the worker. */
  readonly parent: number
}

const LOOK_MILLISECONDS = 1000
/** So long the main thread has to give back what it holds and to end by itself. */
const GRACE_LOOKS = 5

// what worker-process.ts puts there
const { parent } = workerData as ParentWatchData
let looks = 0
for await (const _ of setInterval(LOOK_MILLISECONDS)) {
  // an orphan has another parent
  if (process.ppid === parent) continue
  looks += 1
  if (looks > GRACE_LOOKS) process.kill(process.pid, 'SIGKILL')
}
