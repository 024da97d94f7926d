import { WorkerProcessError } from './worker-errors.ts'
import type { WorkEvent, WorkResult } from './work.ts'
import type { PlainWorkerOptions } from './worker-options.ts'

/** What a process is told. */
export type ToProcess =
  | {
      readonly kind: 'work'
      readonly module: string
      readonly options: PlainWorkerOptions
      readonly events: boolean
      /** Another one has had the database: it was there, and is waited for. */
      readonly waits: boolean
    }
  | { readonly kind: 'stop'; readonly reason: string }

/** What a process tells. */
export type FromProcess =
  /** It has the database. */
  | { readonly kind: 'opened' }
  | { readonly kind: 'event'; readonly event: Sent<WorkEvent> }
  | { readonly kind: 'done'; readonly result: SentResult }
  | { readonly kind: 'failed'; readonly error: SentError }

/** An error as it is sent: a class is not known on the other side. */
interface SentError {
  readonly sent: 'error'
  readonly name: string
  readonly message: string
  readonly stack: string
  readonly code: string | null
}

type Sent<E> = E extends { readonly error: unknown } ? Omit<E, 'error'> & { readonly error: SentError } : E

interface SentResult extends Omit<WorkResult, 'failed'> {
  readonly failed: readonly { readonly table: string; readonly key: object; readonly error: SentError }[]
}

export const sendEvent = (event: WorkEvent): Sent<WorkEvent> =>
  'error' in event ? { ...event, error: sendError(event.error) } : event

export const receiveEvent = (event: Sent<WorkEvent>): WorkEvent =>
  'error' in event ? { ...event, error: receiveError(event.error) } : event

export const sendResult = (result: WorkResult): SentResult => ({
  ...result,
  failed: result.failed.map(({ table, key, error }) => ({ table, key, error: sendError(error) })),
})

export const receiveResult = (result: SentResult): WorkResult => ({
  ...result,
  failed: result.failed.map(({ table, key, error }) => ({ table, key, error: receiveError(error) })),
})

export function sendError(error: unknown): SentError {
  const given = error instanceof Error ? error : new Error(String(error))
  const code = 'code' in given && typeof given.code === 'string' ? given.code : null
  return { sent: 'error', name: given.name, message: given.message, stack: given.stack ?? '', code }
}

export function receiveError({ name, message, stack, code }: SentError): Error {
  const there = Object.assign(new Error(message), { name, stack })
  return code === null ? there : new WorkerProcessError(code, message, there)
}
