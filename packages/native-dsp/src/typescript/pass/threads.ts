import { startThread, type Thread } from './thread.ts'
import type { Request, Results, Task, ThreadStart } from './protocol.ts'

/** The threads of a pass: started when they are needed, kept until it is closed. */
export interface Threads {
  /** Does a task on the thread with the least work, of at most so many. */
  run<T extends Task>(task: T, request: Pick<Request, 'flag' | 'counts'>, most: number): Promise<Results[T['kind']]>
  close(): Promise<void>
}

export function createThreads(start: ThreadStart): Threads {
  let threads: Thread[] = []
  return {
    run(task, request, most) {
      threads = threads.filter(({ ended }) => !ended)
      let thread = threads.slice(0, most).toSorted((a, b) => a.load - b.load)[0]
      if (!thread || (thread.load > 0 && threads.length < most)) {
        thread = startThread(start)
        threads.push(thread)
      }
      // a task is answered with the result of its kind
      return thread.ask({ task, ...request }) as Promise<Results[(typeof task)['kind']]>
    },
    async close() {
      await Promise.all(threads.map((thread) => thread.close()))
    },
  }
}
