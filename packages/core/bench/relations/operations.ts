/** What every contestant does, in this order: each on tables of its own, prepared outside of the time taken. */
export const operations = [
  'insert',
  'fetch-rows',
  'fetch-columns',
  'restrict-by-keys',
  'delete-levels',
  'delete-among-many',
  'open',
] as const

export type Operation = (typeof operations)[number]

/** How an operation is called in the table of results. */
export const titles: Readonly<Record<Operation, string>> = {
  insert: 'insert 100,000 rows of five attributes',
  'fetch-rows': 'fetch them as rows',
  'fetch-columns': 'fetch them as columns',
  'restrict-by-keys': 'count a restriction by 20,000 keys',
  'delete-levels': 'delete 20,000 rows over three levels',
  'delete-among-many': 'delete 20,000 of 500,000 child rows, with their parent',
  open: 'open a schema of 200 tables',
}

export const SAMPLES = 100_000
export const KEYS = 20_000
export const TABLES = 200
/** Subjects, sessions of each, trials of each: 50 + 1,000 + 19,000 rows. */
export const LEVELS = { subjects: 50, sessions: 20, trials: 19 } as const
/** Parents, and children of each. */
export const FAMILIES = { parents: 25, children: 20_000 } as const

/** One way to work with the database, compared with the others. */
export interface Contestant {
  readonly name: string
  readonly version: string
  /** Prepares and does one operation; the seconds that the operation itself took, or `null` where it has none. */
  run(operation: Operation): Promise<number | null>
  close(): Promise<void>
}

export interface Server {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
}

/** The five attributes of one sample. */
export const sampleAt = (sample: number) => ({
  sample,
  sample_time: sample / 30_000,
  channel: sample % 384,
  label: `label ${sample % 100}`,
  taken_at: `2024-05-01 10:${String(Math.trunc(sample / 60) % 60).padStart(2, '0')}:${String(sample % 60).padStart(2, '0')}`,
})

/** Seconds that `work` takes. */
export async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}
