/** A pipeline for worker processes: where it is kept, and what its makes do, stands in the environment. */
import { mkdir } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { type DatabaseSettings, definePipeline, defineSchema } from '../src/index.ts'

/** What the tests write into `WORKER_TEST`, as JSON. */
export interface WorkerTest {
  readonly database: DatabaseSettings
  readonly prefix: string
  /** How long each make waits. */
  readonly milliseconds: number
  /** How long the make of the first key keeps the thread busy. */
  readonly busyMilliseconds?: number
  /** A folder that is not there: the process that does not make it starts later than the one that does (ms). */
  readonly late?: { readonly folder: string; readonly milliseconds: number }
  /** The make of this key fails. */
  readonly failing?: number
}

// written by the tests
export const given = JSON.parse(process.env['WORKER_TEST'] ?? '') as WorkerTest
const { database, prefix, milliseconds, busyMilliseconds = 0, failing, late } = given
// not in the test itself, which imports it too
if (late && process.send && process.argv[1]?.includes('worker-process')) {
  const isFirst = await mkdir(late.folder).then(
    () => true,
    () => false,
  )
  if (!isFirst) await sleep(late.milliseconds)
}

const schema = defineSchema(`${prefix}worker`)

export const Sample = schema.manual('Sample', {}, 'sample : int32')

/** Who made it stands in the row; its parts say that the row is whole. */
export const Result = schema.computed('Result', { Sample }, '-> Sample\n---\nvalue : int32\npid : int32', {
  parts: { Half: [{}, '-> master\nhalf : int8'] },
  fetch: (key, db) => db(Sample).forKey(key).fetch1(),
  compute: async ({ sample }, { signal, progress }) => {
    if (sample === failing) throw new RangeError('bad file')
    if (sample === 0 && busyMilliseconds > 0) {
      for (const end = performance.now() + busyMilliseconds; performance.now() < end;);
    }
    progress(0.5)
    await sleep(milliseconds, undefined, { signal })
    return { row: { value: sample, pid: process.pid }, parts: { Half: [{ half: 1 }, { half: 2 }] } }
  },
})

export const Sum = schema.computed('Sum', { Result }, '-> Result\n---\ntotal : int32', {
  fetch: (key, db) => db(Result).forKey(key).fetch1(),
  compute: ({ value }) => ({ row: { total: value + 1 } }),
})

export const pipeline = definePipeline({ schemas: [schema], tables: { results: { Result, Sum } }, database })
