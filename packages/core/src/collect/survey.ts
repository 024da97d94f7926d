import { declarationHere } from '../query/in-database.ts'
import type { TableDeclaration } from '../definition/table-declaration.ts'
import { readStored } from '../pipeline/stored.ts'
import { contextOf, type Database } from '../query/database.ts'
import type { Store } from '../store/store.ts'
import type { CollectProblem } from './errors.ts'
import { type ExternalTable, findUnused } from './externals.ts'
import { externalList, type References, scanReferences, type ScanOptions } from './references.ts'
import type { CollectedSchema } from './section.ts'

/** What rows of some schemas refer to, and where else objects are listed. */
export interface Survey {
  readonly schemas: readonly CollectedSchema[]
  readonly references: References
  /** Rows of DataJoint 0.14's lists that nothing refers to. */
  readonly unused: readonly { readonly table: ExternalTable; readonly hashes: readonly Uint8Array[] }[]
  readonly problems: readonly CollectProblem[]
}

export interface SurveyOptions extends ScanOptions {
  /** What is younger is left alone. */
  readonly before: Date
}

/** To another database, or to an account without rights, every object would be garbage. */
const NOTHING_SHOWN =
  'the database shows no table of it. Is this the right one, and may this account see the schema? ' +
  'What a schema leaves that was dropped is deleted by hand'

/** Reads all that may refer to an object of some schemas; what cannot be read is told as a problem. */
export async function survey(
  db: Database,
  names: readonly string[],
  stores: readonly Store[],
  options: SurveyOptions,
): Promise<Survey> {
  const context = contextOf(db)
  const { signal, before } = options
  const problems: CollectProblem[] = []
  const attempt = async (place: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      signal?.throwIfAborted()
      problems.push({ place, reason: error instanceof Error ? error.message : String(error) })
    }
  }
  const schemas: CollectedSchema[] = []
  const tables: TableDeclaration[] = []
  const lists: ExternalTable[] = []
  await attempt(names.join(', '), async () => {
    const stored = await readStored(db, [], names)
    for (const name of names) {
      const own = stored.tables.filter((declaration) => declaration.name.schema === name)
      const hidden = (stored.hidden.get(name) ?? []).flatMap((table) => /^~external_(.+)$/.exec(table)?.[1] ?? [])
      const externalStores = new Set(hidden)
      if (own.length === 0) problems.push({ place: name, reason: NOTHING_SHOWN })
      schemas.push({ name, tables: new Set(own.map((declaration) => declaration.name.table)), externalStores })
      for (const declaration of own) {
        await attempt(`${name}.${declaration.name.table}`, async () => {
          // others may have hidden columns, and references to objects that the types do not tell
          tables.push(declarationHere(stored.wholeOf(declaration), declaration.generation, context))
        })
      }
      for (const externalStore of externalStores) {
        await attempt(externalList(name, externalStore), async () => {
          const store = context.stores.get(externalStore)
          lists.push({ name: { schema: name, table: `~external_${externalStore}` }, store })
        })
      }
    }
  })
  const references = await scanReferences(context, tables, options)
  problems.push(...references.problems)
  const unused: { table: ExternalTable; hashes: readonly Uint8Array[] }[] = []
  for (const table of lists) {
    const list = externalList(table.name.schema, table.store.name)
    await attempt(list, async () => {
      const paths = references.pathsIn(table.store)
      const used = (path: string) => paths.add(path)
      const referred = references.hashes.get(list)
      const hashes = await findUnused(context.connection, table, referred, { before, signal, used })
      if (hashes.length > 0 && stores.includes(table.store)) unused.push({ table, hashes })
    })
  }
  return { schemas, references, unused, problems }
}
