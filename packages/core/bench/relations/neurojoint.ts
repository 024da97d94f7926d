import {
  type AnyTable,
  type Database,
  type DatabaseSettings,
  declare,
  definePipeline,
  defineSchema,
  planDeclare,
} from '../../src/index.ts'
import {
  type Contestant,
  FAMILIES,
  KEYS,
  LEVELS,
  type Operation,
  SAMPLES,
  sampleAt,
  TABLES,
  time,
} from './operations.ts'

const schema = defineSchema('bench_neurojoint')

const Sample = schema.manual(
  'Sample',
  {},
  `
  sample : int32
  ---
  sample_time : float64
  channel : int16
  label : varchar(16)
  taken_at : datetime
`,
)
const Subject = schema.manual('Subject', {}, 'subject : int32')
const Session = schema.manual('Session', { Subject }, '-> Subject\nsession : int32')
const Trial = schema.manual('Trial', { Session }, '-> Session\ntrial : int32\n---\noutcome : int16')
const Parent = schema.manual('Parent', {}, 'parent : int32')
const Child = schema.manual('Child', { Parent }, '-> Parent\nchild : int32\n---\nvalue : float64')

/** A schema of many tables, each of which refers to one before it. */
export const many = defineSchema('bench_tables')
let last: AnyTable = many.manual('T0', {}, 'subject : varchar(8)\n---\nvalue = null : float32')
const first = last
for (let table = 1; table < TABLES; table += 1) {
  const parent = table % 8 === 1 ? first : last
  const definition: string = `-> Above\nkey_${table} : int16\n---\nvalue = null : float32  # (Hz)\nkind = 'a' : enum('a', 'b')`
  last = many.manual(`T${table}`, { Above: parent }, definition)
}

/** This engine on one database, whose schemas it declares. */
export async function neurojoint(name: string, version: string, database: DatabaseSettings): Promise<Contestant> {
  const pipeline = definePipeline({ schemas: [schema, many], tables: {}, database })
  const db: Database = await pipeline.open()
  await declare(db, await planDeclare(db, pipeline.schemas))
  const samples = Array.from({ length: SAMPLES }, (_, sample) => sampleAt(sample))
  let nextParent = 0

  const fillSamples = async (): Promise<void> => {
    if (!(await db(Sample).exists())) await db(Sample).insert(samples)
  }

  const work: Readonly<Record<Operation, () => Promise<number | null>>> = {
    insert: async () => {
      await db(Sample).delete()
      return time(() => db(Sample).insert(samples))
    },
    'fetch-rows': async () => {
      await fillSamples()
      return time(() => db(Sample).fetch())
    },
    'fetch-columns': async () => {
      await fillSamples()
      return time(() => db(Sample).fetchColumns('sample', 'sample_time', 'channel', 'label', 'taken_at'))
    },
    'restrict-by-keys': async () => {
      await fillSamples()
      const keys = Array.from({ length: KEYS }, (_, index) => ({ sample: index * 5 }))
      return time(() => db(Sample).restrict(keys).count())
    },
    'delete-levels': async () => {
      const { subjects, sessions, trials } = LEVELS
      const above = Array.from({ length: subjects }, (_, subject) => ({ subject }))
      const middle = above.flatMap((one) => Array.from({ length: sessions }, (_, session) => ({ ...one, session })))
      await db(Subject).insert(above)
      await db(Session).insert(middle)
      await db(Trial).insert(
        middle.flatMap((one) => Array.from({ length: trials }, (_, trial) => ({ ...one, trial, outcome: trial % 3 }))),
      )
      return time(() => db(Subject).delete())
    },
    'delete-among-many': async () => {
      const { parents, children } = FAMILIES
      if (nextParent === 0) {
        await db(Parent).insert(Array.from({ length: parents }, (_, parent) => ({ parent })))
        for (let parent = 0; parent < parents; parent += 1) {
          await db(Child).insert(Array.from({ length: children }, (_, child) => ({ parent, child, value: child / 7 })))
        }
      }
      const parent = nextParent
      nextParent += 1
      return time(() => db(Parent).restrict({ parent }).delete())
    },
    open: async () =>
      time(async () => {
        await using opened = await definePipeline({ schemas: [many], tables: {}, database }).open()
        void opened
      }),
  }
  return { name, version, run: (operation) => work[operation](), close: () => db.close() }
}
