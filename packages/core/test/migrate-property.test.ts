import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type AnyTable,
  declare,
  definePipeline,
  defineSchema,
  describe as definitionOf,
  drop,
  formatMigration,
  migrate,
  planDeclare,
  planDrop,
  planMigrate,
  readTables,
  renamed,
} from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'
import { long } from './long.ts'

type Value = string | number | null
type Row = Readonly<Record<string, Value>>

/** Types whose values become each other's, with what a value of the first is in each. */
interface Family {
  readonly from: readonly string[]
  readonly to: readonly string[]
  readonly values: readonly (string | number)[]
  readonly kept: (value: string | number, type: string) => string | number
}

const letters = ['varchar(8)', 'varchar(300)', "enum('a','b','c')", "enum('c','b','a','d')", 'char(4)']
const families: readonly Family[] = [
  {
    from: ['int8', 'int16', 'int32'],
    to: ['int8', 'int32', 'varchar(12)', 'float64', 'decimal(9,2)'],
    values: [-7, 0, 42],
    kept: (value, type) => {
      if (type === 'varchar(12)') return String(value)
      const scale = /^decimal\(\d,(\d)\)/.exec(type)?.[1]
      return scale === undefined ? Number(value) : Number(value).toFixed(Number(scale))
    },
  },
  { from: letters, to: letters, values: ['a', 'b', 'c'], kept: (value) => value },
  {
    from: ['date', 'datetime', 'datetime(3)'],
    to: ['date', 'datetime', 'datetime(3)'],
    values: ['2024-01-02', '1999-12-31'],
    kept: (value, type) => (type === 'date' ? value : `${value} 00:00:00${type === 'datetime' ? '' : '.000'}`),
  },
]

const randomAttribute = fc.record({
  family: fc.nat(families.length - 1),
  from: fc.nat(9),
  to: fc.nat(9),
  fate: fc.constantFrom('keep', 'keep', 'rename', 'drop', 'add'),
  nullable: fc.constantFrom('never', 'before', 'after', 'both'),
  default: fc.constantFrom('none', 'before', 'after', 'both'),
  comments: fc.tuple(fc.constantFrom('', 'one'), fc.constantFrom('', "t'wo; 100%")),
  values: fc.array(fc.nat(2), { minLength: 3, maxLength: 3 }),
})

const randomTable = fc.record({
  attributes: fc.array(randomAttribute, { minLength: 1, maxLength: 4 }),
  indexed: fc.constantFrom('never', 'before', 'after', 'both'),
  reference: fc.constantFrom('never', 'before', 'after', 'both'),
  comments: fc.tuple(fc.constantFrom('', 'old'), fc.constantFrom('', 'new')),
})

const randomChange = fc.record({
  key: fc.constantFrom('same', 'wider', 'text', 'renamed', 'renamed and wider'),
  table: fc.boolean(),
  tables: fc.tuple(randomTable, randomTable),
})

type Attribute = typeof randomAttribute extends fc.Arbitrary<infer T> ? T : never
type Change = typeof randomChange extends fc.Arbitrary<infer T> ? T : never

const has = (when: string, now: 'before' | 'after'): boolean => when === 'both' || when === now

function lineOf(attribute: Attribute, name: string, now: 'before' | 'after'): string {
  const family = families[attribute.family]
  if (!family) throw new Error('no such family')
  const types = now === 'before' ? family.from : family.to
  const type = types[attribute[now === 'before' ? 'from' : 'to'] % types.length] ?? ''
  const nullable = has(attribute.nullable, now)
  const value = family.kept(family.values[0] ?? '', type)
  // what is added to rows that are there has a value of its own
  const initial = has(attribute.default, now) || attribute.fate === 'add'
  const text = nullable ? ' = null' : initial ? ` = "${value}"` : ''
  const comment = attribute.comments[now === 'before' ? 0 : 1]
  return `${name}${text} : ${type}${comment === '' ? '' : ` # ${comment}`}`
}

