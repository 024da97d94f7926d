import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import {
  type CollectPlan,
  type Database,
  declare,
  definePipeline,
  drop,
  planDeclare,
  planDrop,
  type S3StoreSettings,
  type Schema,
  type StoreSettings,
} from '../src/index.ts'
import { openStores, type Stores } from '../src/store/stores.ts'
import type { TestDatabase } from './databases.ts'

/** A pipeline with stores of the test's choice. */
export interface StoreLab extends AsyncDisposable {
  readonly db: Database
  readonly stores: Stores
  /** The paths of all objects of a store. */
  readonly paths: (store?: string) => Promise<readonly string[]>
  readonly pathsUnfinished: (store?: string) => Promise<readonly string[]>
  /** Another connection, with stores of its own. */
  readonly again: () => Promise<Database>
  /** One that knows neither schemas nor their codecs. */
  readonly unknowing: () => Promise<Database>
}

/** The store of the S3 server of the tests, in a folder of its own; `null` where there is no server. */
export function s3Settings(more: Partial<S3StoreSettings> = {}): S3StoreSettings | null {
  const server = inject('s3')
  return server && { protocol: 's3', bucket: 'lab', location: randomUUID(), ...server, ...more }
}

/** A new folder for a file store, for as long as the process lives or the test removes it. */
export async function fileSettings(): Promise<Extract<StoreSettings, { protocol: 'file' }>> {
  const location = await mkdtemp(join(tmpdir(), 'neurojoint-store-'))
  await mkdir(location, { recursive: true })
  return { protocol: 'file', location }
}

/** Declares schemas on a database, with these stores; the first is the default one. */
export async function openStoreLab(
  database: TestDatabase,
  schemas: readonly Schema[],
  settings: Readonly<Record<string, StoreSettings>>,
): Promise<StoreLab> {
  const { settings: where, dispose } = await database.shared()
  const [first = ''] = Object.keys(settings)
  const storesSettings = { stores: settings, default: first }
  const pipeline = definePipeline({ schemas, tables: {}, database: where, stores: storesSettings })
  const db = await pipeline.open()
  await declare(db, await planDeclare(db, schemas))
  const stores = await openStores(storesSettings)
  const others: Database[] = []
  const namesOf = async (items: AsyncIterable<{ readonly path: string }>): Promise<readonly string[]> => {
    const paths: string[] = []
    for await (const { path } of items) paths.push(path)
    return paths.toSorted()
  }
  return {
    db,
    stores,
    paths: (store = first) => namesOf(stores.get(store).list('')),
    pathsUnfinished: (store = first) => namesOf(stores.get(store).listUnfinished('')),
    async again() {
      const other = await pipeline.open()
      others.push(other)
      return other
    },
    async unknowing() {
      const bare = definePipeline({ schemas: [], tables: {}, database: where, stores: storesSettings })
      const other = await bare.open()
      others.push(other)
      return other
    },
    async [Symbol.asyncDispose]() {
      for (const other of others) await other.close()
      await drop(db, await planDrop(db, schemas))
      await db.close()
      await dispose()
      for (const one of Object.values(settings)) {
        if (one.protocol === 'file') await rm(one.location, { recursive: true, force: true })
      }
    },
  }
}

/** The paths that a plan would delete from a store. */
export const garbageOf = (plan: CollectPlan, store = 'local'): readonly string[] =>
  (plan.stores.find((one) => one.store === store)?.objects ?? []).map(({ path }) => path).toSorted()
