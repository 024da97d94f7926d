import type { OperationOptions } from '../dsp.ts'
import {
  FileError,
  InvalidParameterError,
  NativeOperationError,
  RaggedFramesError,
  TruncatedFileError,
  WrongLengthError,
} from '../errors.ts'
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

/** The binding writes a code and its facts into its messages. */
export function translate(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const [code = '', ...facts] = error.message.split('\u001F')
  const [first = '', second = '', third = ''] = facts
  switch (code) {
    case 'ragged-frames':
      return new RaggedFramesError(Number(first), Number(second))
    case 'invalid-parameter':
      // Rust's word for Infinity
      return new InvalidParameterError(first, Number(second.replace('inf', 'Infinity')), third)
    case 'wrong-length':
      return new WrongLengthError(first, Number(second), Number(third))
    case 'file':
      return new FileError(pathOf(facts, 1), first, error)
    case 'truncated-file':
      return new TruncatedFileError(pathOf(facts, 2), Number(first), Number(second))
    case 'cancelled':
    case 'panic':
      return new NativeOperationError(code, first, error)
    default:
      return error
  }
}

/** The last fact, which may have anything in it. */
const pathOf = (facts: readonly string[], at: number): string => facts.slice(at).join('\u001F')
