import { PipelineError } from '../errors.ts'

const list = (names: readonly string[]): string =>
  names.length === 0 ? 'none' : names.map((n) => `\`${n}\``).join(', ')

export class UnknownNameError extends PipelineError {
  override readonly name = 'UnknownNameError'
  readonly code = 'unknown-attribute'
  readonly attribute: string
  readonly table: string
  readonly available: readonly string[]
  constructor(attribute: string, table: string, available: readonly string[]) {
    super(`${table} has no attribute \`${attribute}\`. It has: ${list(available)}.`)
    this.attribute = attribute
    this.table = table
    this.available = available
  }
}

export class InvalidRestrictionError extends PipelineError {
  override readonly name = 'InvalidRestrictionError'
  readonly code = 'invalid-restriction'
  constructor(found: string, advice: string) {
    super(`Cannot restrict by ${found}. ${advice}`)
  }
}

export class UnrelatedKeyError extends PipelineError {
  override readonly name = 'UnrelatedKeyError'
  readonly code = 'unrelated-key'
  readonly keyAttributes: readonly string[]
  readonly attributes: readonly string[]
  constructor(table: string, keyAttributes: readonly string[], attributes: readonly string[]) {
    super(
      `The key has no attribute in common with ${table}: it has ${list(keyAttributes)}, and ${table} would be found by ` +
        `${list(attributes)}. Restrict by an object that names the attributes, or by a relation.`,
    )
    this.keyAttributes = keyAttributes
    this.attributes = attributes
  }
}

export class AmbiguousKeyError extends PipelineError {
  override readonly name = 'AmbiguousKeyError'
  readonly code = 'ambiguous-key'
  readonly keyAttributes: readonly string[]
  readonly attributes: readonly string[]
  constructor(table: string, keyAttributes: readonly string[], attributes: readonly string[]) {
    super(
      `The key's ${list(keyAttributes)} and ${table}'s ${list(attributes)} go back to the same attribute under other names: ` +
        `it cannot be told which are to be equal. Restrict by an object that names the attributes.`,
    )
    this.keyAttributes = keyAttributes
    this.attributes = attributes
  }
}

export class InvalidOrderError extends PipelineError {
  override readonly name = 'InvalidOrderError'
  readonly code = 'invalid-order'
  readonly order: string
  constructor(order: string) {
    super(`Cannot order by \`${order}\`. Write an attribute's name, or its name and \`desc\`.`)
    this.order = order
  }
}

export class OtherDatabaseError extends PipelineError {
  override readonly name = 'OtherDatabaseError'
  readonly code = 'other-database'
  constructor(left: string, right: string) {
    super(
      `${left} and ${right} are on two databases, which no statement can read together. Fetch the one, and restrict the other by its rows.`,
    )
  }
}

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

export class InvalidRowError extends PipelineError {
  override readonly name = 'InvalidRowError'
  readonly code = 'invalid-row'
  readonly table: string
  /** Counted from 0, in the order given. */
  readonly row: number
  readonly attributes: readonly string[]
  constructor(table: string, row: number, attributes: readonly string[], problem: string, cause?: unknown) {
    super(`Row ${row} for ${table}: ${problem} Nothing was inserted.`, { cause })
    this.table = table
    this.row = row
    this.attributes = attributes
  }
}

/** Which row repeats another's values of which attributes; `row` is `null` where that cannot be told. */
export interface Duplicate {
  readonly table: string
  readonly row: number | null
  readonly attributes: readonly string[]
  /** The attributes are the primary key. */
  readonly inKey: boolean
  readonly values: string
}

export class DuplicateRowError extends PipelineError {
  override readonly name = 'DuplicateRowError'
  readonly code = 'duplicate-row'
  readonly table: string
  readonly row: number | null
  readonly attributes: readonly string[]
  constructor({ table, row, attributes, inKey, values }: Duplicate, cause: unknown) {
    const advice = inKey
      ? 'Pass { skipDuplicates: true } to keep what is there.'
      : 'They are to be unique: change them, or leave the row out.'
    super(
      `${row === null ? 'A row' : `Row ${row}`} for ${table} has values of ${list(attributes)} that another row has already` +
        `${values === '' ? '' : ` (${values})`}. Nothing was inserted. ${advice}`,
      { cause },
    )
    this.table = table
    this.row = row
    this.attributes = attributes
  }
}

export class MissingParentError extends PipelineError {
  override readonly name = 'MissingParentError'
  readonly code = 'missing-parent-row'
  readonly table: string
  readonly row: number | null
  readonly attributes: readonly string[]
  readonly parent: string
  constructor(
    table: string,
    row: number | null,
    attributes: readonly string[],
    parent: string,
    values: string,
    cause: unknown,
  ) {
    super(
      `${row === null ? 'A row' : `Row ${row}`} for ${table} refers by ${list(attributes)}${values === '' ? '' : ` (${values})`} ` +
        `to a row that ${parent} does not have. Nothing was inserted. Insert it into ${parent} first.`,
      { cause },
    )
    this.table = table
    this.row = row
    this.attributes = attributes
    this.parent = parent
  }
}

export class AutoPopulatedError extends PipelineError {
  override readonly name = 'AutoPopulatedError'
  readonly code = 'auto-populated'
  readonly table: string
  constructor(table: string) {
    super(
      `${table} fills itself: its rows are made by populate(). ` +
        `Pass { allowDirectInsert: true } to insert rows that were made elsewhere.`,
    )
    this.table = table
  }
}

export class PartWithoutMasterError extends PipelineError {
  override readonly name = 'PartWithoutMasterError'
  readonly code = 'part-without-master'
  readonly part: string
  readonly master: string
  readonly rows: number
  constructor(part: string, master: string, rows: number) {
    super(
      `The delete would take ${rows} ${rows === 1 ? 'row' : 'rows'} of ${part} whose ${master} stays; a part's rows come ` +
        `and go with their master. Delete from ${master}, or pass { parts: 'cascade' } to delete those masters too.`,
    )
    this.part = part
    this.master = master
    this.rows = rows
  }
}

export class StalePlanError extends PipelineError {
  override readonly name = 'StalePlanError'
  readonly code = 'stale-plan'
  constructor(table: string, planned: number, found: number) {
    super(
      `The database changed since the delete was planned: ${table} was to lose ${planned} rows, now it would lose ` +
        `${planned === found ? 'as many others' : found}. Nothing was deleted. Plan again and look at it.`,
    )
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

/** What only a caller without the compiler can get wrong. */
export class InvalidCallError extends PipelineError {
  override readonly name = 'InvalidCallError'
  readonly code = 'invalid-call'
}
