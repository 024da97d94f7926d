import { TimeLimitError } from './errors.ts'

/** How long a make may take to stop after its signal has told it to. */
const GRACE_MILLISECONDS = 2000

/** What ends a make early. */
export interface Bounds {
  readonly table: string
  readonly key: object
  /** When it aborts, the make is to stop. */
  readonly signals: readonly AbortSignal[]
  readonly limitSeconds: number | null
}

/**
 * Does the work of a make within its bounds. One that does not stop when its signal tells it to is left to itself after a
 * moment, and what it gives then goes nowhere; nor is a result taken from one that never looked.
 */
export async function withinBounds<T>(bounds: Bounds, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { table, key, signals, limitSeconds } = bounds
  const controller = new AbortController()
  const started = performance.now()
  const tooLate = (ignored: boolean) => new TimeLimitError(table, key, limitSeconds ?? 0, ignored)
  const { promise: abandoned, reject: abandon } = Promise.withResolvers<never>()
  let grace: NodeJS.Timeout | null = null
  const stop = (reason: unknown): void => {
    if (controller.signal.aborted) return
    controller.abort(reason)
    const left = reason instanceof TimeLimitError ? tooLate(true) : reason
    grace = setTimeout(() => abandon(left), GRACE_MILLISECONDS)
  }
  const limit = limitSeconds === null ? null : setTimeout(() => stop(tooLate(false)), limitSeconds * 1000)
  const listeners = signals.map((signal) => {
    const listener = (): void => stop(signal.reason)
    signal.addEventListener('abort', listener, { once: true })
    if (signal.aborted) listener()
    return () => signal.removeEventListener('abort', listener)
  })
  try {
    controller.signal.throwIfAborted()
    const working = work(controller.signal)
    // when it is left to itself, its failure is nobody's
    working.catch(() => {})
    const result = await Promise.race([working, abandoned])
    controller.signal.throwIfAborted()
    // one that kept the thread busy has kept the timer from ringing
    if (limitSeconds !== null && performance.now() - started > limitSeconds * 1000) throw tooLate(true)
    return result
  } catch (error) {
    // what the make threw because it was told to stop is no reason of its own
    if (controller.signal.aborted && !(error instanceof TimeLimitError)) throw controller.signal.reason
    throw error
  } finally {
    clearTimeout(limit ?? undefined)
    clearTimeout(grace ?? undefined)
    for (const remove of listeners) remove()
  }
}
