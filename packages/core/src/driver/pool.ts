import { pause, untilAborted } from './abort.ts'
import { ConnectionClosedError, ConnectionsHeldError } from './connection-errors.ts'

interface Waiting {
  readonly reserve: number
  admit(): void
}

/** How the things of a pool come and go. */
export interface PoolOptions<T> {
  /** The most that are open at once. */
  readonly limit: number
  readonly open: () => Promise<T>
  readonly close: (item: T) => Promise<void>
  /** Whether one that lay idle can be used. */
  readonly usable: (item: T) => boolean | Promise<boolean>
  /** Whether what could not be opened is tried again, so many milliseconds after it was asked for first. */
  readonly again?: (error: unknown, milliseconds: number) => boolean
  /** How long one is waited for where none of those that are held for long is given back; a minute where this is left out. */
  readonly patienceSeconds?: number
}

const PATIENCE_SECONDS = 60

/** The longest pause between two attempts to open one. */
const PAUSE_MILLISECONDS = 2000

/** Things that are dear to open, each used by one at a time and kept for the next. */
export class Pool<T> {
  readonly #options: PoolOptions<T>
  readonly #idle: T[] = []
  readonly #waiting: Waiting[] = []
  readonly #givenUp = new AbortController()
  /** Those whose holders leave some to others: they may need another one before they end. */
  readonly #held = new Set<T>()
  #used = 0
  #heldUntil = 0
  #closed = false

  constructor(options: PoolOptions<T>) {
    this.#options = options
  }

  /**
   * Waits for one, in turn. `reserve` are left for those who ask with a lower one, so that who holds one for long and
   * needs another meanwhile finds it; -Infinity asks for one beyond the limit, and 0 is of who ends without another one.
   * Aborting gives the place in the queue up. Of those that lie idle, one that `suits` is taken first.
   */
  async take(reserve: number, signal?: AbortSignal, suits: (item: T) => boolean = () => true): Promise<T> {
    signal?.throwIfAborted()
    if (this.#closed) throw new ConnectionClosedError()
    if (this.#admits(reserve) && !this.#waiting.some((one) => this.#admits(one.reserve))) this.#used++
    else await this.#wait(reserve, signal)
    const obtaining = this.#obtain(suits)
    try {
      const item = await untilAborted(obtaining, signal)
      if (reserve !== 0) this.#held.add(item)
      return item
    } catch (error) {
      // what comes after nobody waits for it any more serves others
      if (signal?.aborted) void obtaining.then((item) => this.give(item)).catch(() => {})
      throw error
    }
  }

  /** Gives one back for the next; one beyond the limit is not kept. */
  give(item: T): void {
    if (this.#closed || this.#used > this.#options.limit) return void this.drop(item).catch(() => {})
    this.#idle.push(item)
    this.#release(item)
  }

  /** One that was taken is of no use any more; its place is free. */
  async drop(item: T): Promise<void> {
    this.#release(item)
    await this.#options.close(item)
  }

  /** What cannot be opened now is tried no more. */
  giveUp(): void {
    this.#givenUp.abort()
  }

  /** Closes what lies idle; what is used has been given back before, and what still opens for nobody is closed when it has. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.#idle.splice(0).map((item) => this.#options.close(item)))
  }

  async #obtain(suits: (item: T) => boolean): Promise<T> {
    const start = performance.now()
    const gone = this.#givenUp.signal
    try {
      for (let attempt = 0; ;) {
        // where none suits, -1 is the last
        const [item] = this.#idle.splice(this.#idle.findLastIndex(suits), 1)
        if (item !== undefined) {
          if (await this.#options.usable(item)) return item
          await this.#options.close(item).catch(() => {})
          continue
        }
        try {
          return await this.#options.open()
        } catch (error) {
          if (gone.aborted || !this.#options.again?.(error, performance.now() - start)) throw error
          attempt += 1
          const longest = Math.min(PAUSE_MILLISECONDS, 25 * 2 ** attempt)
          // meanwhile another one may have come back
          await pause(longest * (0.5 + Math.random() / 2), gone).catch(() => {
            throw error
          })
        }
      }
    } catch (error) {
      this.#free()
      throw error
    }
  }

  #admits(reserve: number): boolean {
    return this.#used < this.#share(reserve)
  }

  #share(reserve: number): number {
    return Math.max(1, this.#options.limit - reserve)
  }

  #wait(reserve: number, signal: AbortSignal | undefined): Promise<void> {
    const { limit, patienceSeconds = PATIENCE_SECONDS } = this.#options
    const patience = patienceSeconds * 1000
    return new Promise((resolve, reject) => {
      const end = (): void => {
        signal?.removeEventListener('abort', stop)
        clearTimeout(timer)
      }
      const waiting: Waiting = {
        reserve,
        admit: () => {
          end()
          resolve()
        },
      }
      const leave = (reason: unknown): void => {
        end()
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
        reject(reason)
      }
      const stop = () => leave(signal?.reason)
      const begun = performance.now()
      const look = (): void => {
        const left = patience - (performance.now() - Math.max(begun, this.#heldUntil))
        // others end by themselves
        const isHeld = this.#held.size >= this.#share(reserve)
        if (left <= 0 && isHeld) leave(new ConnectionsHeldError(limit, patienceSeconds))
        else timer = setTimeout(look, left > 0 ? left : patience)
      }
      let timer = setTimeout(look, patience)
      signal?.addEventListener('abort', stop, { once: true })
      this.#waiting.push(waiting)
    })
  }

  #release(item: T): void {
    if (this.#held.delete(item)) this.#heldUntil = performance.now()
    this.#free()
  }

  #free(): void {
    this.#used--
    const next = this.#waiting.findIndex(({ reserve }) => this.#admits(reserve))
    if (next < 0) return
    this.#used++
    this.#waiting.splice(next, 1)[0]?.admit()
  }
}
