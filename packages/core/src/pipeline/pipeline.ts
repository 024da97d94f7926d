import type { Codec } from '../codec/define-codec.ts'
import { connect } from '../connection/connect.ts'
import type { DatabaseSettings } from '../connection/connection.ts'
import { checkOptions, fromCaller, requireList, show } from '../query/call.ts'
import { type Database, databaseOn } from '../query/database.ts'
import { InvalidCallError } from '../query/errors.ts'
import type { AnyTable } from '../query/table.ts'
import type { Schema } from '../schema/schema.ts'
import { masked } from '../settings/masked.ts'
import { openStores } from '../store/stores.ts'
import type { StoresSettings } from '../store/settings.ts'
import { findDifferences, refuseDifferences } from './check.ts'
import { codecsIn } from './codecs.ts'
import { refuseSchemaCollisions } from './collisions.ts'
import { readStored } from './stored.ts'
import { tablesOf } from './tables.ts'

/** Tables under the names that a lab gave them, in groups. */
export interface TableGroups {
  readonly [name: string]: AnyTable | TableGroups
}

/** What a pipeline is made of: nothing of it connects to anything. */
export interface PipelineParts<Groups extends TableGroups> {
  /** Every schema whose tables are to be declared and checked. */
  readonly schemas: readonly Schema[]
  /** The tables by which people will call them, in groups. */
  readonly tables: Groups
  readonly database: DatabaseSettings
  /** Where values of `<blob@store>` and the like are kept. */
  readonly stores?: StoresSettings
  /** Codecs beside those of the schemas, each of which takes the place of one of the same name. */
  readonly codecs?: readonly Codec[]
}

/** How a pipeline is opened. */
export interface OpenOptions {
  /** Without the right to write: what would is refused as `read-only`. Settings of the database may say it too. */
  readonly readOnly?: boolean
  /** Tables that are not as defined: refused, the default, or left for `planMigrate` to look at. */
  readonly differences?: 'refuse' | 'allow'
}

/** Tables wired together, with their database and stores, not yet connected. */
export interface Pipeline<Groups extends TableGroups = TableGroups> extends PipelineParts<Groups> {
  readonly kind: 'pipeline'
  /**
   * Connects, and makes sure that the tables in the database are as defined; tables that are not there yet are left to
   * `declare`, and told as `db.undeclared`. Nothing is written, and reading is the only right that it needs. Fails with
   * `table-differs` and the differences, and with `colliding-names` where the name of a schema differs from another's in
   * capitals alone.
   */
  open(options?: OpenOptions): Promise<Database>
}

/**
 * Activated schemas, the tables by which a lab calls them, and where they are kept, as one value. Fails with `name-taken`
 * where two tables would be one in the database.
 */
export function definePipeline<const Groups extends TableGroups>(parts: PipelineParts<Groups>): Pipeline<Groups> {
  if (!(parts instanceof Object)) {
    throw new InvalidCallError(`definePipeline() takes { schemas, tables, database }, and was given ${show(parts)}.`)
  }
  requireList('schemas', parts.schemas)
  tablesOf(parts.schemas)
  const connectAndCheck = async ({ readOnly = false, differences = 'refuse' }: OpenOptions): Promise<Database> => {
    const codecs = codecsIn(parts.schemas, parts.codecs ?? [])
    const stores = await openStores(parts.stores ?? {})
    const connection = await connect(readOnly ? { ...parts.database, readOnly } : parts.database)
    const context = { database: connection, connection, codecs, stores, generations: new Map(), reads: null }
    const db = databaseOn({ ...context, undeclared: [] })
    try {
      const tables = tablesOf(parts.schemas)
      const stored = await readStored(db, tables)
      refuseSchemaCollisions(
        parts.schemas.map(({ name }) => name),
        stored.schemas,
      )
      if (differences === 'refuse') refuseDifferences(db, tables, stored)
      else findDifferences(db, tables, stored)
      const undeclared = tables.map(({ declaration }) => declaration.name).filter((name) => !stored.find(name))
      return databaseOn({ ...context, undeclared })
    } catch (error) {
      await db.close()
      throw error
    }
  }
  const open = (options: OpenOptions = {}): Promise<Database> =>
    fromCaller(open, async () => {
      checkOpen(options)
      return connectAndCheck(options)
    })
  const stores = parts.stores && { stores: masked(parts.stores) }
  return { kind: 'pipeline', ...parts, database: masked(parts.database), ...stores, open }
}

/** From JavaScript they may be anything, and a `readonly` that is ignored would write. */
function checkOpen(options: OpenOptions): void {
  checkOptions('open()', options, ['readOnly', 'differences'])
  const { readOnly, differences } = options
  if (readOnly !== undefined && typeof readOnly !== 'boolean')
    throw new InvalidCallError(`open() was given readOnly: ${show(readOnly)}. Give true or false.`)
  if (differences !== undefined && differences !== 'refuse' && differences !== 'allow')
    throw new InvalidCallError(`open() was given differences: ${show(differences)}. There are 'refuse' and 'allow'.`)
}
