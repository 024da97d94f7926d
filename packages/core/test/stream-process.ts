import { type DatabaseSettings, definePipeline } from '../src/index.ts'
import { millionSchema } from './million.ts'

// what stream.test.ts wrote
const { database, prefix, how } = JSON.parse(process.argv[2] ?? '') as {
  readonly database: DatabaseSettings
  readonly prefix: string
  readonly how: 'stream' | 'fetch'
}
const { schema, Left, Right } = millionSchema(prefix)
await using db = await definePipeline({ schemas: [schema], tables: {}, database }).open()
const million = db(Left).join(Right)
let rows = 0
let sum = 0
for await (const { left, right } of how === 'stream' ? million.stream() : await million.fetch()) {
  rows += 1
  sum += left + right
}
console.log(JSON.stringify({ rows, sum }))
