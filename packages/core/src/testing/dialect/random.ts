import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Storage, StoredValue } from '../../attribute/storage.ts'
import { lower } from '../../compile/lower.ts'
import type { RelationNode } from '../../relation/node.ts'
import { type Bench, benchFor } from './bench.ts'
import type { DialectUnderTest } from './dialect-under-test.ts'
import { evaluate, type NaiveRow, type World } from './naive.ts'
import { makeTables, rowsByTable } from './random-pipeline.ts'
import { RandomRelations, steps } from './random-relation.ts'
import { schemas } from './random-schema.ts'

const runs = Number(process.env['NEUROJOINT_RANDOM_SCHEMAS'] ?? 12)
const expressions = fc.array(steps, { minLength: 25, maxLength: 25 })

export function testRandomRelations(dialect: DialectUnderTest): void {
  describe('any expression over any tables', () => {
    const open = benchFor(dialect)

    test('has the rows that its definition gives, by an evaluator on arrays', { timeout: runs * 10_000 }, async () => {
      const bench = await open()
      let made = 0
      await fc.assert(
        fc.asyncProperty(schemas, expressions, async (plans, all) => {
          const tables = makeTables(bench.schema(`random${(made += 1)}`), plans)
          for (const table of tables) {
            await bench.declare(table)
            if (table.rows.length > 0) await bench.connection.execute(insertStatement(bench, table))
          }
          const relations = new RandomRelations(
            tables.map(({ node }) => node),
            (node) => evaluate(node, world).length <= 200,
          )
          const world: World = { tables: rowsByTable(tables), meanings: relations.meanings }
          for (const one of all) await expectSame(bench, relations.build(one), world)
        }),
        // what fails is told as one expression, and making it smaller would declare its tables over and over
        { numRuns: runs, endOnFailure: true },
      )
    })
  })
}

function insertStatement(bench: Bench, { declaration, rows }: ReturnType<typeof makeTables>[number]) {
  const { name, heading } = declaration
  const stored = rows.map((row) => heading.map((attribute) => row[attribute.name] ?? null))
  return bench.connection.dialect.insert(name, heading, stored, 'fail')
}

/** That the database gives the rows of the evaluator, and counts as many. */
async function expectSame(bench: Bench, node: RelationNode, world: World): Promise<void> {
  const expected = evaluate(node, world)
  const { sql } = bench.connection.dialect.select(lower(node))
  const about = { sql, node: describeNode(node) }
  const found = await bench.rows(node).catch((error: unknown) => {
    throw new Error(`${sql} fails: ${String(error)}`, { cause: error })
  })
  expect({ ...about, rows: spell(found, node) }).toEqual({ ...about, rows: spell(expected, node) })
  expect({ ...about, count: await bench.count(node) }).toEqual({ ...about, count: expected.length })
  // a statement that is prepared once runs often
  const again = await bench.rows(node).catch((error: unknown) => {
    throw new Error(`${sql} fails the second time: ${String(error)}`, { cause: error })
  })
  expect({ ...about, rows: spell(again, node) }).toEqual({ ...about, rows: spell(expected, node) })
}

const spell = (rows: readonly NaiveRow[], { heading }: RelationNode): readonly string[] =>
  rows
    .map((row) => heading.map(({ name, type }) => `${name}: ${spellValue(row[name] ?? null, type.storage)}`).join(', '))
    .toSorted()

/** Servers spell JSON in their own ways, and round a quotient in the last digit. */
function spellValue(value: StoredValue, { kind }: Storage): string {
  if (value === null) return 'NULL'
  if (kind === 'json') return JSON.stringify(sorted(JSON.parse(String(value))))
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  return kind === 'float' ? Number(Number(value).toPrecision(12)).toString() : String(value)
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => [name, sorted(member)])
}

/** The shape of a relation, for a failure to tell. */
function describeNode(node: RelationNode): string {
  const { heading: _, ...rest } = node
  return JSON.stringify(rest, (key, value: unknown) =>
    key === 'heading' ? undefined : typeof value === 'bigint' ? `${value}n` : value,
  )
}