/** The schema at one of both times, the names of its tables, and the rows that it is to have. */
function labAt(name: string, change: Change, now: 'before' | 'after') {
  const schema = defineSchema(name)
  const after = now === 'after'
  const keyName = after && change.key.startsWith('renamed') ? 'new_id' : 'id'
  const keyType = after
    ? change.key.endsWith('wider')
      ? 'int32'
      : change.key === 'text'
        ? 'varchar(9)'
        : 'int16'
    : 'int16'
  const idOf = (row: number): Value => (keyType === 'varchar(9)' ? String(row) : row)
  const renames: Record<string, string>[] = []
  const rows: Row[][] = []
  const dropped: string[] = []
  const names = [after && change.table ? 'Renamed' : 'First', 'Second']
  const tables: AnyTable[] = []
  for (const [at, random] of change.tables.entries()) {
    const own: Record<string, string> = at === 0 && keyName === 'new_id' ? { new_id: 'id' } : {}
    const lines = [random.comments[after ? 1 : 0] === '' ? '' : `# ${random.comments[after ? 1 : 0]}`]
    lines.push(at === 0 ? `${keyName} : ${keyType}` : `-> ${names[0]}\nn : int16`, '---')
    const made: Record<string, Value>[] = [0, 1, 2].map((row): Record<string, Value> => ({
      [keyName]: idOf(row),
      ...(at === 0 ? {} : { n: row }),
    }))
    for (const [number, attribute] of random.attributes.entries()) {
      const { fate } = attribute
      if (fate === (after ? 'drop' : 'add')) {
        if (after) dropped.push(`a${number}`)
        continue
      }
      const attributeName = after && fate === 'rename' ? `b${number}` : `a${number}`
      if (after && fate === 'rename') own[attributeName] = `a${number}`
      lines.push(lineOf(attribute, attributeName, now))
      const family = families[attribute.family]
      const types = (after ? family?.to : family?.from) ?? []
      const type = types[attribute[after ? 'to' : 'from'] % types.length] ?? ''
      for (const [row, place] of attribute.values.entries()) {
        // NULL where it may be at both times
        const isNull =
          fate !== 'add' &&
          has(attribute.nullable, 'before') &&
          (fate === 'drop' || has(attribute.nullable, 'after')) &&
          row === 1
        const value =
          fate === 'add'
            ? has(attribute.nullable, 'after')
              ? null
              : family?.values[0]
            : isNull
              ? null
              : family?.values[place % family.values.length]
        const target = made[row]
        if (target)
          target[attributeName] = value === null || value === undefined ? null : (family?.kept(value, type) ?? null)
      }
    }
    if (at === 1 && has(random.reference, now)) {
      lines.push(`-> [nullable] ${names[0]}.proj(other="${keyName}")`)
      for (const [row, one] of made.entries())
        one['other'] = random.reference === 'after' || row === 0 ? null : idOf(row)
    } else if (at === 1 && random.reference === 'before' && after) {
      dropped.push('other')
    }
    const [indexed] = random.attributes.flatMap(({ fate }, number) => (fate === 'keep' ? [`a${number}`] : []))
    if (indexed !== undefined && has(random.indexed, now)) lines.push(`index (${indexed})`)
    const parents = at === 0 ? {} : { [names[0] ?? '']: tables[0] as never }
    // the compiler knows nothing of what is random
    tables.push(schema.manual(names[at] ?? '', parents, lines.filter((line) => line !== '').join('\n')) as AnyTable)
    renames.push(own)
    rows.push(made)
  }
  return { schema, tables, rows, renames, dropped }
}

onEveryDatabase('migrating at random', (database) => {
  test('gives what the new definitions declare, and keeps every row', { timeout: 600_000 }, async () => {
    const { settings, dispose } = await database.shared()
    const db = await definePipeline({ schemas: [], tables: {}, database: settings }).open()
    let made = 0
    const prefix = database.prefix()
    await fc.assert(
      fc.asyncProperty(randomChange, async (change) => {
        const name = `${prefix}p${(made += 1)}`
        const before = labAt(name, change, 'before')
        await declare(db, await planDeclare(db, [before.schema]))
        try {
          for (const [at, table] of before.tables.entries()) await db(table).insert(before.rows[at] ?? [])
          const after = labAt(name, change, 'after')
          const drops = before.tables.flatMap(({ declaration }, at) => {
            const tableNow = after.tables[at]?.declaration.name.table ?? declaration.name.table
            return [...after.dropped].map((attribute) => `${name}.${tableNow}.${attribute}`)
          })
          const renames = after.tables.map((table, at) =>
            renamed(table, {
              attributes: after.renames[at] ?? {},
              ...(at === 0 && change.table ? { was: 'First' } : {}),
            }),
          )
          const plan = await planMigrate(db, [after.schema], { renames, drop: drops })
          await migrate(db, plan).catch((error: unknown) => {
            throw new Error(`${formatMigration(plan)}\n${String(error)}`, { cause: error })
          })
          expect((await planMigrate(db, [after.schema], { renames, drop: drops })).tables).toEqual([])
          const stored = await readTables(db, [name])
          for (const [at, table] of after.tables.entries()) {
            const found = stored.find(({ typeName }) => typeName === table.typeName)
            const lines = (one: AnyTable) => definitionOf(one).split('\n').toSorted()
            expect(found && lines(found)).toEqual(lines(table))
            const sorted = (rows: readonly object[]) =>
              rows.toSorted((a, b) => (JSON.stringify(keyOf(a)) < JSON.stringify(keyOf(b)) ? -1 : 1))
            const keyOf = (row: object) => [
              Object.entries(row).find(([one]) => one.endsWith('id'))?.[1],
              'n' in row ? row.n : 0,
            ]
            expect(sorted(await db(table).fetch())).toEqual(sorted(after.rows[at] ?? []))
          }
          await drop(db, await planDrop(db, [after.schema]))
        } catch (error) {
          await drop(db, await planDrop(db, [before.schema])).catch(() => {})
          throw error
        }
      }),
      { numRuns: long ? 30 : 6 },
    )
    await db.close()
    await dispose()
  })
})
