import { listNames, PipelineError } from '../errors.ts'

export { InvalidCallError } from '../options.ts'

/** A table has no attribute of this name. */
export class UnknownNameError extends PipelineError {
  override readonly name = 'UnknownNameError'
  readonly code = 'unknown-attribute'
  readonly attribute: string
  readonly table: string
  readonly available: readonly string[]
  constructor(attribute: string, table: string, available: readonly string[]) {
    super(`${table} has no attribute \`${attribute}\`. It has: ${listNames(available)}.`)
    this.attribute = attribute
    this.table = table
    this.available = available
  }
}

/** A row of a table is to be told from the others, and the table, which another program made, has no primary key. */
export class KeylessTableError extends PipelineError {
  override readonly name = 'KeylessTableError'
  readonly code = 'no-primary-key'
  readonly table: string
  constructor(table: string, what: string) {
    super(
      `${table} has no primary key, so that ${what} cannot tell its rows apart. Nothing was changed. Delete them by their own ` +
        'attributes and insert others, or give the table a primary key.',
    )
    this.table = table
  }
}

/** What a relation is restricted by is no condition. */
export class InvalidRestrictionError extends PipelineError {
  override readonly name = 'InvalidRestrictionError'
  readonly code = 'invalid-restriction'
  constructor(found: string, advice: string, options?: ErrorOptions) {
    super(`Cannot restrict by ${found}. ${advice}`, options)
  }
}

/** A key and a table have no attribute in common, so that it restricts nothing. */
export class UnrelatedKeyError extends PipelineError {
  override readonly name = 'UnrelatedKeyError'
  readonly code = 'unrelated-key'
  readonly keyAttributes: readonly string[]
  readonly attributes: readonly string[]
  constructor(table: string, keyAttributes: readonly string[], attributes: readonly string[]) {
    super(
      `The key has no attribute in common with ${table}: it has ${listNames(keyAttributes)}, and ${table} would be found by ` +
        `${listNames(attributes)}. Restrict by an object that names the attributes, or by a relation.`,
    )
    this.keyAttributes = keyAttributes
    this.attributes = attributes
  }
}

/** Several attributes of a key and of a table go back to the same one: which are to be equal, nobody can tell. */
export class AmbiguousKeyError extends PipelineError {
  override readonly name = 'AmbiguousKeyError'
  readonly code = 'ambiguous-key'
  readonly keyAttributes: readonly string[]
  readonly attributes: readonly string[]
  constructor(table: string, keyAttributes: readonly string[], attributes: readonly string[]) {
    super(
      `The key's ${listNames(keyAttributes)} and ${table}'s ${listNames(attributes)} go back to the same attribute under other names: ` +
        `it cannot be told which are to be equal. Restrict by an object that names the attributes.`,
    )
    this.keyAttributes = keyAttributes
    this.attributes = attributes
  }
}

/** Rows cannot be ordered by this. */
export class InvalidOrderError extends PipelineError {
  override readonly name = 'InvalidOrderError'
  readonly code = 'invalid-order'
  readonly order: string
  constructor(order: string) {
    super(`Cannot order by \`${order}\`. Write an attribute's name, or its name and \`desc\`.`)
    this.order = order
  }
}

/** One expression has tables of two databases. */
export class OtherDatabaseError extends PipelineError {
  override readonly name = 'OtherDatabaseError'
  readonly code = 'other-database'
  constructor(left: string, right: string) {
    super(
      `${left} and ${right} are on two databases, which no statement can read together. Fetch the one, and restrict the other by its rows.`,
    )
  }
}

/** `fetch1` found no row, or more than one. */
export class NotOneRowError extends PipelineError {
  override readonly name = 'NotOneRowError'
  readonly code = 'not-one-row'
  readonly rows: number
  constructor(table: string, rows: number) {
    super(
      rows === 0
        ? `fetch1 found no row of ${table}; exactly one was expected.`
        : `fetch1 found more than one row of ${table}; exactly one was expected. Restrict it by a whole primary key.`,
    )
    this.rows = rows
  }
}

/** A make's `fetch` wrote to the database. */
export class WriteInFetchError extends PipelineError {
  override readonly name = 'WriteInFetchError'
  readonly code = 'write-in-fetch'
  readonly table: string
  constructor(table: string) {
    super(
      `The fetch of a make wrote to ${table}, and it only reads: what it wrote would stay if the make failed. ` +
        `Return rows from compute: of the table, of its parts, or of lookup tables as \`lookups\`.`,
    )
    this.table = table
  }
}
