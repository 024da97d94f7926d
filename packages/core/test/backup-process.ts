import { definePipeline } from '../src/index.ts'
import { pairSchemas } from './backup-tables.ts'

/** Writes pairs of rows, one in each table, in one transaction each, until it is killed. */
const [path = '', name = ''] = process.argv.slice(2)
const { schema, Left, Right } = pairSchemas(name)
const db = await definePipeline({ schemas: [schema], tables: {}, database: { kind: 'sqlite', path } }).open()
console.info('writing')
for (let n = (await db(Left).count()) + 1; ; n++) {
  await db.transaction(async (transaction) => {
    await transaction(Left).insert([{ n, text: 'x'.repeat(2000) }])
    await transaction(Right).insert([{ n }])
  })
}
