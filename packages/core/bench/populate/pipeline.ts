/** The pipeline of the benchmark, which its worker processes import: where it is kept stands in the environment. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type DatabaseSettings, definePipeline, defineSchema, lt } from '../../src/index.ts'
import { MAKES, WAIT_MILLISECONDS, WAITING_MAKES } from './operations.ts'

const schema = defineSchema('bench_neurojoint')

export const Sample = schema.manual('Sample', {}, 'sample : int32')

const trivial = {
  fetch: (key: { readonly sample: number }) => key.sample,
  compute: (sample: number) => ({ row: { value: sample } }),
}

export const Result = schema.computed('Result', { Sample }, '-> Sample\n---\nvalue : int32', {
  keySource: (db) => db(Sample).restrict({ sample: lt(MAKES) }),
  ...trivial,
})

export const Refreshed = schema.computed('Refreshed', { Sample }, '-> Sample\n---\nvalue : int32', trivial)

export const Waited = schema.computed('Waited', { Sample }, '-> Sample\n---\nvalue : int32', {
  ...trivial,
  keySource: (db) => db(Sample).restrict({ sample: lt(WAITING_MAKES) }),
  compute: async (sample, { signal }) => {
    await sleep(WAIT_MILLISECONDS, undefined, { signal })
    return { row: { value: sample } }
  },
})

// main.ts writes it there
const database = JSON.parse(process.env['BENCH_DATABASE'] ?? '') as DatabaseSettings

export const pipeline = definePipeline({ schemas: [schema], tables: { Sample, Result, Refreshed, Waited }, database })
