import { inspect } from 'node:util'
import { PipelineError } from './errors.ts'

/** What only a caller without the compiler can get wrong. */
export class InvalidCallError extends PipelineError {
  override readonly name = 'InvalidCallError'
  readonly code = 'invalid-call'
}

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

/** From JavaScript, what is to be text may be left out, or be the value that has the name. */
export function requireText(call: string, what: string, given: unknown): asserts given is string {
  if (typeof given === 'string') return
  throw new InvalidCallError(`${call} takes ${what}, and was given ${show(given)}.`)
}

/** Whether an object has no class: only of such a one do its own members say everything. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  // that of another realm's plain objects is another one
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
