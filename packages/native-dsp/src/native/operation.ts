import type { OperationOptions } from '../dsp.ts'
import { NativeOperationError } from '../errors.ts'
import type { Binding, Control } from './binding.ts'

/**
 * Runs one operation of the binding under the caller's signal and progress function.
 *
 * A task that has started is stopped by its flag only; its promise settles when it really has stopped.
 *
 * @param stays whether what a task has done is there for others: then an abort that comes after it is too late
 */
export async function runOperation<T>(
  binding: Binding,
  { signal, onProgress }: OperationOptions,
  start: (...control: Control) => Promise<T>,
  stays = false,
): Promise<T> {
  signal?.throwIfAborted()
  const flag = new binding.CancelFlag()
  const cancel = (): void => flag.cancel()
  let running = true
  let reported = 0
  let refused: { readonly reason: unknown } | undefined

  // Progress is queued by another thread: it may come late, and a throw from here would reach nobody.
  const report = (fraction: number): void => {
    // the end is reported once, when all is done
    if (!running || refused || fraction <= reported || fraction >= 1) return
    reported = fraction
    try {
      onProgress?.(fraction)
    } catch (reason) {
      refused = { reason }
      cancel()
    }
  }

  signal?.addEventListener('abort', cancel, { once: true })
  try {
    const result = await start(flag, report).catch((error: unknown) => {
      throw translate(error)
    })
    if (refused) throw refused.reason
    if (!stays) signal?.throwIfAborted()
    running = false
    onProgress?.(1)
    return result
  } catch (error) {
    if (refused) throw refused.reason
    if (signal?.aborted) throw signal.reason
    throw error
  } finally {
    running = false
    signal?.removeEventListener('abort', cancel)
  }
}

/** The binding writes `code: sentence` into its messages. */
export function translate(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const [, code, message] = /^([a-z-]+): (.*)$/s.exec(error.message) ?? []
  return code !== undefined && message !== undefined ? new NativeOperationError(code, message, error) : error
}
