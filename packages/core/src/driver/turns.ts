/** Lets one after another use something that serves one at a time, in the order in which they asked. */
export class Turns {
  #last: Promise<void> = Promise.resolve()

  /** Waits for a turn and returns the function that ends it. Aborting gives the place in the queue up. */
  async take(signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted()
    const before = this.#last
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#last = before.then(() => promise)
    if (!signal) {
      await before
      return resolve
    }
    const aborted = Promise.withResolvers<never>()
    const stop = () => aborted.reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    try {
      await Promise.race([before, aborted.promise])
      return resolve
    } catch (error) {
      resolve()
      throw error
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }
}
