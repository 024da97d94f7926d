import { identifyTable } from '../query/dependencies.ts'
import type { MigrationPlan, MigrationStep } from './plan.ts'
import { spellCheck } from './problems.ts'

/** A plan for people: per table what changes, what it costs, what stands in its way, and the SQL. */
export function formatMigration({ tables, undefined: others, statements, atomic }: MigrationPlan): string {
  const kept = others.length === 0 ? [] : [`Not defined, and left as they are: ${others.map(identifyTable).join(', ')}`]
  if (tables.length === 0) return ['The database is as defined.', ...kept].join('\n')
  const blocks = tables.map(({ typeName, table, steps }) =>
    [`${typeName} (${identifyTable(table)})`, ...steps.flatMap(formatStep)].join('\n'),
  )
  const sql = statements.map(({ statement }) => `  ${statement.sql};`)
  const note = atomic
    ? 'All of it is one transaction: it happens, or nothing does.'
    : 'Each statement stands when it is done, and cannot be undone. Interrupted, plan and migrate again.'
  return [...blocks, ...kept, ...(sql.length === 0 ? [] : [['SQL', ...sql].join('\n')]), note].join('\n\n')
}

function formatStep({ what, name, destructive, allowed, rewrites, checks, problem }: MigrationStep): readonly string[] {
  const marks = [
    ...(destructive ? [allowed ? 'loses data, allowed' : `loses data: drop: ['${name}'] allows it`] : []),
    ...(rewrites ? ['rewrites the rows'] : []),
  ]
  const line = `  ${problem === null ? (allowed ? '-' : '!') : 'x'} ${what}${marks.length === 0 ? '' : ` (${marks.join('; ')})`}`
  const looked = checks.filter(({ rows }) => rows > 0 && problem === null).map((check) => `      ${spellCheck(check)}`)
  return [line, ...(problem === null ? looked : [`      cannot be done: ${problem}`])]
}
