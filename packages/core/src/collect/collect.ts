import { checkOptions, show } from '../query/call.ts'
import { contextOf, type Database } from '../query/database.ts'
import { InvalidCallError } from '../query/errors.ts'
import type { Store, StoredObject } from '../store/store.ts'
import { transferAll } from '../store/transfers.ts'
import { CollectRefusedError } from './errors.ts'
import { deleteUnused } from './externals.ts'
import type { PathSet } from './path-set.ts'
import type { CollectPlan, CollectProgress } from './plan-collect.ts'
import { isReferred } from './references.ts'
import { type Survey, survey } from './survey.ts'

/** How garbage is deleted. */
export interface CollectOptions {
  /** How many objects are deleted at once; 8 unless given. */
  readonly concurrency?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: CollectProgress) => void
}

/** What was deleted from one store. */
export interface CollectedGarbage {
  readonly store: string
  readonly objects: number
  readonly unfinished: number
  /** Of `~external_<store>`. */
  readonly rows: number
  readonly bytes: number
  /** Objects of the plan that were left: written again meanwhile, or referred to by a row that is new. */
  readonly kept: number
}

/** What a collection deleted. */
export interface Collected {
  readonly stores: readonly CollectedGarbage[]
}

/** Rows are read anew before so many objects are deleted: a row of another client may refer to one by now. */
const objectsPerSurvey = 5000

/**
 * Deletes what a plan found, as far as it is still garbage: all rows are read again first, and each object is looked at
 * just before it goes. Throws 'collect-refused' where anything could not be read, then or now.
 */
export async function collect(db: Database, plan: CollectPlan, options: CollectOptions = {}): Promise<Collected> {
  checkOptions('collect()', options, ['concurrency', 'signal', 'onProgress'])
  if (typeof plan !== 'object' || plan === null || plan.kind !== 'collect-plan') {
    throw new InvalidCallError(
      `collect() takes the plan that \`await planCollect(db, schemas)\` gave, and was given ${show(plan)}.`,
    )
  }
  if (plan.problems.length > 0) throw new CollectRefusedError(plan.problems)
  const all = contextOf(db).stores
  const stores = plan.stores.map(({ store }) => all.get(store))
  const rows = await deleteRows(db, plan, stores, options.signal)
  const collected: CollectedGarbage[] = []
  for (const [index, garbage] of plan.stores.entries()) {
    const store = stores[index] ?? all.get(garbage.store)
    const objects = await deleteObjects(db, plan, store, garbage.objects, options)
    let unfinished = 0
    let bytes = objects.bytes
    await transferAll(
      garbage.unfinished,
      async (one, signal) => {
        await store.discard(one, { signal })
        unfinished += 1
        bytes += one.size
      },
      options,
    )
    collected.push({ ...objects, bytes, unfinished, rows: rows.get(store) ?? 0 })
  }
  return { stores: collected }
}

/** What is still referred to, read anew. */
async function surveyAgain(
  db: Database,
  plan: CollectPlan,
  stores: readonly Store[],
  signal: AbortSignal | undefined,
): Promise<Survey> {
  const found = await survey(db, plan.schemas, stores, { before: plan.before, signal })
  if (found.problems.length > 0) throw new CollectRefusedError(found.problems)
  return found
}

/** Rows go first: what a killed collection leaves is an object without a row, which the next one finds. */
async function deleteRows(
  db: Database,
  plan: CollectPlan,
  stores: readonly Store[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<Store, number>> {
  const deleted = new Map<Store, number>()
  if (plan.stores.every(({ rows }) => rows === 0)) return deleted
  await db.transaction(
    async (inside) => {
      deleted.clear()
      const { unused } = await surveyAgain(inside, plan, stores, signal)
      const { connection } = contextOf(inside)
      for (const { table, hashes } of unused) {
        const count = await deleteUnused(connection, table, hashes, { before: plan.before, signal })
        deleted.set(table.store, (deleted.get(table.store) ?? 0) + count)
      }
    },
    { retries: 3, ...(signal && { signal }) },
  )
  return deleted
}

async function deleteObjects(
  db: Database,
  plan: CollectPlan,
  store: Store,
  planned: readonly StoredObject[],
  options: CollectOptions,
): Promise<Omit<CollectedGarbage, 'unfinished' | 'rows'>> {
  const { onProgress } = options
  let objects = 0
  let bytes = 0
  let kept = 0
  const folders = new Set<string>()
  const remove = async (object: StoredObject, paths: PathSet, signal: AbortSignal): Promise<void> => {
    const now = await store.find(object.path, { signal })
    const isNew = now !== null && (now.modified >= plan.before || now.modified > object.modified)
    if (isNew || isReferred(paths, object.path)) {
      kept += 1
    } else if (now !== null && (await store.delete(object.path, { signal }))) {
      objects += 1
      bytes += now.size
      addFolders(folders, object.path)
    }
    if (objects % 100 === 0) onProgress?.({ kind: 'deleted', store: store.name, objects, of: planned.length })
  }
  for (let start = 0; start < planned.length; start += objectsPerSurvey) {
    const { references } = await surveyAgain(db, plan, [store], options.signal)
    const paths = references.pathsIn(store)
    const part = planned.slice(start, start + objectsPerSurvey)
    await transferAll(part, (object, signal) => remove(object, paths, signal), options)
  }
  // the deeper ones first
  for (const folder of [...folders].toSorted((left, right) => right.length - left.length)) {
    await store.prune(folder, { signal: options.signal })
  }
  onProgress?.({ kind: 'deleted', store: store.name, objects, of: planned.length })
  return { store: store.name, objects, bytes, kept }
}

function addFolders(folders: Set<string>, path: string): void {
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    const folder = path.slice(0, end)
    if (folders.has(folder)) return
    folders.add(folder)
  }
}
