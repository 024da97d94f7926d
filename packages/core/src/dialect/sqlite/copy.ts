import { Worker } from 'node:worker_threads'
import { threadOptions, workerEntry } from '../../driver/worker-entry.ts'

/** Handed to the thread that copies. */
export interface CopyWorkerData {
  readonly from: string
  readonly to: string
}

export type CopyReport =
  | { readonly kind: 'progress'; readonly done: number; readonly pages: number }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly message: string }

interface CopyOptions {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: { readonly done: number; readonly pages: number }) => void) | undefined
}

/** Copies a file as it is at this moment, in a thread of its own; rejects with the signal's reason when that aborts. */
export async function copyFile(from: string, to: string, { signal, onProgress }: CopyOptions): Promise<void> {
  signal?.throwIfAborted()
  const worker = new Worker(workerEntry('dialect/sqlite/copy-worker'), {
    workerData: { from, to } satisfies CopyWorkerData,
    name: 'sqlite copy',
    ...threadOptions(process.execArgv),
  })
  // the thread looks between two steps, and then gives up
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  const stop = (): void => worker.postMessage('stop')
  signal?.addEventListener('abort', stop, { once: true })
  try {
    await new Promise<void>((resolve, reject) => {
      worker.on('message', (report: CopyReport) => {
        if (report.kind === 'progress') {
          try {
            onProgress?.({ done: report.done, pages: report.pages })
          } catch (error) {
            stop()
            reject(error)
          }
        } else if (report.kind === 'failed') reject(new Error(report.message))
        else resolve()
      })
      worker.on('error', reject)
      worker.on('exit', () => reject(new Error('the thread that copies has ended')))
    })
  } finally {
    signal?.removeEventListener('abort', stop)
    if (worker.threadId !== -1) await new Promise((resolve) => worker.once('exit', resolve))
  }
  signal?.throwIfAborted()
}
