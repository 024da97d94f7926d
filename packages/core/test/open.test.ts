import { expect, test } from 'vitest'
import type { Dialect } from '../src/compile/dialect.ts'
import { type AnyTable, defineSchema, type Schema } from '../src/index.ts'
import { refuseDifferences } from '../src/pipeline/check.ts'
import { readStored } from '../src/pipeline/stored.ts'
import { contextOf, databaseOn } from '../src/query/database.ts'
import { readDependents } from '../src/query/dependencies.ts'
import { onEveryDatabase } from './databases.ts'

/** `count` tables in four schemas, in chains that cross from one schema to the next. */
function defineMany(
  prefix: string,
  count: number,
): { readonly schemas: readonly Schema[]; readonly tables: AnyTable[] } {
  const schemas = ['one', 'two', 'three', 'four'].map((name) => defineSchema(prefix + name))
  const tables: AnyTable[] = []
  for (let index = 0; index < count; index++) {
    const above = index % 10 === 0 ? undefined : tables[index - 1]
    const definition: string = `${above ? '-> Above' : 'root : int16'}\nown_${index} : varchar(8)\n---\nnote = '' : varchar(20)`
    const schema = schemas[index % schemas.length]
    if (schema) tables.push(schema.manual(`Table${index}`, above ? { Above: above } : {}, definition))
  }
  return { schemas, tables }
}

onEveryDatabase('opening', (database) => {
  test(
    'a pipeline of 200 tables takes three queries, and what depends on a table four',
    { timeout: 120_000 },
    async () => {
      const { schemas, tables } = defineMany(database.prefix(), 200)
      await using pipeline = await database.pipeline(schemas)
      const context = contextOf(pipeline.db)
      const { connection } = context
      let asked = 0
      const dialect: Dialect = {
        ...connection.dialect,
        readSchemas: (query, names) =>
          connection.dialect.readSchemas((statement) => {
            asked += 1
            return query(statement)
          }, names),
      }
      const counting = {
        dialect,
        inTransaction: false,
        readOnly: false,
        security: null,
        query: connection.query.bind(connection),
        execute: connection.execute.bind(connection),
        stream: connection.stream.bind(connection),
        transaction: connection.transaction.bind(connection),
        prepare: connection.prepare.bind(connection),
        close: async () => {},
      }
      const db = databaseOn({ ...context, connection: counting })
      const stored = await readStored(db, tables)
      refuseDifferences(db, tables, stored)
      expect(stored.tables).toHaveLength(200)
      expect(asked).toBeLessThanOrEqual(3)
      const [root] = tables
      const dependencies = root && (await readDependents(counting, [root.declaration.name]))
      expect(dependencies?.tables).toHaveLength(10)
      expect(asked).toBeLessThanOrEqual(6)
    },
  )
})
