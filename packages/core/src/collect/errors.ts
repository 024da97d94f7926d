import { PipelineError } from '../errors.ts'

/** Something that may refer to objects and could not be read, or a store that could not be listed. */
export interface CollectProblem {
  /** `schema.table.attribute`, or what was listed. */
  readonly place: string
  readonly reason: string
}

/** Garbage is not collected where not all is known that objects are referred to by. */
export class CollectRefusedError extends PipelineError {
  override readonly name = 'CollectRefusedError'
  readonly code = 'collect-refused'
  readonly problems: readonly CollectProblem[]
  constructor(problems: readonly CollectProblem[]) {
    const shown = problems.slice(0, 5).map(({ place, reason }) => `\n  - ${place}: ${reason}`)
    const more = problems.length > shown.length ? `\n  and ${problems.length - shown.length} more` : ''
    super(
      `Nothing is deleted: what could not be read may refer to any object.${shown.join('')}${more}\n` +
        'Mend this, and plan again.',
    )
    this.problems = problems
  }
}
