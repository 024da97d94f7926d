import type { Attribute, Database } from '../src/index.ts'
import { type AnyRows, buildRelation, ForeignSqlError, type Ground, UnknownFormError } from './build-relation.ts'
import type { DeclaredSchema } from './declare-recorded.ts'
import { type Explanation, explanationsFor } from './explanations.ts'
import { type Found, judge, type Judgement } from './judge.ts'
import { expectedOf, type RecordedCase, type RecordedResult } from './recorded.ts'

/** What came of one case. */
export interface Outcome {
  readonly recorded: RecordedCase
  readonly judgement: Judgement | { readonly verdict: 'left out' }
  /** It agrees only where relations that restrict are matched as strictly as in the reference (4.7). */
  readonly strict: boolean
  /** Why it may differ. */
  readonly explanation: string | null
}

/** A database with the tables and rows of a recorded set. */
export interface LoadedDatabase {
  readonly name: string
  readonly db: Database
  /** It speaks the language of the recorded SQL. */
  readonly speaksSql: boolean
}

/** Evaluates every recorded expression through the public algebra. */
export async function runCases(
  { db, speaksSql }: LoadedDatabase,
  schemas: ReadonlyMap<string, DeclaredSchema>,
  cases: readonly RecordedCase[],
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  for (const recorded of cases) {
    const tables = schemas.get(recorded.schema)?.tables ?? new Map()
    const ground: Ground = { db, tables, expected: expectedOf(recorded), matching: 'lineage', speaksSql }
    outcomes.push(await runCase(recorded, ground))
  }
  return outcomes
}

async function runCase(recorded: RecordedCase, ground: Ground): Promise<Outcome> {
  const found = await evaluate(recorded, ground)
  if ('error' in found && (found.error instanceof ForeignSqlError || found.error instanceof UnknownFormError)) {
    const explanation = found.error instanceof UnknownFormError ? found.error.message : null
    return { recorded, judgement: { verdict: 'left out' }, strict: false, explanation }
  }
  const judgement = judge(recorded, found)
  if (judgement.verdict !== 'differing') return { recorded, judgement, strict: false, explanation: null }
  const strictly = judge(recorded, await evaluate(recorded, { ...ground, matching: 'strict' }))
  if (strictly.verdict !== 'differing') return { recorded, judgement: strictly, strict: true, explanation: null }
  for (const { trap, reason, proof } of explanationsFor(recorded, judgement.difference)) {
    if (proof === null || (await isProven(proof))) {
      return { recorded, judgement, strict: false, explanation: `${trap ?? 'The server'}: ${reason}` }
    }
  }
  return { recorded, judgement, strict: false, explanation: null }

  async function isProven({ quirk, gives }: NonNullable<Explanation['proof']>): Promise<boolean> {
    const other = await evaluate(recorded, { ...ground, quirk })
    if (gives === 'recorded') return judge(recorded, other).verdict === 'agreed'
    if ('error' in found || 'error' in other) return false
    return judge({ ...recorded, agrees: true, datajoint: answerOf(found) }, other).verdict === 'agreed'
  }
}

/** What ours gave, as if it were recorded. */
const answerOf = ({ heading, pk, rows }: Extract<Found, { readonly rows: unknown }>): RecordedResult => ({
  heading,
  pk,
  // compared as they are, recorded or not
  rows: rows as NonNullable<RecordedResult['rows']>,
})

async function evaluate({ expr }: RecordedCase, ground: Ground): Promise<Found> {
  let relation: AnyRows
  try {
    relation = buildRelation(expr, ground)
  } catch (error) {
    return { error, phase: 'build' }
  }
  try {
    const names = relation.heading.map(({ name }) => name)
    const rows = await relation.fetch()
    return {
      heading: names,
      pk: relation.heading.filter(({ inKey }) => inKey).map(({ name }) => name),
      rows: rows.map((row) => relation.heading.map((attribute) => comparable(attribute, row[attribute.name]))),
      count: await relation.count(),
      exists: await relation.exists(),
    }
  } catch (error) {
    return { error, phase: 'fetch' }
  }
}

/** Decimals are text in our rows, which the recorded ones tell from text. */
const comparable = ({ type }: Attribute, value: unknown): unknown =>
  type.storage.kind === 'decimal' && typeof value === 'string' ? { decimal: value } : value
