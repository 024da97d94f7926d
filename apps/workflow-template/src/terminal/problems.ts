import type { WorkflowResult } from '../workflow.ts'

/** What could not be taken in or made, one line each; empty where all went well. */
export function formatProblems({ sessions, failures }: WorkflowResult): string {
  return [
    ...sessions.problems.map(
      ({ sessionDir, error }) => `  ${sessionDir === '' ? 'sessions.csv' : sessionDir}: ${formatError(error)}`,
    ),
    ...failures.map(({ table, key, error }) => `  ${table} ${JSON.stringify(key)}: ${formatError(error)}`),
  ].join('\n')
}

/** An error for people: its code, and what it says. */
export function formatError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error ? `[${String(error.code)}] ${error.message}` : error.message
}
