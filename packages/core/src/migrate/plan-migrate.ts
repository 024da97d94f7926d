import { checkOptions, requireList, show } from '../query/call.ts'
import { contextOf, type Database } from '../query/database.ts'
import { InvalidCallError } from '../query/errors.ts'
import type { Schema } from '../schema/schema.ts'
import { evaluate, type Intention } from './evaluate.ts'
import type { MigrationPlan } from './plan.ts'
import { isRenamed, type Renamed } from './renames.ts'

/** How a migration is planned. */
export interface PlanMigrateOptions {
  /** What was renamed, see `renamed`. What is renamed already may stay in the list. */
  readonly renames?: readonly Renamed[]
  /** The names of steps that lose data, as the plan tells them: `lab.subject.notes`. What is gone already may stay in the list. */
  readonly drop?: readonly string[]
  readonly signal?: AbortSignal
  /** Called while the values of attributes are looked at. */
  readonly onProgress?: (progress: PlanProgress) => void
}

/** How far a plan has come. */
export interface PlanProgress {
  readonly table: string
  /** Rows of it that have been looked at. */
  readonly rows: number
}

const intentions = new WeakMap<MigrationPlan, Intention>()

/**
 * Compares schemas with the database and says how it would become what they say, with what stands in the way. Nothing is
 * changed. Where `pipeline.open()` fails with `table-differs`, open with `{ differences: 'allow' }`.
 *
 * ```ts
 * const plan = await planMigrate(db, pipeline.schemas)
 * console.log(formatMigration(plan))
 * await migrate(db, plan)
 * ```
 *
 * @throws RenameError `bad-rename` where what is said to be renamed is not there
 */
export async function planMigrate(
  db: Database,
  schemas: readonly Schema[],
  options: PlanMigrateOptions = {},
): Promise<MigrationPlan> {
  checkOptions('planMigrate()', options, ['renames', 'drop', 'signal', 'onProgress'])
  const { renames = [], drop = [], signal, onProgress } = options
  requireList('renames', renames)
  requireList('names of steps to allow', drop)
  const other = renames.find((one) => !isRenamed(one))
  if (other !== undefined) {
    throw new InvalidCallError(`planMigrate() takes renames as renamed(Table, …), and was given ${show(other)}.`)
  }
  const intention = { schemas, renames, drop: new Set(drop) }
  const seen = new Map<string, number>()
  const plan = await evaluate(contextOf(db), intention, {
    signal,
    onRows: (table, rows) => {
      const total = (seen.get(table) ?? 0) + rows
      seen.set(table, total)
      onProgress?.({ table, rows: total })
    },
  })
  intentions.set(plan, intention)
  return plan
}

/** From what a plan was made. */
export function intentionOf(plan: MigrationPlan): Intention {
  const intention = intentions.get(plan)
  if (intention) return intention
  throw new InvalidCallError(
    `migrate() takes the plan that \`await planMigrate(db, schemas)\` gave in this program, and was given ${show(plan)}.`,
  )
}
