import { type DatabaseSettings, declare, definePipeline, defineSchema, planDeclare } from '../../src/index.ts'
import { BLOBS, type Contestant, type Operation, randomDoubles, time, traces } from './operations.ts'

const schema = defineSchema('bench_blobs')
const definition = 'recording : int32\n---\nvalues : <blob>'
const Random = schema.manual('Random', {}, definition)
const Trace = schema.manual('Trace', {}, definition)

/** This engine on one database. */
export async function neurojoint(name: string, version: string, database: DatabaseSettings): Promise<Contestant> {
  const pipeline = definePipeline({ schemas: [schema], tables: {}, database })
  const db = await pipeline.open()
  await declare(db, await planDeclare(db, pipeline.schemas))
  const rowsOf = (values: () => unknown) =>
    Array.from({ length: BLOBS }, (_, recording) => ({ recording, values: values() }))
  const [random, trace] = [rowsOf(randomDoubles), rowsOf(traces)]
  const insert = async (table: typeof Random, rows: typeof random): Promise<number> => {
    await db(table).delete()
    return time(() => db(table).insert(rows))
  }
  const work: Readonly<Record<Operation, () => Promise<number>>> = {
    'random-in': () => insert(Random, random),
    'random-out': () => time(() => db(Random).fetch()),
    'traces-in': () => insert(Trace, trace),
    'traces-out': () => time(() => db(Trace).fetch()),
  }
  return { name, version, run: (operation) => work[operation](), close: () => db.close() }
}
