import type { PopulateEvent } from '../populate/event.ts'

/** What happens while workers work. `worker` is the id of the process that does. */
export type WorkerEvent = (PopulateEvent | ProcessEvent) & { readonly worker: number }

type ProcessEvent =
  | { readonly kind: 'worker-started' }
  | { readonly kind: 'worker-ended' }
  /** It was killed, or broke; `replaced`: another one is started in its place. What it held is taken over by others. */
  | { readonly kind: 'worker-died'; readonly how: string; readonly replaced: boolean }
  /** For keys that are due later or held by others (`keys`), or for a database that cannot be reached. */
  | { readonly kind: 'waiting'; readonly for: 'keys' | 'database'; readonly seconds: number }
