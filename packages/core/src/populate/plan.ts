import { checkTable, fromCaller } from '../query/call.ts'
import type { Database } from '../query/database.ts'
import type { AnyMake } from '../query/make.ts'
import type { AnyTable, Key } from '../query/table.ts'
import { NotPopulatedError } from './errors.ts'
import { countKeys, missingKeys, pagesOfKeys } from './missing-keys.ts'
import { checkScope, type PopulateScope } from './options.ts'

/** How many keys a plan shows where nothing is said. */
const SHOWN = 1000

/** The keys that are still to be made. */
export interface PopulatePlan<T extends AnyTable = AnyTable> {
  readonly table: T
  /** How many they are, within the limit. */
  readonly missing: number
  /** The first of them: as many as the limit says, and 1,000 where there is none. */
  readonly keys: readonly Key<T>[]
}

/** Which keys `populate` would make: those of the key source that the table does not have. */
export async function planPopulate<T extends AnyTable>(
  db: Database,
  table: T,
  options: PopulateScope<T> = {},
): Promise<PopulatePlan<T>> {
  return fromCaller(planPopulate, async () => {
    checkScope('planPopulate()', options)
    makeOf('planPopulate()', table)
    const { restriction, limit, signal } = options
    const missing = missingKeys(db, table, restriction)
    const shown = limit ?? SHOWN
    const pages = shown === 0 ? [] : pagesOfKeys(db, table, missing, { order: 'key', signal, page: shown })
    let keys: readonly object[] = []
    for await (const page of pages) {
      keys = page
      break
    }
    const count = keys.length < shown ? keys.length : await countKeys(db, missing, signal)
    // A key source has the attributes of the table's primary key and no others (see keySource).
    return { table, missing: Math.min(count, limit ?? count), keys: keys as Key<T>[] }
  })
}

export function makeOf(call: string, table: AnyTable): AnyMake {
  checkTable(call, table)
  if (!table.make) throw new NotPopulatedError(table.typeName, table.declaration.tier)
  return table.make
}
