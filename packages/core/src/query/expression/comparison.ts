import { types } from 'node:util'
import type { Comparison } from '../../relation/condition.ts'
import { show } from '../call.ts'
import { InvalidRestrictionError } from '../errors.ts'
import { isMade, made } from '../made.ts'

/** What a value is compared with. */
export type Comparable = string | number | bigint | boolean | Date | Uint8Array

type Test =
  | { readonly kind: 'compare'; readonly operator: Comparison; readonly value: unknown }
  | { readonly kind: 'between'; readonly low: unknown; readonly high: unknown }
  | { readonly kind: 'one-of'; readonly values: readonly unknown[] }
  | { readonly kind: 'like'; readonly pattern: string }

/** A comparison in the place of an attribute's value: `{ age: gte(5) }`. `~value` exists for the compiler alone. */
export interface Comparing<Value> {
  readonly kind: 'comparison'
  readonly test: Test
  readonly '~value': Value
}

/** A comparison of text with a pattern: `{ name: like('m%') }`. */
export interface Pattern {
  readonly kind: 'comparison'
  readonly test: Test
  readonly '~pattern': true
}

export const isComparing = (value: unknown): value is { readonly test: Test } => isMade(value, 'comparison')

/** Greater than. */
export const gt = <const V extends Comparable>(value: V): Comparing<V> => compare('gt', '>', value)
/** Greater than or equal. */
export const gte = <const V extends Comparable>(value: V): Comparing<V> => compare('gte', '>=', value)
/** Less than. */
export const lt = <const V extends Comparable>(value: V): Comparing<V> => compare('lt', '<', value)
/** Less than or equal. */
export const lte = <const V extends Comparable>(value: V): Comparing<V> => compare('lte', '<=', value)

/** Another value; a row that has none, NULL, is not found. `ne(null)` finds every value. */
export function ne<const V extends Comparable | null>(value: V): Comparing<V> {
  if (value !== null) requireComparable('ne', value)
  return comparing({ kind: 'compare', operator: '!=', value })
}

/** From `low` to `high`, both included. */
export function between<const V extends Comparable>(low: V, high: V): Comparing<V> {
  requireComparable('between', low)
  requireComparable('between', high)
  return comparing({ kind: 'between', low, high })
}

/** One of several values, of which `null` finds NULL; of none, no row. */
export function oneOf<const V extends Comparable | null>(values: readonly V[]): Comparing<V> {
  // from JavaScript, the values may be given one by one, or as a set
  if (!Array.isArray(values)) {
    throw new InvalidRestrictionError(`oneOf(${show(values)})`, 'Give a list: oneOf([first, second]).')
  }
  for (const value of values) if (value !== null) requireComparable('oneOf', value)
  return comparing({ kind: 'one-of', values: [...values] })
}

/**
 * Text like a pattern: `%` stands for any characters, `_` for one, and a backslash makes the next one stand for itself. Case
 * counts.
 */
export function like(pattern: string): Pattern {
  if (typeof pattern !== 'string') {
    throw new InvalidRestrictionError(`like(${show(pattern)})`, "Give a pattern as text: like('m%').")
  }
  // the members for the compiler are on no value
  return made({ kind: 'comparison', test: { kind: 'like', pattern } }) as unknown as Pattern
}

function compare<V extends Comparable>(verb: string, operator: Comparison, value: V): Comparing<V> {
  requireComparable(verb, value)
  return comparing({ kind: 'compare', operator, value })
}

/** The member for the compiler is on no value: this is where a comparison gets it. */
const comparing = <V>(test: Test): Comparing<V> => made({ kind: 'comparison', test }) as unknown as Comparing<V>

function requireComparable(verb: string, value: unknown): void {
  switch (typeof value) {
    case 'string':
    case 'bigint':
    case 'boolean':
      return
    case 'number':
      if (Number.isFinite(value)) return
      break
    case 'object':
      // unlike `instanceof`, these ask nothing of a proxy
      if (types.isUint8Array(value)) return
      if (types.isDate(value) && !Number.isNaN(value.getTime())) return
      if (value === null) {
        throw new InvalidRestrictionError(
          `${verb}(null)`,
          'NULL is neither more nor less than anything: null itself finds it, and ne(null) what has a value.',
        )
      }
      break
    default:
  }
  throw new InvalidRestrictionError(
    `${verb}(${show(value)})`,
    'Give a finite number, text, a bigint, true or false, a Date or bytes.',
  )
}
