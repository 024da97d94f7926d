import { setImmediate } from 'node:timers/promises'
import type { OperationOptions } from '../dsp.ts'

const restInterval = 12 // (ms) the longest the event loop waits for a slice of work, about
const reportInterval = 100 // (ms)

/** Lets work on the event loop's thread be watched and stopped: `if (attention.due()) await attention.rest(fraction)`. */
export class Attention {
  readonly #options: OperationOptions
  #rested = performance.now()
  #reported = performance.now()

  constructor(options: OperationOptions) {
    this.#options = options
    options.signal?.throwIfAborted()
  }

  /** Whether the work has gone on for long enough without a rest. */
  due(): boolean {
    return performance.now() - this.#rested >= restInterval
  }

  /** Reports, gives way to the event loop, and throws the signal's reason if the work is not wanted any more. */
  async rest(fraction: number): Promise<void> {
    const { signal, onProgress } = this.#options
    if (performance.now() - this.#reported >= reportInterval) {
      this.#reported = performance.now()
      onProgress?.(fraction)
    }
    await setImmediate()
    signal?.throwIfAborted()
    this.#rested = performance.now()
  }

  /** Reports the end. */
  finish(): void {
    this.#options.signal?.throwIfAborted()
    this.#options.onProgress?.(1)
  }
}
