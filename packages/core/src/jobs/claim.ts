import { hostname } from 'node:os'
import { pid } from 'node:process'
import { lower } from '../compile/lower.ts'
import type { Connection } from '../connection/connection.ts'
import { retryDeadlock } from '../query/deadlock.ts'
import { rememberKey } from '../query/expression/key.ts'
import type { Condition } from '../relation/condition.ts'
import type { Order } from '../relation/node.ts'
import { project } from '../relation/project.ts'
import { restrict } from '../relation/restrict.ts'
import { top } from '../relation/top.ts'
import { all } from './job-conditions.ts'
import { isUnknown } from './persist.ts'
import { now, type QueueRows } from './queue-rows.ts'
import type { Claim, JobOrder } from './queue.ts'
import { attemptsIn, formatReservation, newToken } from './reservation.ts'
import { shuffled } from './shuffle.ts'

/** What is claimed, and how. */
export interface ClaimTask {
  /** What jobs must satisfy. */
  readonly condition: Condition
  readonly limit: number
  readonly leaseSeconds: number
  readonly signal: AbortSignal | undefined
}

/** Claims the first jobs in an order that the index of the table has. */
export const claimFirst = (rows: QueueRows, task: ClaimTask): Promise<readonly Claim[]> =>
  take(rows, { ...task, keys: null })

/**
 * Claims jobs that must be searched for, or put in another order: some are looked for first, and then those are claimed. Gives
 * them as they are claimed.
 */
export async function* claimFound(
  rows: QueueRows,
  task: ClaimTask,
  order: JobOrder,
): AsyncGenerator<readonly Claim[], void> {
  let left = task.limit
  // more than are wanted, since others may be about to take the same
  const least = order === 'random' ? 64 : 4
  let times = least
  for (;;) {
    const room = left * times
    const found = await candidates(rows, { ...task, limit: room }, order)
    const before = left
    for (let at = 0; at < found.length && left > 0;) {
      const keys = found.slice(at, at + left)
      at += keys.length
      const places = new Map(keys.map((key, place) => [identify(key), place]))
      const placeOf = ({ key }: Claim): number => places.get(identify(key)) ?? 0
      const taken = await take(rows, { ...task, limit: keys.length, keys })
      left -= taken.length
      yield taken.toSorted((one, other) => placeOf(one) - placeOf(other))
    }
    if (left <= 0 || found.length < room) return
    // others took some of those that were found, or hold all of them locked, and it is looked beyond these
    times = left < before ? least : 2 * times
  }
}

async function candidates(rows: QueueRows, { condition, limit, signal }: ClaimTask, order: JobOrder) {
  const node = { ...top(restrict(rows.node, condition), { limit }), order: ordersOf(order, rows.names) }
  const found = await rows.read(project(node, {}), signal)
  return order === 'random' ? shuffled(found) : found
}

/** Reserves jobs, those of some keys or any, that nobody else is about to reserve. */
async function take(
  rows: QueueRows,
  { condition, limit, leaseSeconds, signal, keys }: ClaimTask & { readonly keys: readonly object[] | null },
): Promise<readonly Claim[]> {
  const chosen = keys ? all([rows.keysAre(keys), condition]) : condition
  const order = keys ? [] : ordersOf('priority', rows.names)
  const versioned = project({ ...top(restrict(rows.node, chosen), { limit }), order }, { version: 'version' })
  const reserve = async (transaction: Connection): Promise<readonly Claim[]> => {
    const statement = transaction.dialect.claiming(transaction.dialect.select(lower(versioned)))
    const found = await rows.rowsOf(versioned, await transaction.query(statement, signal), signal)
    const token = newToken()
    const claims = found.map((row) => claimOf(rows, row, token, leaseSeconds))
    for (const [version, group] of Map.groupBy(claims, (claim) => claim.token)) {
      const values = {
        status: 'reserved',
        reserved_time: now,
        user: { server: 'user' },
        host: hostname().slice(0, 255),
        pid: BigInt(pid),
        connection_id: { server: 'connection' },
        version,
      } as const
      await rows.update(transaction, values, rows.keysAre(group.map(({ key }) => key)), signal)
    }
    return claims
  }
  try {
    // a snapshot would keep more rows from others than those that are taken
    return await retryDeadlock(() => rows.context.connection.transaction(reserve, signal, 'latest'), { signal })
  } catch (error) {
    // what was reserved, if it was, expires as it would with its worker
    if (isUnknown(error)) return []
    throw error
  }
}

function claimOf(rows: QueueRows, row: Readonly<Record<string, unknown>>, token: string, leaseSeconds: number): Claim {
  const { version, ...key } = row
  rememberKey(key, rows.key)
  const attempt = attemptsIn(String(version)) + 1
  const losing = new AbortController()
  const claim: Claim = {
    key: Object.freeze(key),
    token: formatReservation(token, leaseSeconds, attempt),
    attempt,
    lost: losing.signal,
  }
  losers.set(claim, losing)
  return claim
}

const losers = new WeakMap<Claim, AbortController>()

/** Tells the holder of a claim that it is not its any more. */
export const lose = (claim: Claim, reason: unknown): void => losers.get(claim)?.abort(reason)

function ordersOf(order: JobOrder, key: readonly string[]): readonly Order[] {
  switch (order) {
    case 'key':
    case 'reverse':
      return key.map((attribute) => ({ attribute, descending: order === 'reverse' }))
    case 'random':
      return []
    case 'priority':
      return ['priority', 'scheduled_time'].map((attribute) => ({ attribute, descending: false }))
  }
}

const identify = (key: object): string => JSON.stringify(Object.values(key).map(String))
