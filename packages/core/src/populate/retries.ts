import { pause } from '../driver/abort.ts'

/** Keys that are tried again are kept in memory; when there are more, no new ones are begun before. */
const MOST = 1000

/** What waits to be tried again, each until its time has come. */
export class Retries<T> {
  readonly #waiting: { readonly due: number; readonly item: T }[] = []

  add(item: T, afterSeconds: number): void {
    const due = performance.now() + 1000 * afterSeconds
    const place = this.#waiting.findIndex((other) => other.due > due)
    this.#waiting.splice(place < 0 ? this.#waiting.length : place, 0, { due, item })
  }

  get empty(): boolean {
    return this.#waiting.length === 0
  }

  get full(): boolean {
    return this.#waiting.length >= MOST
  }

  /** One whose time has come. */
  due(): T | null {
    const [first] = this.#waiting
    if (!first || first.due > performance.now()) return null
    this.#waiting.shift()
    return first.item
  }

  /** Forgets those whose time has come. */
  dropDue(): void {
    const now = performance.now()
    const later = this.#waiting.findIndex(({ due }) => due > now)
    this.#waiting.splice(0, later < 0 ? this.#waiting.length : later)
  }

  /** Waits for the first. */
  async wait(signal: AbortSignal): Promise<void> {
    const [first] = this.#waiting
    // a timer may ring a little early
    if (first) await pause(Math.max(1, Math.ceil(first.due - performance.now())), signal)
  }
}
