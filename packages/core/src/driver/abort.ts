import { setTimeout as delay } from 'node:timers/promises'

/** Settles as `work` does, or rejects with the signal's reason as soon as it aborts; `work` itself goes on. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}

/** A signal that aborts as soon as one of them does. */
export const eitherSignal = (one: AbortSignal | undefined, other: AbortSignal): AbortSignal =>
  one && one !== other ? AbortSignal.any([one, other]) : other

export async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(milliseconds, undefined, signal ? { signal } : {})
  } catch (error) {
    throw signal?.aborted ? signal.reason : error
  }
}

/** The members of an iterable as they come; when the signal aborts, its reason at once, also while one is awaited. */
export async function* pulled<T>(values: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncGenerator<T> {
  const iterator = values[Symbol.asyncIterator]()
  let ended = false
  try {
    for (;;) {
      const { done = false, value } = await untilAborted(iterator.next(), signal)
      ended = done
      if (ended) return
      yield value
    }
  } finally {
    // not awaited: one that is stuck would answer only when it gives its next member
    if (!ended) void Promise.resolve(iterator.return?.()).catch(() => {})
  }
}
