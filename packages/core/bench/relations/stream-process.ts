/** Inserts a million rows from a generator and streams them; prints how many came and what memory that took (MiB). */
import { type DatabaseSettings, declare, definePipeline, defineSchema, planDeclare } from '../../src/index.ts'

const ROWS = 1_000_000
// the settings that main.ts wrote
const database = JSON.parse(process.argv[2] ?? '') as DatabaseSettings
const schema = defineSchema('bench_stream')
const Sample = schema.manual('Sample', {}, 'sample : int32\n---\nsample_time : float64\nlabel : varchar(16)')

await using db = await definePipeline({ schemas: [schema], tables: {}, database }).open()
await declare(db, await planDeclare(db, [schema]))
await db(Sample).insert(generate())

const memory = (): number => process.memoryUsage.rss() / 2 ** 20
const before = memory()
let peak = before
let rows = 0
for await (const { sample } of db(Sample).stream()) {
  if (sample % 1000 === 0) peak = Math.max(peak, memory())
  rows += 1
}
console.log(JSON.stringify({ rows, before, peak }))

function* generate() {
  for (let sample = 0; sample < ROWS; sample += 1) {
    yield { sample, sample_time: sample / 30_000, label: `label ${sample % 100}` }
  }
}
