import type { Codecs } from '../codec/codecs.ts'
import type { Connection } from '../connection/connection.ts'
import type { Generation, TableName } from '../definition/table-declaration.ts'
import type { Stores } from '../store/stores.ts'
import type { ReadLog } from './read-log.ts'

/** What a relation runs on. */
export interface Context {
  /** The same for everything on one database, inside and outside of its transactions. */
  readonly database: object
  readonly connection: Connection
  readonly codecs: Codecs
  readonly stores: Stores
  /** Of tables (by `identifyTable`), in which format the database has them; known once they have been compared. */
  readonly generations: Map<string, Generation>
  /** Tables of the pipeline that the database did not have when it was opened. */
  readonly undeclared: readonly TableName[]
  /** Where reads are remembered, so that they can be made once more and compared. */
  readonly reads: ReadLog | null
}
