import type { TableName } from '../definition/table-declaration.ts'
import { catalogueQuery } from '../query/catalogue-query.ts'
import type { Context } from '../query/context.ts'
import { contextOf, type Database } from '../query/database.ts'
import { retryDeadlock } from '../query/deadlock.ts'
import { inDatabase } from '../query/in-database.ts'
import type { AnyTable } from '../query/table.ts'
import { SharedJobTableError, UnsupportedJobsError } from './errors.ts'
import { ownKeyAttributes, queueComment, type QueueTable, queueTable, reservationsTable } from './job-table.ts'
import type { JobDesk } from './jobs.ts'
import { queueDesk } from './queue-desk.ts'
import { queueRows } from './queue-rows.ts'
import { reservationDesk } from './reservation-desk.ts'
import type { LeaseHolder } from './lease.ts'
import type { JobQueue, Lease } from './queue.ts'
import { ReservationQueue } from './reservation-queue.ts'
import { Reservations } from './reservations.ts'
import { TableQueue } from './table-queue.ts'

/** How a queue is opened. */
export interface QueueOptions {
  /** What renews the claims that are made here; without one they expire. */
  readonly lease?: Lease
  /** Keeps jobs that are done, as `success`; they are removed where this is left out. */
  readonly keepCompleted?: boolean
}

/**
 * Opens the queue of a table's keys, and makes the job table where it is missing: `~~table` beside a table of DataJoint 2,
 * `~jobs` in a schema of 0.14, each as Python's client makes it.
 *
 * @throws SharedJobTableError `shared-job-table` where another table has the job table of that name
 * @throws UnsupportedJobsError `unsupported-jobs` where the key has attributes that come by no reference
 * @throws AccessDeniedError `access-denied` with the privilege that is missing: CREATE for a new job table
 */
export async function openJobQueue(db: Database, table: AnyTable, options: QueueOptions = {}): Promise<JobQueue> {
  const opened = await openTable(db, table)
  if (opened.kind === 'reservations') return new ReservationQueue(db, opened.table, opened.rows)
  // every lease is made by openLease
  const lease = (options.lease as LeaseHolder | undefined) ?? null
  const { keepCompleted = false } = options
  return new TableQueue({ db, table: opened.table, jobs: opened.jobs, lease, keepCompleted })
}

/** The jobs of a table for people, opened in the same way. */
export async function openJobs(db: Database, table: AnyTable): Promise<JobDesk> {
  const opened = await openTable(db, table)
  return opened.kind === 'reservations'
    ? reservationDesk(db, opened.table, opened.rows)
    : queueDesk(db, opened.table, queueRows(db, opened.table, opened.jobs))
}

type OpenedTable =
  | { readonly kind: 'queue'; readonly table: AnyTable; readonly jobs: QueueTable }
  | { readonly kind: 'reservations'; readonly table: AnyTable; readonly rows: Reservations }

/** The job table of a table, which is made where it is missing. */
async function openTable(db: Database, defined: AnyTable): Promise<OpenedTable> {
  const context = contextOf(db)
  const table = inDatabase(context, defined)
  const { declaration, typeName } = table
  if (declaration.generation === '0.14') {
    const reservations = reservationsTable(declaration.name.schema)
    const create = async () => context.connection.dialect.jobs.createReservations(reservations)
    await makeTable(context, reservations.name, create)
    return { kind: 'reservations', table, rows: new Reservations(context, declaration.name) }
  }
  const own = ownKeyAttributes(declaration)
  if (own.length > 0) {
    throw new UnsupportedJobsError(typeName, `\`${own.join('`, `')}\` in its key comes by no reference`)
  }
  const jobs = queueTable(declaration)
  await makeTable(context, jobs.declaration.name, async () => {
    const { dialect } = context.connection
    const { collationOf } = await dialect.readSchemas(catalogueQuery(context.connection), [declaration.name.schema])
    return dialect.jobs.createQueue(jobs.declaration, declaration, collationOf)
  })
  await refuseShared(context, declaration.name, jobs.declaration.name)
  return { kind: 'queue', table, jobs }
}

async function makeTable(
  { connection }: Context,
  name: TableName,
  statements: () => Promise<ReturnType<Context['connection']['dialect']['jobs']['createQueue']>>,
): Promise<void> {
  const { dialect } = connection
  if ((await connection.query(dialect.jobs.findTable(name))).length > 0) return
  const create = await statements()
  const perform = async (on: Context['connection']): Promise<void> => {
    for (const statement of create) await on.execute(statement)
  }
  await retryDeadlock(() => (dialect.supports.transactionalDdl ? connection.transaction(perform) : perform(connection)))
}

/** The comment of a job table says whose it is. */
async function refuseShared({ connection }: Context, name: TableName, jobs: TableName): Promise<void> {
  const [row] = await connection.query(connection.dialect.jobs.findTable(jobs))
  const comment = String(row?.[0] ?? '')
  const [, other] = /^Job queue for `(?:[^`]|``)*`\.`((?:[^`]|``)*)`$/.exec(comment) ?? []
  if (other === undefined || other === name.table || comment === queueComment(name)) return
  throw new SharedJobTableError(`${name.schema}.${name.table}`, `${name.schema}.${other}`, jobs.table)
}
