import { listNames, PipelineError } from '../errors.ts'

/** A database was asked for a schema that it does not have, or does not show. */
export class UnknownSchemaError extends PipelineError {
  override readonly name = 'UnknownSchemaError'
  readonly code = 'unknown-schema'
  readonly schema: string
  constructor(schema: string, shown: readonly string[]) {
    const alike = shown.find((name) => name.toLowerCase() === schema.toLowerCase())
    super(
      `The database has no schema \`${schema}\`, or does not show it to this user. ` +
        (alike === undefined ? 'Check its name, and the right to read it.' : `There is \`${alike}\`.`),
    )
    this.schema = schema
  }
}

/** A schema was asked for a table that it does not have. */
export class UnknownTableError extends PipelineError {
  override readonly name = 'UnknownTableError'
  readonly code = 'unknown-table'
  readonly schema: string
  readonly table: string
  readonly available: readonly string[]
  constructor(schema: string, table: string, available: readonly string[]) {
    super(
      `The schema \`${schema}\` has no table ${table}. ` +
        (available.length === 0 ? 'It has none at all.' : `It has: ${listNames(available)}.`),
    )
    this.schema = schema
    this.table = table
    this.available = available
  }
}
