import { PipelineError } from '../errors.ts'
import { formatKey } from '../query/given-row.ts'

/** A key that was claimed is not ours any more: its lease ran out and somebody took it over, or its job was removed. */
export class LeaseLostError extends PipelineError {
  override readonly name = 'LeaseLostError'
  readonly code = 'lease-lost'
  readonly table: string
  readonly key: object
  constructor(table: string, key: object) {
    super(
      `The reservation of ${formatKey(key)} for ${table} is not ours any more: this worker did not renew it in time, and ` +
        `another one took it over, or somebody removed the job. Nothing was inserted.`,
    )
    this.table = table
    this.key = key
  }
}

/** Two tables would have one job table: DataJoint 2 leaves the underscores of a tier out of its name. */
export class SharedJobTableError extends PipelineError {
  override readonly name = 'SharedJobTableError'
  readonly code = 'shared-job-table'
  readonly table: string
  readonly other: string
  readonly jobs: string
  constructor(table: string, other: string, jobs: string) {
    super(
      `\`${table}\` cannot have jobs: its job table would be \`${jobs}\`, and that is the one of \`${other}\`. Populate it ` +
        `without reservations (reserve: false), or rename one of the two tables.`,
    )
    this.table = table
    this.other = other
    this.jobs = jobs
  }
}

/** A table whose jobs DataJoint 2 does not tell apart. */
export class UnsupportedJobsError extends PipelineError {
  override readonly name = 'UnsupportedJobsError'
  readonly code = 'unsupported-jobs'
  readonly table: string
  constructor(table: string, problem: string) {
    super(`${table} cannot have jobs: ${problem}. Populate it without reservations (reserve: false).`)
    this.table = table
  }
}
