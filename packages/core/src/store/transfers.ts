import { eitherSignal, untilAborted } from '../driver/abort.ts'

export interface TransferLimits {
  /** How many are under way at once; 8 unless given. */
  readonly concurrency?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Does `work` with every item, a bounded number at once, and gives the results in the order of the items. What fails
 * first is thrown once the others have ended, which are told by their signal to stop; no more are begun.
 */
export async function transferAll<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  work: (item: Item, signal: AbortSignal) => Promise<Result>,
  { concurrency = 8, signal }: TransferLimits = {},
): Promise<Result[]> {
  const failing = new AbortController()
  const stop = eitherSignal(signal, failing.signal)
  const results: Result[] = []
  const source = turns(items)
  let begun = 0
  const lane = async (): Promise<void> => {
    for (;;) {
      stop.throwIfAborted()
      const { done, value } = await untilAborted(source.next(), stop)
      if (done === true) return
      const at = begun++
      results[at] = await work(value, stop)
    }
  }
  const lanes = Array.from({ length: Math.max(1, concurrency) }, async () => {
    try {
      await lane()
    } catch (error) {
      failing.abort(error)
      throw error
    }
  })
  await Promise.allSettled(lanes)
  // not awaited: a source that is stuck would answer only with its next item
  if (stop.aborted) void source.return(undefined).catch(() => undefined)
  signal?.throwIfAborted()
  failing.signal.throwIfAborted()
  return results
}

/** The calls of an asynchronous generator wait for each other, so that every lane may call it. */
async function* turns<Item>(items: Iterable<Item> | AsyncIterable<Item>): AsyncGenerator<Item, undefined> {
  yield* items
  return undefined
}
