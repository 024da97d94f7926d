import { describe, expect, test } from 'vitest'
import { declare, definePipeline, defineSchema, planDeclare, readTables } from '../../src/index.ts'
import { type Peer, withEveryPython } from './servers.ts'

const core = `
  n : int32
  ---
  i8 = null : int8
  i16 = null : int16
  i64 = null : int64
  f32 = null : float32
  f64 = null : float64
  d = null : decimal(12, 4)
  b = null : bool
  e = null : enum('left', 'it''s')
  c = null : char(4)
  v = '' : varchar(40)
  u = null : uuid
  day = null : date
  at = null : datetime(6)
  j = null : json
  raw = null : bytes
  packed = null : <blob>
`
const native = `
  n : int
  ---
  u8 = null : tinyint unsigned
  i16 = null : smallint
  i64 = null : bigint
  f32 = null : float
  f64 = null : double
  d = null : decimal(12, 4)
  e = null : enum('left', 'right')
  c = null : char(4)
  v = '' : varchar(40)
  u = null : uuid
  day = null : date
  clock = null : time
  at = null : datetime
  packed = null : longblob
`
const uuid = '01234567-89ab-cdef-0123-456789abcdef'
const array = new Float64Array([1, -0.5, Number.POSITIVE_INFINITY])
const shared = {
  f32: 0.5,
  f64: 1 / 3,
  d: '-12345678.0625',
  c: 'abcd',
  v: 'Grün 猫 \\ % " \'',
  u: uuid,
  day: '2024-02-29',
}
const rows = {
  '2.x': [
    { n: 1, i8: -128, i16: 32767, i64: 2n ** 62n, b: true, e: "it's", j: { a: [1, 'x', null] }, ...shared },
    { n: 2, at: '2024-01-15 10:30:00.000005', raw: new Uint8Array([0, 255, 10]), packed: array },
    { n: 3 },
  ],
  '0.14': [
    { n: 1, u8: 255, i16: -32768, i64: -(2n ** 62n), e: 'right', clock: '-26:00:01', ...shared },
    { n: 2, at: '2024-01-15 10:30:00', packed: { trace: array, labels: ['a', 'b'], none: null } },
    { n: 3 },
  ],
} as const

/** A pipeline with one table of every type. */
async function opened({ settings, generation }: Peer, name: string) {
  const schema = defineSchema(name, generation === '0.14' ? { compat: 'python-0.14' } : {})
  // not a literal: its rows have no types here
  const definition: string = generation === '2.x' ? core : native
  const table = schema.manual('Sample', {}, definition)
  return { schema, table, db: await definePipeline({ schemas: [schema], tables: {}, database: settings }).open() }
}

withEveryPython('attributes', (peer) => {
  const fetch = peer.generation === '2.x' ? 'to_dicts(order_by="KEY")' : 'fetch(as_dict=True, order_by="KEY")'
  const schemaOf = (name: string) => `dj.${peer.generation === '2.x' ? 'Schema' : 'schema'}(${JSON.stringify(name)})`

  test(
    'what we write, Python reads, writes to a table of its own, and we read the same',
    { timeout: 60_000 },
    async () => {
      const [ours, theirs] = [peer.schema(), peer.schema()]
      const { schema, table, db } = await opened(peer, ours)
      const python = await peer.python()
      try {
        await declare(db, await planDeclare(db, [schema]))
        await db(table).insert(rows[peer.generation])
        const read = `dj.FreeTable(dj.conn(), "\`${ours}\`.\`sample\`").${fetch}`
        expect(await python.run(`rows = ${read}\nlen(rows)`)).toBe(3)
        await python.execute(`
schema = ${schemaOf(theirs)}
@schema
class Sample(dj.Manual):
    definition = ${JSON.stringify(peer.generation === '2.x' ? core : native)}
Sample.insert(rows)`)
        const [copied] = await readTables(db, [theirs])
        if (!copied) throw new Error('Python made no table')
        expect(await db(copied).fetch({ order: ['n'] })).toEqual(await db(table).fetch({ order: ['n'] }))
      } finally {
        await python.execute(`dj.conn().query("drop database if exists \`${ours}\`")`)
        await python.execute(`dj.conn().query("drop database if exists \`${theirs}\`")`)
        await python.close()
        await db.close()
      }
    },
  )
})

describe('the rows of this test', () => {
  test('give every attribute a value once', () => {
    const given = (generation: '2.x' | '0.14') => new Set(rows[generation].flatMap((row) => Object.keys(row)))
    expect(given('2.x').size).toBe(core.match(/ : /g)?.length)
    expect(given('0.14').size).toBe(native.match(/ : /g)?.length)
  })
})
