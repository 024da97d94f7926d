import { checkOptions, requireList, show } from '../query/call.ts'
import { contextOf, type Database } from '../query/database.ts'
import { InvalidCallError } from '../query/errors.ts'
import { isSchema, type Schema } from '../schema/schema.ts'
import type { Store, StoredObject, UnfinishedObject } from '../store/store.ts'
import type { CollectProblem } from './errors.ts'
import { isReferred, type References } from './references.ts'
import { type CollectedSchema, sectionsOf } from './section.ts'
import { survey } from './survey.ts'

/** How garbage is looked for. */
export interface PlanCollectOptions {
  /** The stores that are looked into; all unless given. */
  readonly stores?: readonly string[]
  /**
   * What was written within so many seconds is left alone, a day unless given: an object is in its store before its row is
   * in the database. 0 only where nobody writes.
   */
  readonly olderThanSeconds?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: CollectProgress) => void
}

/** How far it is. */
export type CollectProgress =
  | { readonly kind: 'table'; readonly table: string }
  | { readonly kind: 'listed'; readonly store: string; readonly objects: number }
  | { readonly kind: 'deleted'; readonly store: string; readonly objects: number; readonly of: number }

/** What is garbage in one store. */
export interface StoreGarbage {
  readonly store: string
  /** Objects that rows refer to; each file of a folder counts. */
  readonly referenced: number
  /** Objects that no row refers to, but that are too young to be taken for garbage. */
  readonly young: number
  readonly objects: readonly StoredObject[]
  /** What writers that were killed left half done. */
  readonly unfinished: readonly UnfinishedObject[]
  /** Rows of `~external_<store>` (DataJoint 0.14) that no other row refers to. */
  readonly rows: number
  /** Of objects and what was left half done. */
  readonly bytes: number
}

/** What a collection would delete. */
export interface CollectPlan {
  readonly kind: 'collect-plan'
  readonly schemas: readonly string[]
  /** What was written later is left alone. */
  readonly before: Date
  readonly stores: readonly StoreGarbage[]
  /** What could not be read. With any, `collect` refuses. */
  readonly problems: readonly CollectProblem[]
}

/**
 * Finds the objects in stores that no row of some schemas refers to. The schemas must be whole: all tables that the database
 * has of them are read, whether they are in the pipeline or not. Objects of other schemas, and files that rows only point
 * to, are never touched. Nothing is changed.
 */
export async function planCollect(
  db: Database,
  schemas: readonly (Schema | string)[],
  options: PlanCollectOptions = {},
): Promise<CollectPlan> {
  checkOptions('planCollect()', options, ['stores', 'olderThanSeconds', 'signal', 'onProgress'])
  requireList('schemas', schemas)
  const odd = schemas.findIndex((schema) => typeof schema !== 'string' && !isSchema(schema))
  if (odd !== -1) throw new InvalidCallError(`Among the schemas is what is none: ${show(schemas[odd])}.`)
  const { olderThanSeconds = 24 * 60 * 60, signal, onProgress } = options
  if (typeof olderThanSeconds !== 'number' || !(olderThanSeconds >= 0)) {
    throw new InvalidCallError(`planCollect() was given olderThanSeconds: ${show(olderThanSeconds)}. Give 0 or more.`)
  }
  const all = contextOf(db).stores
  const stores = (options.stores ?? all.names).map((name) => all.get(name))
  const names = [...new Set(schemas.map((schema) => (typeof schema === 'string' ? schema : schema.name)))]
  const before = new Date(Date.now() - olderThanSeconds * 1000)
  const onTable = (table: string) => onProgress?.({ kind: 'table', table })
  const found = await survey(db, names, stores, { before, signal, onTable })
  const problems = [...found.problems, ...notShown(schemas, found.schemas)]
  const garbage: StoreGarbage[] = []
  for (const store of stores) {
    const rows = found.unused.filter(({ table }) => table.store === store)
    try {
      const objects = await listGarbage(store, found.schemas, found.references, { before, signal, onProgress })
      garbage.push({ ...objects, rows: rows.reduce((total, { hashes }) => total + hashes.length, 0) })
    } catch (error) {
      signal?.throwIfAborted()
      problems.push({
        place: `the store '${store.name}'`,
        reason: error instanceof Error ? error.message : String(error),
      })
    }
  }
  return { kind: 'collect-plan', schemas: names, before, stores: garbage, problems }
}

/** Tables that are defined and not there may be hidden from this account, with all that they refer to. */
function notShown(schemas: readonly (Schema | string)[], shown: readonly CollectedSchema[]): readonly CollectProblem[] {
  const there = new Map(shown.filter(({ tables }) => tables.size > 0).map(({ name, tables }) => [name, tables]))
  return schemas
    .flatMap((schema) => (typeof schema === 'string' ? [] : schema.tables))
    .map(({ declaration }) => declaration.name)
    .filter(({ schema, table }) => there.get(schema)?.has(table) === false)
    .map(({ schema, table }) => ({
      place: `${schema}.${table}`,
      reason: 'it is defined, and the database does not show it: declare it, or use an account that sees it',
    }))
}

interface ListOptions {
  readonly before: Date
  readonly signal: AbortSignal | undefined
  readonly onProgress: ((progress: CollectProgress) => void) | undefined
}

async function listGarbage(
  store: Store,
  schemas: readonly CollectedSchema[],
  references: References,
  { before, signal, onProgress }: ListOptions,
): Promise<Omit<StoreGarbage, 'rows'>> {
  const paths = references.pathsIn(store)
  const objects: StoredObject[] = []
  const unfinished: UnfinishedObject[] = []
  let referenced = 0
  let young = 0
  let listed = 0
  let bytes = 0
  const tell = () => onProgress?.({ kind: 'listed', store: store.name, objects: listed })
  for (const { folder, owns, ownsUnfinished } of sectionsOf(store, schemas)) {
    for await (const object of store.list(folder, { signal })) {
      if (!owns(object.path)) continue
      listed += 1
      if (listed % 1000 === 0) tell()
      if (isReferred(paths, object.path)) referenced += 1
      else if (object.modified >= before) young += 1
      else {
        objects.push(object)
        bytes += object.size
      }
    }
    for await (const object of store.listUnfinished(folder, { signal })) {
      if (!ownsUnfinished(object.path) || object.modified >= before) continue
      unfinished.push(object)
      bytes += object.size
    }
  }
  tell()
  return { store: store.name, referenced, young, objects, unfinished, bytes }
}
