import { PipelineError } from '../errors.ts'
import { InvalidCallError, show } from '../options.ts'
import { type AnyTable, isTable } from './table.ts'

export { checkOptions, show } from '../options.ts'

/** From JavaScript, what is to be a table may be anything: often the database, where the two were exchanged. */
export function checkTable(call: string, table: unknown): asserts table is AnyTable {
  if (isTable(table)) return
  const found = typeof table === 'function' ? 'a function' : show(table)
  throw new InvalidCallError(
    `${call} takes the database and then a table, as ${call.replace('()', '(db, Table)')}, and was given ${found} as the table.`,
  )
}

/** A plan, which from JavaScript may be options, or was not awaited. */
export function checkPlan(call: string, plan: unknown, made: string): void {
  const isObject = typeof plan === 'object' && plan !== null
  // a schema has tables too
  if (isObject && 'tables' in plan && Array.isArray(plan.tables) && !('kind' in plan && plan.kind === 'schema')) return
  throw new InvalidCallError(`${call} takes the plan that \`await ${made}\` gave, and was given ${show(plan)}.`)
}

export function requireList(what: string, given: unknown): void {
  if (Array.isArray(given)) return
  throw new InvalidCallError(`A list of ${what} is needed, [first, second], and there was given ${show(given)}.`)
}

/**
 * Does the work of `operation`, and adds to an error of ours the line that called it: V8 keeps ten frames, and what goes
 * wrong with a row goes wrong deeper.
 */
export async function fromCaller<T>(operation: (...given: never) => unknown, work: () => Promise<T>): Promise<T> {
  const here: { stack?: string } = {}
  Error.captureStackTrace(here, operation)
  try {
    return await work()
  } catch (error) {
    const frames = here.stack?.split('\n').slice(1) ?? []
    const [line] = frames
    if (error instanceof PipelineError && line !== undefined && error.stack?.includes(line.trim()) === false) {
      error.stack += `\n${frames.join('\n')}`
    }
    throw error
  }
}

/** Does the work of `operation`. An error of ours begins in the line that called it, however deep the wrong part stands. */
export function inCaller<T>(operation: (...given: never) => unknown, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof PipelineError) Error.captureStackTrace(error, operation)
    throw error
  }
}
