import { pause } from '../../driver/abort.ts'
import { DatabaseBusyError } from '../../driver/errors.ts'
import { isBusy } from './errors.ts'

/** How long to wait, in all, while another process holds the file's lock. */
const PATIENCE_SECONDS = 60

/** Repeats what failed because another process holds the file's lock, at growing and uneven intervals. */
export async function patiently<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  signal?.throwIfAborted()
  const start = performance.now()
  for (let attempt = 0; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!isBusy(error)) throw error
      const waitedSeconds = (performance.now() - start) / 1000
      if (waitedSeconds > PATIENCE_SECONDS) throw new DatabaseBusyError(Math.round(waitedSeconds), error)
      await pause(Math.min(100, 2 ** attempt) * (0.5 + Math.random()), signal)
    }
  }
}
