import type { TableName } from '../definition/table-declaration.ts'
import { PipelineError } from '../errors.ts'

/** A definition was given something else than tables to refer to: from JavaScript alone, as the compiler asks for them. */
export class MissingReferenceError extends PipelineError {
  override readonly name = 'MissingReferenceError'
  readonly code = 'missing-reference'
  readonly table: string
  readonly missing: readonly string[]
  constructor(table: string, missing: readonly string[]) {
    super(
      `${table} refers to ${missing.map((name) => `\`${name}\``).join(', ')}, which ${missing.length === 1 ? 'is' : 'are'} not a table. ` +
        `Pass the upstream tables to activate(), after their own schemas are activated.`,
    )
    this.table = table
    this.missing = missing
  }
}

/** A table that is to fill itself, but not told how: from JavaScript alone, as the compiler asks for it. */
export class MissingMakeError extends PipelineError {
  override readonly name = 'MissingMakeError'
  readonly code = 'missing-make'
  readonly table: string
  readonly tier: string
  constructor(table: string, tier: string) {
    super(
      `${table} is ${tier}, so it is to fill itself: pass { fetch, compute } after its definition, { make: null } where other programs fill it, or declare it manual.`,
    )
    this.table = table
    this.tier = tier
  }
}

/** Two tables would be one in the database. */
export class NameTakenError extends PipelineError {
  override readonly name = 'NameTakenError'
  readonly code = 'name-taken'
  /** As definitions call it. */
  readonly typeName: string
  /** As the database would. */
  readonly table: string
  readonly other: string
  constructor(typeName: string, table: string, other: string) {
    super(
      `${typeName} would be the database table \`${table}\`, which ${other} is already. Give one of them another name.`,
    )
    this.typeName = typeName
    this.table = table
    this.other = other
  }
}

/** Two tables that other clients, or a server that does not tell small letters from capitals, take for one. */
export class CollidingNamesError extends PipelineError {
  override readonly name = 'CollidingNamesError'
  readonly code = 'colliding-names'
  readonly table: string
  readonly other: string
  constructor(table: string, other: string, advice: string) {
    super(`\`${table}\` cannot be declared beside \`${other}\`: ${advice} Give one of them another name.`)
    this.table = table
    this.other = other
  }
}

/** An attribute that a database, or the codecs and stores of a pipeline, have no place for: `code` is that of the cause. */
export class UndeclarableError extends PipelineError {
  override readonly name = 'UndeclarableError'
  readonly code: string
  readonly table: string
  readonly attribute: string
  constructor(table: string, attribute: string, cause: PipelineError) {
    super(`${table} cannot be declared with \`${attribute}\`: ${cause.message}`, { cause })
    this.code = cause.code
    this.table = table
    this.attribute = attribute
  }
}

/** An index on an expression, or on a member of a JSON value, for a database that has none of these. */
export class UnsupportedIndexError extends PipelineError {
  override readonly name = 'UnsupportedIndexError'
  readonly code = 'unsupported-index'
  readonly table: string
  readonly items: readonly string[]
  constructor(table: string, items: readonly string[], dialect: string) {
    super(
      `${table} has an index on (${items.join(', ')}), and ${dialect} indexes attributes alone. ` +
        'Give the value an attribute of its own and index that, or leave the index out.',
    )
    this.table = table
    this.items = items
  }
}

/** A table refers to one that neither the database nor the schemas to be declared have. */
export class UndeclaredParentError extends PipelineError {
  override readonly name = 'UndeclaredParentError'
  readonly code = 'undeclared-parent'
  readonly table: string
  readonly parent: TableName
  constructor(table: string, parent: TableName) {
    super(
      `${table} refers to \`${parent.schema}.${parent.table}\`, which neither the database nor the schemas to be declared have. ` +
        `Add the schema \`${parent.schema}\` to those of the pipeline.`,
    )
    this.table = table
    this.parent = parent
  }
}

/** A table in the database that is not what its definition says. */
export interface TableDifference {
  readonly table: string
  /** One sentence each: what the definition says and what the database has. */
  readonly differences: readonly string[]
}

/** Tables in the database are not what their definitions say. */
export class TableDiffersError extends PipelineError {
  override readonly name = 'TableDiffersError'
  readonly code = 'table-differs'
  readonly tables: readonly TableDifference[]
  constructor(tables: readonly TableDifference[]) {
    super(
      `The database has ${tables.length === 1 ? 'a table that differs' : `${tables.length} tables that differ`} from the definition; nothing was changed.\n` +
        tables
          .map(({ table, differences }) => `${table}\n${differences.map((line) => `  - ${line}`).join('\n')}`)
          .join('\n') +
        `\nMake the definition say what the database has, or change the table: open with { differences: 'allow' }, then ` +
        'planMigrate(db, schemas) shows how, and migrate(db, plan) does it.',
    )
    this.tables = tables
  }
}
