import { listNames, PipelineError } from '../errors.ts'

/** The module that a worker was to take its pipeline from exports none. */
export class NoPipelineError extends PipelineError {
  override readonly name = 'NoPipelineError'
  readonly code = 'no-pipeline'
  readonly module: string
  constructor(module: string, problem: string) {
    super(`${module} ${problem}. Export what definePipeline() gives: export const pipeline = definePipeline({ … }).`)
    this.module = module
  }
}

/** The module that a worker was to take its pipeline from cannot be imported. */
export class ModuleFailedError extends PipelineError {
  override readonly name = 'ModuleFailedError'
  readonly code = 'module-failed'
  readonly module: string
  constructor(module: string, cause: unknown) {
    super(
      `${module}, which is to export the pipeline, could not be imported: ${describe(cause)}. Give the path of a module, from ` +
        `the folder in which this program runs or as a URL: new URL('pipeline.js', import.meta.url).`,
      { cause },
    )
    this.module = module
  }
}

const describe = (cause: unknown): string =>
  cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)

/** A table was named that the pipeline does not have, or that does not fill itself. */
export class UnknownTableError extends PipelineError {
  override readonly name = 'UnknownTableError'
  readonly code = 'unknown-table'
  readonly table: string
  readonly available: readonly string[]
  constructor(table: string, problem: string, available: readonly string[]) {
    super(`${table} ${problem}. The tables that can be populated are ${listNames(available)}.`)
    this.table = table
    this.available = available
  }
}

/** Worker processes died, and more of them than are replaced. */
export class WorkersDiedError extends PipelineError {
  override readonly name = 'WorkersDiedError'
  readonly code = 'workers-died'
  readonly died: number
  constructor(died: number, last: string) {
    super(
      `${died} worker processes died, the last one ${last}, and no one is left. The keys that they held are free again when ` +
        `their leases have run out. Look for what ends them: memory, a crash in native code.`,
    )
    this.died = died
  }
}

/** An error of a worker process, as it was told from there. */
export class WorkerProcessError extends PipelineError {
  override readonly name = 'WorkerProcessError'
  readonly code: string
  constructor(code: string, message: string, cause: Error) {
    super(message, { cause })
    this.code = code
  }
}
