import { inspect } from 'node:util'
import { PipelineError } from '../errors.ts'
import { InvalidCallError } from './errors.ts'
import { isPlain } from './given-row.ts'
import { type AnyTable, isTable } from './table.ts'

const LISTENERS = ['onEvent', 'onProgress'] as const

/** What a caller without the compiler gave, as an error shows it. */
export const show = (value: unknown): string => inspect(value, { depth: 0, breakLength: Infinity, maxStringLength: 80 })

/**
 * From JavaScript, options may be anything, and their names misspelt: what is not known would do nothing, and a limit or
 * a signal that does nothing is noticed late.
 */
export function checkOptions(call: string, options: unknown, names: readonly string[]): void {
  const known = `{ ${names.join(', ')} }`
  if (typeof options !== 'object' || options === null || !isPlain(options)) {
    throw new InvalidCallError(`${call} takes its options as an object, ${known}, and was given ${show(options)}.`)
  }
  const unknown = Object.keys(options).find((name) => !names.includes(name))
  if (unknown !== undefined) {
    throw new InvalidCallError(`${call} has no option \`${unknown}\`. It has ${known}.`)
  }
  const signal: unknown = 'signal' in options ? options.signal : undefined
  if (signal !== undefined && signal !== null && !(signal instanceof AbortSignal)) {
    throw new InvalidCallError(`${call} takes as signal that of an AbortController, and was given ${show(signal)}.`)
  }
  for (const name of LISTENERS) {
    const listener: unknown = Reflect.get(options, name)
    if (listener === undefined || listener === null || typeof listener === 'function') continue
    throw new InvalidCallError(`${call} takes a function as ${name}, and was given ${show(listener)}.`)
  }
}

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
  if (typeof plan === 'object' && plan !== null && 'tables' in plan && Array.isArray(plan.tables)) return
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
