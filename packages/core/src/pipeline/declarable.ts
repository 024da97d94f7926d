import { externalStoreOf } from '../attribute/legacy-type.ts'
import { unreadable } from '../attribute/unreadable-type.ts'
import { isFunctional } from '../definition/index-item.ts'
import type { Generation } from '../definition/table-declaration.ts'
import { PipelineError } from '../errors.ts'
import { contextOf, type Database } from '../query/database.ts'
import { declarationHere } from '../query/in-database.ts'
import type { AnyTable } from '../query/table.ts'
import { UndeclarableError, UnsupportedIndexError } from '../schema/errors.ts'
import type { Stored } from './stored.ts'

/** Fails with `unknown-codec`, `codec-store` or `unknown-store` where a value could never be kept. */
export function requireCodecs(db: Database, tables: readonly AnyTable[]): void {
  const { codecs, stores } = contextOf(db)
  for (const { typeName, declaration } of tables) {
    for (const { name, type } of declaration.heading) {
      const { codec } = type
      // what no type here is like was read from a database, which has it
      if (codec === null || codec.name === unreadable || externalStoreOf(type) !== null) continue
      about(typeName, name, () => {
        codecs.get(type)
        if (codec.store !== null) stores.get(codec.store)
      })
    }
  }
}

/** Fails with `unsupported-index` where the database has no indexes on expressions. */
export function requireIndexes(db: Database, tables: readonly AnyTable[]): void {
  const { name, supports } = contextOf(db).connection.dialect
  if (supports.functionalIndexes) return
  for (const { declaration, typeName } of tables) {
    const index = declaration.indexes.find(isFunctional)
    if (index) throw new UnsupportedIndexError(typeName, index.attributes, name)
  }
}

/** Fails with `other-generation` or `unsupported-type` where the format, or the database, has no place for an attribute. */
export function requireTypes(
  db: Database,
  tables: readonly AnyTable[],
  generations: Readonly<Record<string, Generation>>,
  { collationOf }: Stored,
): void {
  const context = contextOf(db)
  const { dialect } = context.connection
  for (const { declaration, typeName } of tables) {
    const own = declarationHere(declaration, generations[declaration.name.schema] ?? '2.x', context)
    try {
      dialect.createTable(own, collationOf)
    } catch (error) {
      for (const attribute of own.heading) {
        const alone = { ...own, heading: [attribute], foreignKeys: [], indexes: [] }
        about(typeName, attribute.name, () => void dialect.createTable(alone, collationOf))
      }
      throw error
    }
  }
}

/** Does something for one attribute, whose name an error that comes of it says. */
function about(table: string, attribute: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    throw error instanceof PipelineError ? new UndeclarableError(table, attribute, error) : error
  }
}
