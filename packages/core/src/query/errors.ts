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

export class DuplicateRowError extends PipelineError {
  override readonly name = 'DuplicateRowError'
  readonly code = 'duplicate-row'
  readonly table: string
  readonly row: number | null
  readonly attributes: readonly string[]
  constructor(table: string, row: number | null, attributes: readonly string[], values: string, cause: unknown) {
    super(
      `${row === null ? 'A row' : `Row ${row}`} for ${table} has values of ${list(attributes)} that another row has already` +
        `${values === '' ? '' : ` (${values})`}. Nothing was inserted. Pass { skipDuplicates: true } to keep what is there.`,
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
      `The database changed since the delete was planned: ${table} was to lose ${planned} rows, now it would lose ${found}. ` +
        `Nothing was deleted. Plan again and look at it.`,
    )
  }
}
