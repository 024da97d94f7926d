import { keySource } from '../query/key-source.ts'
import type { Database } from '../query/database.ts'
import { contextOf } from '../query/database.ts'
import { rememberKey } from '../query/expression/key.ts'
import type { Restriction } from '../query/expression/restriction.ts'
import type { AnyTable } from '../query/table.ts'
import type { Condition } from '../relation/condition.ts'
import { all, statusIs } from './job-conditions.ts'
import type { Job, JobDesk } from './jobs.ts'
import { hashKey, identifyKept, identifyKey, packKey, plainKey } from './legacy-key.ts'
import { persist } from './persist.ts'
import type { JobStatus } from './queue.ts'
import { stackOf } from './queue-desk.ts'
import { attemptsIn } from './reservation.ts'
import { hashesAre, type Reservation, type Reservations } from './reservations.ts'

/** How many rows one statement names. */
const ROWS_AT_ONCE = 1000

/** What people do with the jobs of one table in `~jobs`. */
export function reservationDesk(db: Database, table: AnyTable, rows: Reservations): JobDesk {
  const { connection } = contextOf(db)
  const heading = table.declaration.heading.filter(({ inKey }) => inKey)

  const keysOf = async (restriction: Restriction<object>): Promise<readonly object[]> =>
    keySource(db, table).restrict(restriction).project().keys()

  /** The rows of some statuses; of those that are restricted, whose keys are still in the key source. */
  const find = async (restriction: Restriction<object> | null, statuses: readonly JobStatus[], names: string[]) => {
    const found = await rows.find(statusIs(...statuses.filter(isKnown)), [...names, 'key'])
    if (restriction === null) return found
    const wanted = new Set((await keysOf(restriction)).map((key) => identifyKey(key, heading)))
    return found.filter((row) => wanted.has(identifyKept(row['key']) ?? ''))
  }

  const remove = async (restriction: Restriction<object> | null, statuses: readonly JobStatus[]): Promise<number> => {
    if (!statuses.some(isKnown)) return 0
    const status = statusIs(...statuses.filter(isKnown))
    if (restriction === null) return persist(() => rows.delete(connection, status))
    const found = await find(restriction, statuses, [])
    return inBatches(found, (some) =>
      persist(() => rows.delete(connection, all([hashesAre(some.map((row) => row.key_hash)), status]))),
    )
  }

  return {
    refresh: async () => ({ added: 0, removed: 0, orphaned: 0, rePended: 0 }),

    async ignore(restriction) {
      const keys = await keysOf(restriction)
      const hashed = await Promise.all(
        keys.map(async (key) => ({
          key_hash: hashKey(key, heading),
          status: 'ignore',
          key: await packKey(key, heading),
        })),
      )
      return inBatches(hashed, async (some) => {
        const known: Condition = all([hashesAre(some.map((row) => row.key_hash)), statusIs('reserved', 'error')])
        const changed = await persist(() => rows.update(connection, { status: 'ignore', error_message: '' }, known))
        return changed + (await persist(() => rows.insert(connection, some)))
      })
    },

    clear: remove,
    // a key without a row is free
    retry: (restriction) => remove(restriction, ['error']),
    takeOver: (restriction) => remove(restriction, ['reserved']),

    async counts() {
      const found = await rows.find(all([]), ['status'])
      const counts = Map.groupBy(found, (row) => row['status'] as JobStatus)
      return new Map([...counts].map(([status, jobs]) => [status, jobs.length]))
    },

    async list({ restriction, statuses, limit }) {
      if (!statuses.some(isKnown)) return []
      const names = ['status', 'error_message', 'error_stack', 'user', 'host', 'pid', 'timestamp']
      const found = await find(restriction, statuses, names)
      const latest = found.toSorted((left, right) => (String(left['timestamp']) < String(right['timestamp']) ? 1 : -1))
      return latest.slice(0, limit).map((row) => jobOf(row))
    },
  }

  function jobOf(row: Reservation): Job {
    const key = plainKey(row['key'], heading)
    rememberKey(key, heading)
    const status = row['status'] as JobStatus
    const message = String(row['error_message'])
    const time = String(row['timestamp'])
    return {
      key: Object.freeze(key),
      status,
      priority: null,
      created: null,
      scheduled: null,
      reserved: status === 'reserved' ? time : null,
      completed: status === 'error' ? time : null,
      duration: null,
      message: status === 'reserved' ? '' : message,
      stack: stackOf(row['error_stack']),
      user: String(row['user']),
      host: String(row['host']),
      pid: Number(row['pid']),
      version: status === 'reserved' ? message : '',
      attempts: status === 'reserved' ? attemptsIn(message) : 0,
    }
  }
}

/** `~jobs` has rows of these alone. */
const isKnown = (status: JobStatus): boolean => status === 'reserved' || status === 'error' || status === 'ignore'

async function inBatches<T>(all: readonly T[], work: (some: readonly T[]) => Promise<number>): Promise<number> {
  let changed = 0
  for (let at = 0; at < all.length; at += ROWS_AT_ONCE) changed += await work(all.slice(at, at + ROWS_AT_ONCE))
  return changed
}
