/** What every contestant does, in this order; the values are made outside of the time taken. */
export const operations = ['random-in', 'random-out', 'traces-in', 'traces-out'] as const

export type Operation = (typeof operations)[number]

/** How an operation is called in the table of results. */
export const titles: Readonly<Record<Operation, string>> = {
  'random-in': 'insert 500 blobs of 80 kB of random doubles',
  'random-out': 'fetch them',
  'traces-in': 'insert 500 blobs of 80 kB of traces, which compress',
  'traces-out': 'fetch them',
}

export const BLOBS = 500
export const BYTES = 80_000

/** One way to work with the database, compared with the others. */
export interface Contestant {
  readonly name: string
  readonly version: string
  /** Prepares and does one operation; the seconds that the operation itself took. */
  run(operation: Operation): Promise<number>
  close(): Promise<void>
}

export interface Server {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
}

/** Doubles that no compression makes a tenth smaller. */
export const randomDoubles = (): Float64Array => Float64Array.from({ length: BYTES / 8 }, Math.random)

/** Noise of an amplifier in the steps of its converter. */
export const traces = (): Int16Array =>
  Int16Array.from({ length: BYTES / 2 }, () =>
    Math.round(30 * Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random())),
  )

/** Seconds that `work` takes. */
export async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}
