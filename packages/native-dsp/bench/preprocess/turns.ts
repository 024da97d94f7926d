import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collectGarbage: unknown = runInNewContext('gc')

export interface Contestant {
  readonly name: string
  /** Does it once; the seconds that it took. */
  readonly run: () => Promise<number>
}

export interface Timing {
  /** (s) */
  readonly best: number
  readonly median: number
}

/**
 * Lets the contestants work by turns, so that all meet the same machine; the first turn warms up and is not counted. What
 * the last one left is collected before the clock starts: its memory is used again, as it is where one works on.
 */
export async function takeTurns(
  contestants: readonly Contestant[],
  turns: number,
): Promise<ReadonlyMap<string, Timing>> {
  const taken = new Map<string, number[]>(contestants.map(({ name }) => [name, []]))
  for (let turn = 0; turn <= turns; turn += 1) {
    for (const { name, run } of contestants) {
      if (typeof collectGarbage === 'function') collectGarbage()
      const seconds = await run()
      if (turn > 0) taken.get(name)?.push(seconds)
    }
  }
  for (const [name, seconds] of taken) console.error(name, seconds.map((one) => one.toFixed(4)).join(' '))
  return new Map([...taken].map(([name, seconds]) => [name, timingOf(seconds)]))
}

function timingOf(seconds: readonly number[]): Timing {
  const sorted = seconds.toSorted((a, b) => a - b)
  return { best: sorted[0] ?? Number.NaN, median: sorted[Math.trunc(sorted.length / 2)] ?? Number.NaN }
}

/** Seconds that `work` takes. */
export async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}
