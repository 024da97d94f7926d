import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A value as it was recorded: plain, or tagged with what JSON has no form for. */
export type RecordedValue =
  | null
  | boolean
  | number
  | string
  | { readonly decimal: string }
  | { readonly date: string }
  | { readonly datetime: string }
  | { readonly timedelta: string }
  | { readonly hex: string }

/** A relational expression, as the README of the recorded set lists them. */
export type Tree =
  | { readonly op: 'table'; readonly name: string }
  | { readonly op: 'restrict' | 'antirestrict'; readonly arg: Tree; readonly by: RecordedCondition }
  | { readonly op: 'proj'; readonly arg: Tree; readonly attrs: readonly string[]; readonly named: Named }
  | { readonly op: 'join' | 'leftjoin' | 'union'; readonly left: Tree; readonly right: Tree }
  | {
      readonly op: 'aggr'
      readonly arg: Tree
      readonly group: Tree
      readonly attrs: readonly string[]
      readonly named: Named
      readonly keep: boolean
    }
  | { readonly op: 'u_restrict'; readonly attrs: readonly string[]; readonly arg: Tree }
  | { readonly op: 'u_aggr'; readonly attrs: readonly string[]; readonly group: Tree; readonly named: Named }
  | {
      readonly op: 'top'
      readonly arg: Tree
      readonly limit: number | null
      readonly order: readonly string[]
      readonly offset: number
    }

/** New names, and the attribute, the attribute in parentheses or the SQL that each is. */
export type Named = Readonly<Record<string, string>>

export type RecordedCondition =
  | { readonly c: 'dict'; readonly v: Readonly<Record<string, RecordedValue>> }
  | { readonly c: 'sql'; readonly v: string }
  | { readonly c: 'list' | 'and'; readonly v: readonly RecordedCondition[] }
  | { readonly c: 'not'; readonly v: RecordedCondition }
  | { readonly c: 'query'; readonly v: Tree }
  | { readonly c: 'u'; readonly v: readonly string[] }
  | { readonly c: 'bool'; readonly v: boolean }
  | { readonly c: 'null' }

/** What an expression gave: rows, or an error. */
export interface RecordedResult {
  readonly heading?: readonly string[]
  readonly pk?: readonly string[]
  readonly rows?: readonly (readonly RecordedValue[])[]
  /** The class of the error; those of the driver begin with `pymysql.`. */
  readonly error?: string
  readonly message?: string
}

export interface RecordedCase {
  readonly id: string
  readonly schema: string
  readonly expr: Tree
  /** The traps of the reference that the expression may meet. */
  readonly traps: readonly string[]
  /** The reference gave what the algebra means. */
  readonly agrees: boolean
  readonly datajoint: RecordedResult
  /** What the algebra means, where the reference gave something else. */
  readonly ideal?: RecordedResult
}

export interface RecordedTable {
  /** `Session`, or `Session.Trial` for a part. */
  readonly name: string
  readonly tier: string
  readonly definition: string
  /** In backquotes, with its database. */
  readonly table: string
}

/** A folder with `schemas.json`, `schemas.sql` and `cases.jsonl`. */
export interface RecordedSet {
  readonly schemas: Readonly<Record<string, readonly RecordedTable[]>>
  readonly dump: string
  readonly cases: readonly RecordedCase[]
  /** The lines that are no case, and why. */
  readonly unreadable: readonly string[]
}

export async function readRecordedSet(folder: string): Promise<RecordedSet> {
  const [schemas = '', dump = '', cases = ''] = await Promise.all(
    ['schemas.json', 'schemas.sql', 'cases.jsonl'].map(async (name) => {
      const text = await readFile(join(folder, name), 'utf8')
      return text.replaceAll('\r\n', '\n')
    }),
  )
  const unreadable: string[] = []
  const read = cases.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return []
    try {
      return [readCase(JSON.parse(line))]
    } catch (error) {
      unreadable.push(`line ${index + 1} of cases.jsonl: ${String(error)}`)
      return []
    }
  })
  return { schemas: JSON.parse(schemas), dump, cases: read, unreadable }
}

/** A case with what may be left out of it. */
function readCase(value: unknown): RecordedCase {
  const given = typeof value === 'object' && value !== null ? (value as Partial<RecordedCase>) : {}
  const { id, schema, expr, datajoint, ideal, traps = [], agrees = ideal === undefined } = given
  if (typeof id !== 'string' || typeof schema !== 'string' || !expr || !datajoint) {
    throw new TypeError('a case has an id, a schema, an expr and what datajoint gave')
  }
  return { id, schema, expr, traps, agrees, datajoint, ...(ideal && { ideal }) }
}

/** What a runner is to give: where the reference is wrong, what the algebra means. */
export const expectedOf = ({ agrees, datajoint, ideal }: RecordedCase): RecordedResult =>
  agrees ? datajoint : (ideal ?? datajoint)
