import { PipelineError } from '../src/index.ts'
import type { RecordedCase, RecordedResult, RecordedValue } from './recorded.ts'
import { expectedOf } from './recorded.ts'

/** What our engine gave: rows, or an error and when it came. */
export type Found =
  | {
      readonly heading: readonly string[]
      readonly pk: readonly string[]
      readonly rows: readonly (readonly unknown[])[]
      readonly count: number
      readonly exists: boolean
    }
  | { readonly error: unknown; readonly phase: 'build' | 'fetch' }

/** `refused`: both refuse the expression. `differing` says in what. */
export type Judgement =
  | { readonly verdict: 'agreed' | 'refused' }
  | { readonly verdict: 'differing'; readonly difference: string }

const differing = (difference: string): Judgement => ({ verdict: 'differing', difference })

/**
 * Judges by the rules of the recorded set: heading and primary key in order (of an ideal answer, only which attributes),
 * rows by value in any order, and that count and existence are those of the rows.
 */
export function judge(recorded: RecordedCase, found: Found): Judgement {
  const expected = expectedOf(recorded)
  if ('error' in found) return judgeError(expected, found)
  if (expected.error !== undefined) {
    return differing(
      `expected an error (${expected.error}: ${expected.message ?? ''}), found ${found.rows.length} rows`,
    )
  }
  const arrange = (names: readonly string[] = []): readonly string[] => (recorded.agrees ? names : names.toSorted())
  const [heading, pk] = [arrange(expected.heading), arrange(expected.pk)]
  if (String(arrange(found.heading)) !== String(heading)) {
    return differing(`expected the heading ${String(expected.heading)}, found ${String(found.heading)}`)
  }
  if (String(arrange(found.pk)) !== String(pk)) {
    return differing(`expected the primary key ${String(expected.pk)}, found ${String(found.pk)}`)
  }
  const [wanted, given] = [expected.rows ?? [], found.rows]
  const missing = surplus(formatRows(expected.heading ?? [], wanted), formatRows(found.heading, given))
  const extra = surplus(formatRows(found.heading, given), formatRows(expected.heading ?? [], wanted))
  if (missing.length > 0 || extra.length > 0) {
    return differing(
      `expected ${wanted.length} rows, found ${given.length}; missing ${missing.slice(0, 3).join(' ')}; ` +
        `not expected ${extra.slice(0, 3).join(' ')}`,
    )
  }
  if (found.count !== wanted.length) return differing(`expected a count of ${wanted.length}, found ${found.count}`)
  if (found.exists !== wanted.length > 0) return differing(`expected exists() to be ${String(wanted.length > 0)}`)
  return { verdict: 'agreed' }
}

function judgeError(expected: RecordedResult, { error, phase }: Extract<Found, { error: unknown }>): Judgement {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  if (expected.error === undefined) {
    return differing(`expected ${expected.rows?.length ?? 0} rows, found at ${phase} ${text}`)
  }
  if (!(error instanceof PipelineError))
    return differing(`expected an error (${expected.error}), found at ${phase} ${text}`)
  // what the reference says in its own words, ours says in its own and before anything is asked of the database
  if (expected.error === 'DataJointError' && phase !== 'build') {
    return differing(`expected to be refused when it is built, found at ${phase} ${text}`)
  }
  return { verdict: 'refused' }
}

/** Rows as text by the names of their attributes, which tells equal values and no others alike. */
export const formatRows = (names: readonly string[], rows: readonly (readonly unknown[])[]): readonly string[] => {
  const order = names.map((name, index) => [name, index] as const).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return rows.map((row) => JSON.stringify(order.map(([, index]) => formatValue(row[index]))))
}

/**
 * A value as text or a number. Numbers are equal to eleven digits: servers add doubles in an order of their own, and write a
 * mean with digits of their own.
 */
function formatValue(value: unknown): string | number | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'bigint' || typeof value === 'number') return Number(Number(value).toPrecision(11))
  if (typeof value === 'string')
    return /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\./.test(value) ? value.replace(/\.?0*$/, '') : value
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  // an object is a tagged value
  return formatTagged(value as Extract<RecordedValue, object>)
}

function formatTagged(value: Extract<RecordedValue, object>): string | number | null {
  if ('decimal' in value) return formatValue(Number(value.decimal))
  return formatValue(Object.values(value)[0])
}

/** What is in the first list more often than in the second. */
export function surplus(first: readonly string[], second: readonly string[]): readonly string[] {
  const left = [...second]
  return first.filter((item) => {
    const at = left.indexOf(item)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}
