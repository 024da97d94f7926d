/** Keys that are made one by one, each of them trivial. */
export const MAKES = 1000
/** Keys that a refresh finds. */
export const REFRESHED = 2000
/** Makes that wait, and how long. */
export const WAITING_MAKES = 1000
export const WAIT_MILLISECONDS = 50
export const WORKERS = 8
/** How many jobs are in the queue when keys are claimed from it. */
export const QUEUE_LENGTHS = [1000, 10_000, 100_000] as const

export interface Server {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
}

/** Seconds that `work` takes. */
export async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.trunc(sorted.length / 2)] ?? NaN
}
