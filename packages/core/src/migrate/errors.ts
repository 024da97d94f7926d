import { PipelineError } from '../errors.ts'

/** A table or an attribute that is said to have been renamed is not in the database under one of its names. */
export class RenameError extends PipelineError {
  override readonly name = 'RenameError'
  readonly code = 'bad-rename'
  readonly what: string
  readonly newName: string
  constructor(what: string, newName: string, problem: string) {
    super(
      `Renaming ${what} to \`${newName}\` makes no sense here: ${problem}. ` +
        'Check the names in `renames`, and leave out what is renamed already.',
    )
    this.what = what
    this.newName = newName
  }
}

/** Something that a migration would do, or cannot. */
export interface NamedStep {
  readonly name: string
  readonly what: string
}

const list = (lines: readonly string[]): string => lines.map((line) => `  - ${line}`).join('\n')

/** A migration would lose what nobody said may be lost. */
export class DestructiveMigrationError extends PipelineError {
  override readonly name = 'DestructiveMigrationError'
  readonly code = 'destructive-migration'
  readonly steps: readonly NamedStep[]
  constructor(steps: readonly NamedStep[]) {
    super(
      `The migration would lose data; nothing was changed.\n${list(steps.map(({ name, what }) => `${name}: ${what}`))}\n` +
        `If that is meant, name them when planning: { drop: [${steps.map(({ name }) => `'${name}'`).join(', ')}] }. ` +
        'If something was renamed, say so instead: { renames: [renamed(Table, …)] }.',
    )
    this.steps = steps
  }
}

/** A migration has steps that cannot be done as things are. */
export class BlockedMigrationError extends PipelineError {
  override readonly name = 'BlockedMigrationError'
  readonly code = 'blocked-migration'
  readonly steps: readonly (NamedStep & { readonly problem: string })[]
  constructor(steps: readonly (NamedStep & { readonly problem: string })[]) {
    super(
      `The migration cannot be done; nothing was changed.\n` +
        list(steps.map(({ name, what, problem }) => `${name}: ${what}, but ${problem}`)),
    )
    this.steps = steps
  }
}

/** The database, or what is in it, is not what a migration was planned for. */
export class StaleMigrationError extends PipelineError {
  override readonly name = 'StaleMigrationError'
  readonly code = 'stale-plan'
  readonly tables: readonly string[]
  constructor(tables: readonly string[]) {
    super(
      `The plan to migrate is out of date: what would change in ${tables.map((table) => `\`${table}\``).join(', ')} is no ` +
        'longer what it shows. Nothing was changed; plan again, and look.',
    )
    this.tables = tables
  }
}

/** Somebody else migrates the schema at this moment. */
export class MigrationRunningError extends PipelineError {
  override readonly name = 'MigrationRunningError'
  readonly code = 'migration-running'
  readonly schema: string
  constructor(schema: string) {
    super(
      `Another migration of the schema \`${schema}\` is running; nothing was changed. ` +
        `What it does is written down in \`${schema}\`.\`~migrations\`. When it is done, plan again, and look.`,
    )
    this.schema = schema
  }
}

/** A migration has left rows that refer to nothing, and was undone. */
export class BrokenReferenceError extends PipelineError {
  override readonly name = 'BrokenReferenceError'
  readonly code = 'broken-reference'
  readonly table: string
  constructor(table: string, parent: string) {
    super(
      `After the migration rows of \`${table}\` would refer to rows of \`${parent}\` that are not there; nothing was changed. ` +
        'This should have been seen before: please report it.',
    )
    this.table = table
  }
}
