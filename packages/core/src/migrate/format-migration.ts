import { checkPlan } from '../query/call.ts'
import { identifyTable } from '../query/dependencies.ts'
import type { MigrationPlan, MigrationStep } from './plan.ts'
import { spellCheck } from './problems.ts'

/** A plan for people: per table what changes, what it costs, what stands in its way, and the SQL. */
export function formatMigration(plan: MigrationPlan): string {
  checkPlan('formatMigration()', plan, 'planMigrate(db, schemas)')
  const { tables, undefined: others, statements, atomic } = plan
  const kept = others.length === 0 ? [] : [`Not defined, and left as they are: ${others.map(identifyTable).join(', ')}`]
  if (tables.length === 0) return ['The database is as defined.', ...kept].join('\n')
  const blocks = tables.map(({ typeName, table, steps }) =>
    [`${typeName} (${identifyTable(table)})`, ...steps.flatMap(formatStep)].join('\n'),
  )
  const sql = statements.map(({ statement }) => `  ${statement.sql};`)
  const note = atomic
    ? 'All of it is one transaction: it happens, or nothing does.'
    : 'Each statement stands when it is done, and cannot be undone. Interrupted, plan and migrate again.'
  const looked = tables
    .flatMap(({ steps }) => steps)
    .some(({ kind, checks }) => checks.length > 0 && (kind === 'add-attribute' || kind === 'change-attribute'))
  const silent = atomic || !looked ? [] : [silently]
  return [...blocks, ...kept, ...(sql.length === 0 ? [] : [['SQL', ...sql].join('\n')]), note, ...silent].join('\n\n')
}

/** What a server does without a word to rows that came after they were looked at, in its strict mode too. */
const silently =
  'Nobody should write to these tables meanwhile: rows that come after they were looked at would be rounded to the new type, ' +
  'lose spaces at the end of text, and have 0 or an empty text in a new attribute without a default.'

function formatStep({ what, name, destructive, allowed, rewrites, checks, problem }: MigrationStep): readonly string[] {
  const marks = [
    ...(destructive ? [allowed ? 'loses data, allowed' : `loses data: drop: ['${name}'] allows it`] : []),
    ...(rewrites ? ['rewrites the rows'] : []),
  ]
  const line = `  ${problem === null ? (allowed ? '-' : '!') : 'x'} ${what}${marks.length === 0 ? '' : ` (${marks.join('; ')})`}`
  const looked = checks.filter(({ rows }) => rows > 0 && problem === null).map((check) => `      ${spellCheck(check)}`)
  return [line, ...(problem === null ? looked : [`      cannot be done: ${problem}`])]
}
