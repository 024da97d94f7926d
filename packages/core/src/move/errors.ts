import { listNames, PipelineError } from '../errors.ts'

/** Tables that are to be moved refer to others that are neither moved nor at the place they go to. */
export class IncompleteMoveError extends PipelineError {
  override readonly name = 'IncompleteMoveError'
  readonly code = 'incomplete-move'
  readonly schemas: readonly string[]
  constructor(schemas: readonly string[]) {
    super(
      `What is to be moved refers to tables of ${listNames(schemas)}, which the other database does not have: move ` +
        `${schemas.length === 1 ? 'that schema' : 'those schemas'} with it.`,
    )
    this.schemas = schemas
  }
}

/** A schema was to be moved that is not there. */
export class NothingToMoveError extends PipelineError {
  override readonly name = 'NothingToMoveError'
  readonly code = 'nothing-to-move'
  readonly schema: string
  constructor(schema: string) {
    super(`There is no table of a schema '${schema}' in the database to move from. Check its name.`)
    this.schema = schema
  }
}

/** Columns that no database but their own can have. */
export class UnmovableColumnError extends PipelineError {
  override readonly name = 'UnmovableColumnError'
  readonly code = 'unmovable-column'
  readonly columns: readonly string[]
  constructor(columns: readonly string[]) {
    super(
      `${listNames(columns)} cannot be moved: no type of definitions is like ${columns.length === 1 ? 'it' : 'them'}. ` +
        `Drop ${columns.length === 1 ? 'the column' : 'the columns'}, or move other schemas.`,
    )
    this.columns = columns
  }
}

/** Workers hold reservations: what they make would be missing. */
export class MoveWhileWorkingError extends PipelineError {
  override readonly name = 'MoveWhileWorkingError'
  readonly code = 'move-while-working'
  readonly tables: readonly string[]
  constructor(tables: readonly string[]) {
    super(
      `Jobs of ${listNames(tables)} are reserved. Stop the workers, or, where they are dead, release what they held ` +
        '(jobsOf(db, Table).takeOver()), and plan again.',
    )
    this.tables = tables
  }
}

/** After moving, a table is not the same in both databases. */
export class MoveDiffersError extends PipelineError {
  override readonly name = 'MoveDiffersError'
  readonly code = 'move-differs'
  readonly table: string
  readonly rows: number
  readonly moved: number
  constructor(table: string, rows: number, moved: number) {
    super(
      `${table} has ${rows} rows where it is moved from and ${moved} where it is moved to` +
        (rows === moved ? ', and they are not the same' : '') +
        '. Either somebody wrote to it meanwhile: stop that and move again, which goes on where this ended; or it held ' +
        'other rows before: rows that were there are left as they are.',
    )
    this.table = table
    this.rows = rows
    this.moved = moved
  }
}

/** A file that rows point to has the name of another one where it is to be brought. */
export class ObjectInTheWayError extends PipelineError {
  override readonly name = 'ObjectInTheWayError'
  readonly code = 'object-in-the-way'
  readonly store: string
  readonly path: string
  constructor(store: string, path: string) {
    super(
      `There is another file ${path} in the store '${store}' where rows are moved to, which is left as it is. Give that ` +
        'store a place of its own, or take that file away, and move again.',
    )
    this.store = store
    this.path = path
  }
}
