import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Database,
  type DatabaseSettings,
  declare,
  definePipeline,
  drop,
  planDeclare,
  planDrop,
  type Schema,
} from '../index.ts'

/** What a temporary pipeline is made of. */
export interface TemporaryPipelineOptions {
  /** The element's schema and those upstream of it, upstream first. */
  readonly schemas: readonly Schema[]
  /** The names of the stores to make; the first is the default one. */
  readonly stores?: readonly string[]
  /** Where to keep it; a new SQLite file where this is left out. On a server, the schemas must not exist yet. */
  readonly database?: DatabaseSettings
}

/** A declared pipeline that is gone, with its store and its tables, when it is disposed of. */
export interface TemporaryPipeline extends AsyncDisposable {
  readonly db: Database
  /** A folder of its own, for files that the test makes. */
  readonly folder: string
}

/**
 * Declares schemas on a database of their own with stores of their own.
 *
 * ```ts
 * await using pipeline = await temporaryPipeline({ schemas: [stubs, schema], stores: ['local'] })
 * await pipeline.db(Session).insert([{ session_id: 1 }])
 * ```
 */
export async function temporaryPipeline(options: TemporaryPipelineOptions): Promise<TemporaryPipeline> {
  const { schemas, stores = ['local'] } = options
  const folder = await mkdtemp(join(tmpdir(), 'neurojoint-'))
  const dispose: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })]
  const end = async (): Promise<void> => {
    const problems: unknown[] = []
    for (const step of dispose.splice(0).toReversed()) await step().catch((error: unknown) => problems.push(error))
    if (problems.length > 0) throw problems[0]
  }
  try {
    for (const name of stores) await mkdir(join(folder, 'stores', name), { recursive: true })
    const pipeline = definePipeline({
      schemas,
      tables: {},
      database: options.database ?? { kind: 'sqlite', path: join(folder, 'pipeline.sqlite') },
      stores: {
        ...(stores[0] !== undefined && { default: stores[0] }),
        stores: Object.fromEntries(
          stores.map((name) => [name, { protocol: 'file', location: join(folder, 'stores', name) }] as const),
        ),
      },
    })
    const db = await pipeline.open()
    dispose.push(() => db.close())
    await declare(db, await planDeclare(db, schemas))
    if (options.database) dispose.push(async () => drop(db, await planDrop(db, schemas)))
    return { db, folder, [Symbol.asyncDispose]: end }
  } catch (error) {
    // why it could not be made, not what could not be taken away of it
    await end().catch(() => {})
    throw error
  }
}
