import { describe, expect, test } from 'vitest'
import { connect } from '../../connection/connect.ts'
import { declarationIn } from '../../definition/declaration-in.ts'
import type { Generation, TableDeclaration } from '../../definition/table-declaration.ts'
import { type Bench, benchFor, type TestTable } from './bench.ts'
import { declareOn, readSchemas } from './declare-on.ts'
import type { DialectUnderTest } from './dialect-under-test.ts'

const everyType = `
  # every type: "quotes", 'quotes', back\\slash, 100 %, ünïcode
  a_int32 : int32          # number; with: colon
  a_name : varchar(12)
  a_day : date
  a_id : uuid              # it's "one"
  ---
  a_int8 = -128 : int8
  a_int16 = null : int16
  a_int64 = 9223372036854775807 : int64
  a_float32 = 0.5 : float32
  a_float64 = -2.5e-300 : float64
  a_bool = 1 : bool
  a_decimal = 1.5 : decimal(12,5)
  a_char = null : char(3)
  a_text = 'it''s \\ "x"' : varchar(100)
  a_enum = 'two words' : enum('one','two words','th,ree','it''s')
  a_date = null : date
  a_datetime = '2020-01-01 00:00:00' : datetime
  a_datetime3 = CURRENT_TIMESTAMP(3) : datetime(3)
  a_datetime6 = null : datetime(6)
  a_now = CURRENT_TIMESTAMP : datetime
  a_json = null : json
  a_bytes : bytes
  a_blob = null : <blob>
  a_stored = null : <blob@local>
  index (a_int8, a_text)
  unique index (a_bool, a_enum)
`

/** Two schemas with inherited, renamed, nullable and unique references, a part and a table of one row. */
function defineLab(bench: Bench): readonly TestTable[] {
  const Species = bench.define('Species', `species : varchar(24)  # latin name`, { tier: 'lookup' })
  const Subject = bench.define(
    'Subject',
    `
    # experimental animal
    subject : varchar(8)   # name on the cage
    ---
    -> Species
    -> [nullable] Species.proj(father='species')
    `,
    { references: { Species } },
  )
  const Session = bench.define(
    'Session',
    `
    -> Subject
    session : int16
    ---
    -> [unique] Species
    index (session)
    `,
    { references: { Subject, Species }, schema: 'work' },
  )
  const Trial = bench.define('Trial', `-> master\ntrial : int32`, { tier: 'part', master: Session, schema: 'work' })
  const Rate = bench.define('Rate', `-> Session.proj(of='session')\n---\nrate : float64`, {
    tier: 'computed',
    references: { Session },
    schema: 'work',
  })
  const Setup = bench.defineOneRow('Setup', `threshold : float64`, 'work')
  return [Species, Subject, Session, Trial, Rate, Setup]
}

/** The tables as that generation has them, which has none of one row. */
const inFormat = (tables: readonly TestTable[], generation: Generation): readonly Pick<TestTable, 'declaration'>[] =>
  tables
    .filter(({ declaration }) => generation === '2.x' || declaration.heading.some(({ inKey }) => inKey))
    .map(({ declaration }) => ({ declaration: declarationIn(declaration, generation) }))

/** A server keeps neither the order of tables nor that of indexes. */
const byName = (tables: readonly TableDeclaration[]) =>
  tables
    .map((table) => ({
      ...table,
      indexes: table.indexes.toSorted((a, b) => (String(a.attributes) < String(b.attributes) ? -1 : 1)),
    }))
    .toSorted((a, b) => (a.name.table < b.name.table ? -1 : 1))

export function testDeclare(dialect: DialectUnderTest): void {
  describe('declare', () => {
    const open = benchFor(dialect)

    test('reads back every type, default, comment and index as it was declared', async () => {
      const bench = await open()
      const { declaration } = await bench.table('EveryType', everyType)
      expect(byName(await bench.readBack('lab'))).toEqual(byName([declaration]))
    })

    test('reads back references, renamed, nullable and unique, across schemas, with types and lineage', async () => {
      const bench = await open()
      const tables = defineLab(bench)
      await bench.declare(...tables)
      for (const schema of ['lab', 'work']) {
        const expected = tables
          .map((table) => table.declaration)
          .filter(({ name }) => name.schema === bench.schema(schema))
        expect(byName(await bench.readBack(schema))).toEqual(byName(expected))
      }
    })

    test('a schema that is not there has no tables', async () => {
      const bench = await open()
      expect(await bench.readBack('nowhere')).toEqual([])
    })

    test('declaring again changes nothing', async () => {
      const bench = await open()
      const tables = defineLab(bench)
      await bench.declare(...tables)
      const before = await bench.readBack('work')
      await bench.declare(...tables)
      expect(await bench.readBack('work')).toEqual(before)
    })

    test.each(['2.x', '0.14'] as const)(
      'eight connections that declare tables of %s at once all succeed',
      { timeout: 60_000 },
      async (generation) => {
        const bench = await open()
        const tables = inFormat(defineLab(bench), generation)
        const others = await Promise.all(Array.from({ length: 8 }, () => connect(bench.settings)))
        await Promise.all(
          others.map(async (connection) => {
            for (const { declaration } of tables) await declareOn(connection, declaration)
          }),
        )
        await Promise.all(others.map((connection) => connection.close()))
        const found = await bench.readBack('work')
        expect(byName(found)).toEqual(
          byName(
            tables.map(({ declaration }) => declaration).filter(({ name }) => name.schema === bench.schema('work')),
          ),
        )
      },
    )

    test('finds the schemas that refer to one', async () => {
      const bench = await open()
      await bench.declare(...defineLab(bench))
      const referring = (schema: string) =>
        bench.connection.dialect.referencingSchemas(
          (statement) => bench.connection.query(statement),
          bench.schema(schema),
        )
      expect(await referring('lab')).toEqual([bench.schema('work')])
      expect(await referring('work')).toEqual([])
    })

    test('a dropped table is gone, with its lineage', async () => {
      const bench = await open()
      const table = await bench.table('Species', `species : varchar(24)`)
      const { name } = table.declaration
      const { hidden } = await readSchemas(bench.connection, [name.schema])
      for (const statement of bench.connection.dialect.dropTable(name, hidden.get(name.schema) ?? [])) {
        await bench.connection.execute(statement)
      }
      expect(await bench.readBack('lab')).toEqual([])
      const again = await bench.table('Species', `species : int32`)
      expect(await bench.readBack('lab')).toEqual([again.declaration])
    })
  })
}
