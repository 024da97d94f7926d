import type { AnyTable, Key, Tables } from '@neurojoint/core'
import type { ProbeTables } from '../probe/index.ts'

/** What a pipeline hands to this schema: the tables of `./probe`, two of its own, and where its files are. */
export interface Upstream<Session extends AnyTable, SkullReference extends AnyTable> extends ProbeTables {
  readonly Session: Session
  /** What coordinates count from, such as Bregma. */
  readonly SkullReference: SkullReference
  /**
   * Absolute folders with recordings and results. Files are named relative to the first of them that they lie in; called
   * when they are needed.
   */
  readonly dataDirectories: () => readonly string[]
  /** The absolute folder of a session. It may read the database; `session` is for `forKey`. */
  readonly sessionDirectory: (session: Key<Session>, db: Tables) => string | Promise<string>
}
