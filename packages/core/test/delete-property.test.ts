import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Database, Deleted } from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'
import { type MadeTable, makeTables, type PlainRow, randomTables } from './random-schema.ts'

type Parts = 'enforce' | 'cascade' | 'ignore'

/** What is deleted: rows of which table, told how, and what becomes of masters. */
const deletes = fc.array(
  fc.record({
    table: fc.nat(9),
    how: fc.constantFrom('value', 'keys', 'relation', 'first', 'all'),
    choice: fc.nat(99),
    parts: fc.constantFrom<Parts>('enforce', 'cascade', 'ignore'),
    planned: fc.boolean(),
  }),
  { minLength: 6, maxLength: 10 },
)

type Delete = typeof deletes extends fc.Arbitrary<readonly (infer D)[]> ? D : never

onEveryDatabase('a delete in any schema', (database) => {
  test('removes exactly the rows that follow from those asked for, row by row', { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(randomTables, deletes, async (random, all) => {
        const { schema, tables } = makeTables(`${database.prefix()}any`, random)
        await using pipeline = await database.pipeline([schema])
        const { db } = pipeline
        for (const { table, rows } of tables) await db(table).insert(rows)
        for (const one of all) {
          const made = tables[one.table % tables.length]
          if (made) await expectDelete(db, tables, made, one)
        }
      }),
      { numRuns: 8 },
    )
  })
})

/** Deletes in a transaction that is undone, and compares what is left with what should be. */
async function expectDelete(db: Database, tables: readonly MadeTable[], made: MadeTable, one: Delete): Promise<void> {
  const undo = new RangeError('undo')
  const work = db.transaction(async (transaction) => {
    const { doomed, asked } = ask(transaction, made, one)
    const expected = followAll(tables, made, asked, one.parts)
    const plan = one.planned ? await doomed.planDelete({ parts: one.parts }).catch(codeOf) : undefined
    const result = typeof plan === 'string' ? plan : await doomed.delete(plan, { parts: one.parts }).catch(codeOf)
    const counts = tables.flatMap((table) => {
      const gone = expected?.get(table)?.size ?? 0
      return gone === 0 ? [] : [`${table.table.declaration.name.table} ${gone}`]
    })
    expect(tell(result)).toEqual(expected === null ? 'part-without-master' : counts.toSorted())
    expect(tell(plan ?? result)).toEqual(tell(result))
    for (const table of tables) {
      const left = await transaction(table.table).fetch()
      const gone = expected?.get(table) ?? new Set()
      expect(spell(table, left)).toEqual(
        spell(
          table,
          table.rows.filter((row) => !gone.has(row)),
        ),
      )
    }
    throw undo
  })
  await expect(work).rejects.toBe(undo)
}

const tell = (result: Deleted | string) =>
  typeof result === 'string' ? result : result.tables.map(({ table, rows }) => `${table.table} ${rows}`).toSorted()

/** The rows that are asked for: in the database, and here. */
function ask(
  db: Pick<Database, never> & Parameters<Parameters<Database['transaction']>[0]>[0],
  made: MadeTable,
  one: Delete,
) {
  const rows = db(made.table)
  const v = one.choice % 3
  // the tables are of any rows
  const value: object = { v }
  const ordered = made.rows.toSorted((a, b) => {
    for (const name of made.keys) if (a[name] !== b[name]) return (a[name] ?? 0) - (b[name] ?? 0)
    return 0
  })
  switch (one.how) {
    case 'all':
      return { doomed: rows, asked: made.rows }
    case 'value':
      return { doomed: rows.restrict(value), asked: made.rows.filter((row) => row['v'] === v) }
    case 'keys': {
      const asked = made.rows.filter((_, index) => (index + one.choice) % 4 === 0)
      const keys = asked.map((row) => Object.fromEntries(made.keys.map((name) => [name, row[name]])))
      return { doomed: rows.restrict(keys), asked }
    }
    case 'relation':
      return {
        doomed: rows.restrict(rows.restrict(value).project()),
        asked: made.rows.filter((row) => row['v'] === v),
      }
    case 'first': {
      const [offset, limit] = [one.choice % 2, 1 + (one.choice % 3)]
      return { doomed: rows.top({ limit, offset }), asked: ordered.slice(offset, offset + limit) }
    }
  }
}

/** Which rows go, by the definition: row after row until there is none to add; `null` where a part would lose its place. */
function followAll(tables: readonly MadeTable[], made: MadeTable, asked: readonly PlainRow[], parts: Parts) {
  const gone = new Map<MadeTable, Set<PlainRow>>([[made, new Set(asked)]])
  const goneIn = (table: MadeTable) => gone.get(table) ?? new Set<PlainRow>()
  const take = (table: MadeTable, row: PlainRow): boolean => {
    if (goneIn(table).has(row)) return false
    gone.set(table, goneIn(table).add(row))
    return true
  }
  for (let grown = true; grown;) {
    grown = false
    for (const table of tables) {
      for (const row of table.rows) {
        const refers = table.references.some(({ parent, names }) =>
          [...goneIn(parent)].some((there) => [...names].every(([here, old]) => row[here] === there[old])),
        )
        if (refers && take(table, row)) grown = true
      }
    }
    if (grown || parts === 'ignore') continue
    for (const table of tables) {
      const { master } = table
      for (const row of master ? goneIn(table) : []) {
        const whole = master?.rows.find((there) => master.keys.every((name) => there[name] === row[name]))
        if (!master || !whole || goneIn(master).has(whole)) continue
        if (parts === 'enforce') return null
        grown = take(master, whole) || grown
      }
    }
  }
  return gone
}

const spell = ({ table }: MadeTable, rows: readonly object[]): readonly string[] => {
  const names = table.declaration.heading.map(({ name }) => name)
  return rows.map((row) => names.map((name) => String(Reflect.get(row, name))).join()).toSorted()
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error)
