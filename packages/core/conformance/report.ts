import type { Outcome } from './run-cases.ts'

/** The counts of one database, then each difference and what else is to be known. */
export function formatReport(name: string, outcomes: readonly Outcome[]): string {
  const counted = (verdict: string): readonly Outcome[] =>
    outcomes.filter(({ judgement }) => judgement.verdict === verdict)
  const differing = counted('differing')
  const explained = differing.filter(({ explanation }) => explanation !== null)
  const leftOut = counted('left out')
  const foreign = leftOut.filter(({ explanation }) => explanation === null)
  const unknown = leftOut.filter(({ explanation }) => explanation !== null)
  const strict = outcomes.filter((outcome) => outcome.strict)
  return [
    `${name}: ${counted('agreed').length} agreed, ${differing.length} differing (${explained.length} explained), ` +
      `${counted('refused').length} refused by both, of ${outcomes.length - leftOut.length} cases`,
    ...(foreign.length === 0 ? [] : [`  ${foreign.length} cases hold SQL, which is the language of other databases`]),
    ...unknown.map(({ recorded, explanation }) => `  ${recorded.id} left out: ${explanation ?? ''}`),
    ...(strict.length === 0
      ? []
      : [
          `  ${strict.length} of these with { matching: 'strict' }, since a relation here also matches its own rows: ` +
            strict.map(({ recorded }) => recorded.id).join(' '),
        ]),
    ...differing.map(formatDifference),
  ].join('\n')
}

function formatDifference({ recorded, judgement, explanation }: Outcome): string {
  const traps = recorded.traps.length === 0 ? 'no trap' : recorded.traps.join(' ')
  return [
    `  ${recorded.id} (${traps}): ${judgement.verdict === 'differing' ? judgement.difference : ''}`,
    `    ${explanation ?? `NOT EXPLAINED: ${JSON.stringify(recorded.expr)}`}`,
  ].join('\n')
}

/** The differences that nothing explains. */
export const unexplained = (outcomes: readonly Outcome[]): readonly Outcome[] =>
  outcomes.filter(({ judgement, explanation }) => judgement.verdict === 'differing' && explanation === null)
