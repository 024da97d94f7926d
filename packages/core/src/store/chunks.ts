import { setImmediate } from 'node:timers/promises'
import { pulled } from '../driver/abort.ts'
import type { ObjectContent } from './store.ts'

/** Bytes handed on at once: small enough to stop between two, large enough to cost nothing. */
export const chunkSize = 2 ** 20

/** Content in pieces of bounded size; rejects with the signal's reason as soon as it aborts. */
export async function* chunksOf(content: ObjectContent, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  if (!(content instanceof Uint8Array)) {
    for await (const piece of pulled(content, signal)) yield* slices(piece)
    return
  }
  for (const slice of slices(content)) {
    signal?.throwIfAborted()
    yield slice
    await setImmediate()
  }
  signal?.throwIfAborted()
}

function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += chunkSize) yield bytes.subarray(start, start + chunkSize)
}
