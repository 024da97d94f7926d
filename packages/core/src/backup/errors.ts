import { PipelineError } from '../errors.ts'

/** A database was to be backed up that is no file. */
export class BackupUnsupportedError extends PipelineError {
  override readonly name = 'BackupUnsupportedError'
  readonly code = 'backup-unsupported'
  constructor() {
    super(
      "A database on a server is backed up by the server's own program for dumps, with --single-transaction. To have it in a " +
        'file, move it into one: planMove() and move().',
    )
  }
}

/** There is a file already where a backup was to be. */
export class BackupExistsError extends PipelineError {
  override readonly name = 'BackupExistsError'
  readonly code = 'backup-exists'
  readonly path: string
  constructor(path: string) {
    super(`There is a file ${path} already: it is left as it is. Give a backup a name of its own, or delete that one.`)
    this.path = path
  }
}

/** What was copied is no whole database. */
export class BackupFailedError extends PipelineError {
  override readonly name = 'BackupFailedError'
  readonly code = 'backup-failed'
  readonly path: string
  readonly problem: string
  constructor(path: string, problem: string, options?: ErrorOptions) {
    super(
      `The backup ${path} could not be made: ${problem}. Nothing is left there. Check the disk and the rights of the folder; ` +
        'if what it says is about the database itself, look at it with `PRAGMA integrity_check`.',
      options,
    )
    this.path = path
    this.problem = problem
  }
}
