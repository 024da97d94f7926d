import type { Dialect } from '../compile/dialect.ts'
import type { Connection } from '../connection/connection.ts'
import type { Statement } from '../driver/driver.ts'
import { collationsWith } from '../pipeline/collations.ts'
import { readStored, type Stored } from '../pipeline/stored.ts'
import { contextOf, type Database } from '../query/database.ts'
import { retryDeadlock } from '../query/deadlock.ts'
import type { MoveParts } from './plan.ts'

/** Makes the tables that are not there, as the database they come from has them. */
export async function declareParts(to: Database, parts: MoveParts): Promise<void> {
  const { connection } = contextOf(to)
  const schemas = [...new Set(parts.tables.map(({ name }) => name.schema))]
  await perform(connection, declaring(connection.dialect, parts, await readStored(to, [], schemas)))
  const after = await readStored(to, [], schemas)
  const isAbsent = ({ declaration: { name } }: MoveParts['hidden'][number]): boolean =>
    after.hidden.get(name.schema)?.includes(name.table) !== true
  await perform(
    connection,
    parts.hidden.filter(isAbsent).flatMap(({ create }) => create(connection, after.collationOf)),
  )
}

/** What makes them, where `before` is there. Throws for types and texts that the other database cannot keep. */
export function declaring(dialect: Dialect, { source, tables }: MoveParts, before: Stored): readonly Statement[] {
  const schemas = [...new Set(tables.map(({ name }) => name.schema))]
  const missing = tables.filter(({ name }) => !before.find(name))
  const collationOf = collationsWith(before.collationOf, missing)
  return [
    ...schemas.flatMap((schema) =>
      dialect.createSchema(schema, source.generations.get(schema) ?? '2.x', before.hidden.has(schema)),
    ),
    ...missing.flatMap((declaration) => dialect.createTable(declaration, collationOf)),
  ]
}

async function perform(connection: Connection, statements: readonly Statement[]): Promise<void> {
  const run = async (on: Connection): Promise<void> => {
    for (const statement of statements) await on.execute(statement)
  }
  await retryDeadlock(() =>
    connection.dialect.supports.transactionalDdl ? connection.transaction(run) : run(connection),
  )
}
