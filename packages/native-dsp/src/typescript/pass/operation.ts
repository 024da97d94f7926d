import type { OperationOptions } from '../../dsp.ts'
import { CancelledError } from './failure.ts'

const reportInterval = 100 // (ms)

/** One call's work under the caller's signal and progress function. */
export interface Operation {
  /** The first word becomes 1 when the work is not wanted any more. */
  readonly flag: Int32Array<SharedArrayBuffer>
  /** So many more steps are to be done. */
  expect(steps: number): void
  /** One step is done. */
  step(): void
  /**
   * Does `count` jobs, so many at a time, and returns their results in order. After a failure or an abort it waits for
   * those under way, and starts no other.
   */
  each<T>(count: number, atOnce: number, job: (index: number) => Promise<T>): Promise<T[]>
}

/**
 * Runs `work`; rejects with what `onProgress` threw, or the signal's reason, when that ended it.
 *
 * @param stays whether what `work` has done is there for others: then an abort that comes after it is too late
 */
export async function runOperation<T>(
  { signal, onProgress }: OperationOptions,
  work: (operation: Operation) => Promise<T>,
  stays = false,
): Promise<T> {
  signal?.throwIfAborted()
  const flag = new Int32Array(new SharedArrayBuffer(4))
  let refused: { readonly reason: unknown } | null = null
  let [expected, done, reported] = [0, 0, performance.now()]
  const cancel = (): void => void Atomics.store(flag, 0, 1)
  const report = (fraction: number): void => {
    if (refused) return
    try {
      onProgress?.(fraction)
    } catch (reason) {
      refused = { reason }
      cancel()
    }
  }
  const operation: Operation = {
    flag,
    expect: (steps) => (expected += steps),
    step() {
      done++
      const now = performance.now()
      if (now - reported < reportInterval || done >= expected) return
      reported = now
      report(done / expected)
    },
    async each(count, atOnce, job) {
      const results: Awaited<ReturnType<typeof job>>[] = []
      let [next, failed] = [0, false]
      const lane = async (): Promise<void> => {
        while (next < count && !failed) {
          if (Atomics.load(flag, 0) !== 0) throw new CancelledError()
          const index = next++
          try {
            results[index] = await job(index)
            operation.step()
          } catch (error) {
            failed = true
            // the other threads need not end what is of no use
            cancel()
            throw error
          }
        }
      }
      const lanes = await Promise.allSettled(Array.from({ length: Math.min(atOnce, count) }, lane))
      const failures: readonly unknown[] = lanes.flatMap((settled) =>
        settled.status === 'rejected' ? [settled.reason] : [],
      )
      if (failures.length > 0) throw failures.find((error) => !(error instanceof CancelledError)) ?? failures[0]
      return results
    },
  }
  signal?.addEventListener('abort', cancel, { once: true })
  try {
    const result = await work(operation)
    if (refused) throw refused
    if (!stays) signal?.throwIfAborted()
    onProgress?.(1)
    return result
  } catch (error) {
    throw reasonOf(refused, signal, error)
  } finally {
    signal?.removeEventListener('abort', cancel)
  }
}

function reasonOf(
  refused: { readonly reason: unknown } | null,
  signal: AbortSignal | undefined,
  error: unknown,
): unknown {
  if (refused) return refused.reason
  return signal?.aborted ? signal.reason : error
}
