import { expect } from 'vitest'
import {
  type Database,
  defineSchema,
  describe as definitionOf,
  formatMigration,
  migrate,
  type MigrationPlan,
  planDeclare,
  planMigrate,
  type PlanMigrateOptions,
  readTables,
  type Schema,
} from '../src/index.ts'
import type { TestDatabase } from './databases.ts'

export type Definitions = Readonly<Record<string, string>>

/** Manual tables by their definitions, each of which may refer to those before it. */
export function schemaOf(name: string, definitions: Definitions, compat?: 'python-0.14'): Schema {
  const schema = compat ? defineSchema(name, { compat }) : defineSchema(name)
  const known: Record<string, never> = {}
  for (const [typeName, definition] of Object.entries(definitions)) {
    const declare = typeName.startsWith('Lookup') ? schema.lookup : schema.manual
    // what a definition that is no literal declares is not known to the compiler
    known[typeName] = declare.call(schema, typeName, known, definition) as never
  }
  return schema
}

export const tableOf = (schema: Schema, typeName: string) => {
  const found = schema.tables.find((table) => table.typeName === typeName)
  if (!found) throw new Error(`no ${typeName}`)
  return found
}

export interface Changing {
  readonly from: Definitions
  readonly to: Definitions
  readonly rows: Readonly<Record<string, readonly object[]>>
  readonly options?: (schema: Schema) => PlanMigrateOptions
  readonly compat?: 'python-0.14'
}

interface Changed {
  readonly db: Database
  readonly schema: Schema
  readonly plan: MigrationPlan
  /** The rows of a table after it, by its name. */
  readonly rows: (typeName: string) => Promise<readonly object[]>
}

export async function changing(
  database: TestDatabase,
  given: Changing,
  work: (changed: Changed) => Promise<void>,
): Promise<void> {
  const { from, to, rows, options = () => ({}), compat } = given
  const name = `${database.prefix()}lab`
  const before = schemaOf(name, from, compat)
  await using pipeline = await database.pipeline([before])
  const { db } = pipeline
  for (const [typeName, own] of Object.entries(rows)) await db(tableOf(before, typeName)).insert(own)
  const schema = schemaOf(name, to, compat)
  const plan = await planMigrate(db, [schema], options(schema))
  await work({ db, schema, plan, rows: (typeName) => db(tableOf(schema, typeName)).fetch() })
}

/** Migrates, and makes sure that the database is what the definitions say, which nothing is left to change in. */
export async function migrated(
  database: TestDatabase,
  given: Changing,
  work: (changed: Changed) => Promise<void> = async () => {},
) {
  await changing(database, given, async (changed) => {
    const { db, schema, plan } = changed
    try {
      await migrate(db, plan)
    } catch (error) {
      throw new Error(`${formatMigration(plan)}\n${error instanceof Error ? error.message : ''}`, { cause: error })
    }
    expect((await planMigrate(db, [schema], given.options?.(schema))).tables).toEqual([])
    expect((await planDeclare(db, [schema])).tables).toEqual([])
    const stored = await readTables(db, [schema.name])
    for (const table of schema.tables) {
      const found = stored.find(({ typeName }) => typeName === table.typeName)
      const lines = (text: string) => text.split('\n').toSorted()
      expect(lines(definitionOf(found ?? table))).toEqual(lines(definitionOf(table)))
    }
    await work(changed)
  })
}
