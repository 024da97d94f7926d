import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import type { Connection } from '../connection/connection.ts'
import { DefinitionInTransactionError } from '../driver/errors.ts'
import { findDifferences, refuseDifferences } from '../pipeline/check.ts'
import { declare, planDeclare } from '../pipeline/declare.ts'
import { readStored } from '../pipeline/stored.ts'
import { tablesOf } from '../pipeline/tables.ts'
import { checkOptions, checkPlan } from '../query/call.ts'
import { contextOf, type Database, databaseOn } from '../query/database.ts'
import { identifyTable } from '../query/dependencies.ts'
import { insertRows } from '../query/insert/insert.ts'
import type { AnyTable } from '../query/table.ts'
import {
  BlockedMigrationError,
  BrokenReferenceError,
  DestructiveMigrationError,
  MigrationRunningError,
  StaleMigrationError,
} from './errors.ts'
import { evaluate, type Watching } from './evaluate.ts'
import type { MigrationPlan, MigrationStatement } from './plan.ts'
import { intentionOf } from './plan-migrate.ts'

/** How a migration is performed. */
export interface MigrateOptions {
  /** Stops before the next statement, and the one that runs. What is not `atomic` keeps what was done by then. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: MigrateProgress) => void
}

/** How far a migration has come. */
export interface MigrateProgress {
  /** Statements that are done, of `total`. */
  readonly done: number
  readonly total: number
  /** What runs next, in words; `null` at the end. */
  readonly what: string | null
}

/**
 * Performs a plan, and writes down each statement in `~migrations` of its schema. New tables are created, and the contents
 * of lookup tables completed. Interrupted, plan and migrate again: what is done is not done twice.
 *
 * While it runs nobody else should write to the tables that it changes: on a server, rows that come after they were looked
 * at are refused where they would be cut, and rounded, or filled with 0 or an empty text, without a word. Another migration
 * of the same schemas is kept out.
 *
 * @throws DestructiveMigrationError `destructive-migration` where a step loses data and was not allowed by name
 * @throws BlockedMigrationError `blocked-migration` where a step cannot be done
 * @throws MigrationRunningError `migration-running` where somebody else migrates one of the schemas on the server
 * @throws StaleMigrationError `stale-plan` where the database has changed since the plan was made
 */
export async function migrate(db: Database, plan: MigrationPlan, options: MigrateOptions = {}): Promise<void> {
  checkPlan('migrate()', plan, 'planMigrate(db, schemas)')
  checkOptions('migrate()', options, ['signal', 'onProgress'])
  const { signal, onProgress } = options
  const { schemas } = intentionOf(plan)
  const context = contextOf(db)
  const { connection } = context
  const { dialect } = connection
  const tables = tablesOf(schemas)
  if (connection.inTransaction) throw new DefinitionInTransactionError()
  refuseSteps(plan)
  const total = plan.statements.length
  const report = (done: number): void => onProgress?.({ done, total, what: plan.statements[done]?.what ?? null })
  const watching: Watching = { signal, onRows: () => {} }

  if (total > 0 && dialect.supports.transactionalDdl) {
    await connection.transaction(async (on) => {
      refuseStale(plan, await evaluate({ ...context, connection: on }, intentionOf(plan), watching))
      for (const statement of dialect.alter.prepare) await on.execute(statement)
      await perform(databaseOn({ ...context, connection: on }), plan, { signal, report, tables })
      for (const statement of dialect.alter.verify(plan.tables.map(({ table }) => table))) {
        const [broken] = await on.query(statement)
        if (broken) throw new BrokenReferenceError(String(broken[0]), String(broken[2]))
      }
    }, signal)
  } else if (total > 0) {
    await alone(connection, [...new Set(plan.statements.map(({ table }) => table.schema))], signal, async () => {
      refuseStale(plan, await evaluate(context, intentionOf(plan), watching))
      await perform(db, plan, { signal, report, tables })
    })
  }
  refuseDifferences(db, tables, await readStored(db, tables))
  await declare(db, await planDeclare(db, schemas))
  onProgress?.({ done: total, total, what: null })
}

/** Two that migrate at once would each do what they saw before the other began. */
async function alone(
  connection: Connection,
  schemas: readonly string[],
  signal: AbortSignal | undefined,
  work: () => Promise<void>,
): Promise<void> {
  const { lock } = connection.dialect.alter
  if (lock === null) return work()
  const outcome: PromiseSettledResult<void>[] = []
  // it is no part of the transaction, which keeps the session that has the lock
  const outside = AsyncLocalStorage.snapshot()
  await connection
    .transaction(async (session) => {
      const taken: string[] = []
      try {
        for (const schema of schemas.toSorted()) {
          taken.push(schema)
          const [row] = await session.query(lock.take(schema), signal)
          if (Number(row?.[0]) !== 1) throw new MigrationRunningError(schema)
        }
        outcome.push(...(await Promise.allSettled([outside(work)])))
      } finally {
        for (const schema of taken) await session.query(lock.release(schema))
      }
      // without the signal: what was taken is given back in any case
    })
    .catch((error: unknown) => {
      // that the session with the lock was lost says nothing of the work
      if (outcome.length === 0) throw error
    })
  for (const one of outcome) if (one.status === 'rejected') throw one.reason
}

function refuseSteps({ tables }: MigrationPlan): void {
  const steps = tables.flatMap((table) => table.steps)
  const blocked = steps.flatMap(({ name, what, problem }) => (problem === null ? [] : [{ name, what, problem }]))
  if (blocked.length > 0) throw new BlockedMigrationError(blocked)
  const destructive = steps.filter(({ allowed }) => !allowed)
  if (destructive.length > 0) throw new DestructiveMigrationError(destructive)
}

/** What was seen in rows may differ, as long as nothing stands in the way. */
function refuseStale(plan: MigrationPlan, now: MigrationPlan): void {
  const spell = ({ tables, statements }: MigrationPlan): Map<string, string> => {
    const steps = tables.map(({ table, steps: own }) => [
      identifyTable(table),
      own.map(({ name, what, destructive, problem }) => [name, what, destructive, problem]),
    ])
    const sql = Map.groupBy(statements, ({ table }) => identifyTable(table))
    const texts = [...sql].map(([table, own]) => [`${table} `, own.map(({ statement }) => statement.sql)])
    return new Map([...steps, ...texts].map(([table, facts]) => [String(table), JSON.stringify(facts)]))
  }
  const [planned, present] = [spell(plan), spell(now)]
  const changed = [...new Set([...planned.keys(), ...present.keys()])].filter(
    (table) => planned.get(table) !== present.get(table),
  )
  if (changed.length > 0) throw new StaleMigrationError([...new Set(changed.map((table) => table.trim()))])
}

interface Performing {
  readonly signal: AbortSignal | undefined
  readonly report: (done: number) => void
  readonly tables: readonly AnyTable[]
}

async function perform(db: Database, plan: MigrationPlan, { signal, report, tables }: Performing): Promise<void> {
  const { connection: on } = contextOf(db)
  const { log } = on.dialect.alter
  const { statements, created, atomic } = plan
  const isNew = new Set(created.map(identifyTable))
  const changed = new Set(plan.tables.map(({ table }) => identifyTable(table)))
  // what they come with may be missing where this was interrupted before
  await fill(
    db,
    tables.filter(({ declaration }) => !changed.has(identifyTable(declaration.name))),
  )
  // references to new tables come after these, or are looked at in the end
  const filled = atomic
    ? statements.length - 1
    : statements.findLastIndex(({ table }) => isNew.has(identifyTable(table)))
  const logged = new Set<string>()
  for (const [done, one] of statements.entries()) {
    signal?.throwIfAborted()
    report(done)
    const { schema } = one.table
    // the schema itself may be what is created
    if (!logged.has(schema) && one.table.table !== '') {
      await on.execute(log.create(schema), signal)
      logged.add(schema)
    }
    if (logged.has(schema)) await performLogged(on, one, signal)
    else await on.execute(one.statement, signal)
    if (done === filled)
      await fill(
        db,
        tables.filter(({ declaration }) => isNew.has(identifyTable(declaration.name))),
      )
  }
}

/** Old rows may refer to those that new tables come with. */
async function fill(db: Database, created: readonly AnyTable[]): Promise<void> {
  const lookups = created.filter(({ contents }) => contents.length > 0)
  findDifferences(db, lookups, await readStored(db, lookups))
  for (const table of lookups) await insertRows(contextOf(db), table, table.contents, { skipDuplicates: true })
}

async function performLogged(
  on: Connection,
  { statement, table, what }: MigrationStatement,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { log } = on.dialect.alter
  const id = randomUUID()
  await on.execute(log.begin(table.schema, { id, step: what, sql: statement.sql }), signal)
  try {
    await on.execute(statement, signal)
  } catch (error) {
    // that it failed is told in any case
    await on
      .execute(log.end(table.schema, id, 'failed', error instanceof Error ? error.message : String(error)))
      .catch(() => {})
    throw error
  }
  await on.execute(log.end(table.schema, id, 'done', ''))
}
