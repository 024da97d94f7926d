import { lower } from '../compile/lower.ts'
import type { Connection } from '../connection/connection.ts'
import { retryDeadlock } from '../query/deadlock.ts'
import { valueReader } from '../query/fetch/read-value.ts'
import { requireAttribute } from '../relation/heading.ts'
import { project } from '../relation/project.ts'
import { restrict } from '../relation/restrict.ts'
import { tableNode } from '../relation/table.ts'
import { held } from './job-conditions.ts'
import type { HeldJob } from './lease-protocol.ts'

/** How many reservations one transaction renews. */
const RENEWED_AT_ONCE = 64

const label = 'the jobs'

/** Renews reservations in one job table, and gives those that are not ours any more. */
export async function renew(
  connection: Connection,
  jobs: readonly HeldJob[],
  signal: AbortSignal,
): Promise<readonly HeldJob[]> {
  const lost: HeldJob[] = []
  for (let at = 0; at < jobs.length; at += RENEWED_AT_ONCE) {
    const some = jobs.slice(at, at + RENEWED_AT_ONCE)
    const [first] = some
    if (first) lost.push(...(await renewSome(connection, first, some, signal)))
  }
  return lost
}

async function renewSome(
  connection: Connection,
  { table, heading }: HeldJob,
  jobs: readonly HeldJob[],
  signal: AbortSignal,
) {
  const { dialect } = connection
  const present = (some: readonly HeldJob[]) =>
    project(restrict(tableNode({ name: table, heading }), held(some, heading, label)), {})
  const [{ heading: key }] = [present(jobs)]
  const readers = key.map((attribute) => [attribute.name, valueReader(attribute, dialect)] as const)
  const identify = (values: readonly unknown[]): string => JSON.stringify(values.map(String))
  const keyOf = (job: HeldJob): string => identify(key.map(({ name }) => Reflect.get(job.key, name)))
  const keysIn = (rows: Awaited<ReturnType<Connection['query']>>): ReadonlySet<string> =>
    new Set(rows.map((row) => identify(readers.map(([, read], index) => read(row[index] ?? null)))))
  const renewing = (): Promise<readonly HeldJob[]> =>
    connection.transaction(
      async (transaction) => {
        // a row that is about to be completed, or taken from us, is left: to wait for it could cost the others
        const select = dialect.claiming(dialect.select(lower(present(jobs))))
        const free = keysIn(await transaction.query(select))
        const renewed = jobs.filter((job) => free.has(keyOf(job)))
        if (renewed.length > 0) {
          const reserved = requireAttribute(heading, 'reserved_time')
          await transaction.execute(
            dialect.update(table, heading, [[reserved, { server: 'now', seconds: 0 }]], held(renewed, heading, label)),
          )
        }
        return jobs.filter((job) => !renewed.includes(job))
      },
      signal,
      'latest',
    )
  const rest = await retryDeadlock(renewing, { signal })
  if (rest.length === 0) return []
  const still = keysIn(await connection.query(dialect.select(lower(present(rest))), signal))
  return rest.filter((job) => !still.has(keyOf(job)))
}
