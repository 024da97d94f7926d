import { afterAll, test } from 'vitest'
import { defineSchema } from '../src/index.ts'
import { temporaryPipeline } from '../src/testing/index.ts'

const ROWS = 20_000
const schema = defineSchema('bench')
const Event = schema.manual(
  'Event',
  {},
  `
  event : int32
  ---
  event_time : float64
  event_type : varchar(16)
`,
)
const rows = Array.from({ length: ROWS }, (_, event) => ({ event, event_time: event / 30, event_type: 'lick' }))
const pipeline = await temporaryPipeline({ schemas: [schema] })
const { db } = pipeline
await db(Event).insert(rows)

afterAll(() => pipeline[Symbol.asyncDispose]())

test(`${ROWS} rows on SQLite`, async ({ bench }) => {
  await bench.compare(
    bench('insert', async () => {
      await using other = await temporaryPipeline({ schemas: [schema] })
      await other.db(Event).insert(rows)
    }),
    bench('fetch', async () => {
      await db(Event).fetch()
    }),
    bench('restrict by as many keys', async () => {
      await db(Event)
        .restrict(rows.map(({ event }) => ({ event })))
        .count()
    }),
    { iterations: 5, warmupIterations: 1, time: 0 },
  )
}, 120_000)
