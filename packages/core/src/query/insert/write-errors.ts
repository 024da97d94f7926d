import type { TableName } from '../../definition/table-declaration.ts'
import { typeName } from '../../definition/table-name.ts'
import { listNames, PipelineError } from '../../errors.ts'

/** Where a row stands in what was given: its number from 0, and in a file its line from 1. */
export interface RowPlace {
  readonly row: number | null
  readonly line: number | null
}

const nothing = 'Nothing was inserted.'

const formatPlace = ({ row, line }: RowPlace): string =>
  row === null ? 'A row' : `Row ${row}${line === null ? '' : ` (line ${line})`}`

/** A row does not fit its table, and none of the rows given was inserted. */
export class InvalidRowError extends PipelineError {
  override readonly name = 'InvalidRowError'
  readonly code = 'invalid-row'
  readonly table: string
  /** Counted from 0, in the order given. */
  readonly row: number
  /** Of a file, counted from 1; `null` where the rows come from elsewhere. */
  readonly line: number | null
  readonly attributes: readonly string[]
  constructor(
    table: string,
    place: { readonly row: number; readonly line: number | null },
    attributes: readonly string[],
    problem: string,
    cause?: unknown,
  ) {
    super(`${formatPlace(place)} for ${table}: ${problem} Nothing was inserted.`, { cause })
    this.table = table
    this.row = place.row
    this.line = place.line
    this.attributes = attributes
  }
}

/** Which row repeats another's values of which attributes; `row` is `null` where that cannot be told. */
export interface Duplicate extends RowPlace {
  readonly table: string
  /** What an error says of what has become of the call, where it was no insert. */
  readonly undone?: string
  /** The row of the same call that has the values too; `null` where it is in the table, or not known. */
  readonly other: RowPlace | null
  readonly attributes: readonly string[]
  /** The attributes are the primary key. */
  readonly inKey: boolean
  readonly values: string
}

/** A row repeats the key or the unique values of another, and none of the rows given was inserted. */
export class DuplicateRowError extends PipelineError {
  override readonly name = 'DuplicateRowError'
  readonly code = 'duplicate-row'
  readonly table: string
  readonly row: number | null
  readonly line: number | null
  /** The row of the same call that has the values too; `null` where it is in the table, or not known. */
  readonly other: number | null
  readonly attributes: readonly string[]
  constructor(duplicate: Duplicate, cause: unknown) {
    const { table, row, line, other, attributes, inKey, values } = duplicate
    const advice = !inKey
      ? 'They are to be unique: change them, or leave the row out.'
      : other
        ? 'Leave one of them out.'
        : 'Pass { skipDuplicates: true } to keep what is there, or { replace: true } to replace it.'
    const whose = other ? `that ${formatPlace(other).toLowerCase()} has too` : 'that another row has already'
    const what =
      attributes.length === 0 ? 'is a second one, and it takes one' : `has values of ${listNames(attributes)} ${whose}`
    super(
      `${formatPlace(duplicate)} for ${table} ${what}` +
        `${values === '' ? '' : ` (${values})`}. ${duplicate.undone ?? nothing} ${advice}`,
      { cause },
    )
    this.table = table
    this.row = row
    this.line = line
    this.other = other?.row ?? null
    this.attributes = attributes
  }
}

/** A row that refers to one that is not there. */
export interface Orphan extends RowPlace {
  readonly table: string
  /** What an error says of what has become of the call, where it was no insert. */
  readonly undone?: string
  readonly attributes: readonly string[]
  readonly parent: string
  /** The key that the parent does not have, as text; `null` where it cannot be told. */
  readonly key: Readonly<Record<string, string>> | null
}

/** A row refers to one that is not there, and none of the rows given was inserted. */
export class MissingParentError extends PipelineError {
  override readonly name = 'MissingParentError'
  readonly code = 'missing-parent-row'
  readonly table: string
  readonly row: number | null
  readonly line: number | null
  readonly attributes: readonly string[]
  readonly parent: string
  /** The key that the parent does not have, as text; `null` where it cannot be told. */
  readonly key: Readonly<Record<string, string>> | null
  constructor(orphan: Orphan, cause: unknown) {
    const { table, row, line, attributes, parent, key } = orphan
    const values = key
      ? ` with ${Object.entries(key)
          .map(([name, value]) => `${name} = ${value}`)
          .join(', ')}`
      : ''
    super(
      `${formatPlace(orphan)} for ${table} refers by ${listNames(attributes)} to a row${values} that ${parent} does not have. ` +
        `${orphan.undone ?? nothing} Insert it into ${parent} first.`,
      { cause },
    )
    this.table = table
    this.row = row
    this.line = line
    this.attributes = attributes
    this.parent = parent
    this.key = key
  }
}

/** A CSV text that is none, or whose header does not fit the table. */
export class InvalidCsvError extends PipelineError {
  override readonly name = 'InvalidCsvError'
  readonly code = 'invalid-csv'
  /** Counted from 1; `null` where the text could not be had at all. */
  readonly line: number | null
  /** Which the header should not name, or should; none where the text itself is at fault. */
  readonly attributes: readonly string[]
  constructor(
    line: number | null,
    problem: string,
    { attributes = [], cause }: { readonly attributes?: readonly string[]; readonly cause?: unknown } = {},
  ) {
    const where = line === null ? '' : ` at line ${line}`
    super(`The CSV text cannot be read${where}: ${problem} Nothing was inserted.`, { cause })
    this.line = line
    this.attributes = attributes
  }
}

/** Rows of a relation cannot be copied into a table as they are. */
export class IncompatibleRelationError extends PipelineError {
  override readonly name = 'IncompatibleRelationError'
  readonly code = 'incompatible-relation'
  readonly table: string
  readonly attributes: readonly string[]
  constructor(table: string, attributes: readonly string[], problem: string) {
    super(`Cannot insert the relation into ${table}: ${problem} Nothing was inserted.`)
    this.table = table
    this.attributes = attributes
  }
}

/** What `update1` was given cannot be done. */
export class InvalidUpdateError extends PipelineError {
  override readonly name = 'InvalidUpdateError'
  readonly code = 'invalid-update'
  readonly table: string
  readonly attributes: readonly string[]
  constructor(table: string, attributes: readonly string[], problem: string, cause?: unknown) {
    super(`Cannot update a row of ${table}: ${problem} Nothing was changed.`, { cause })
    this.table = table
    this.attributes = attributes
  }
}

/** There is no row with the key that was given. */
export class NoSuchRowError extends PipelineError {
  override readonly name = 'NoSuchRowError'
  readonly code = 'no-such-row'
  readonly table: string
  constructor(table: string, key: string) {
    super(`${table} has no row ${key}, so nothing was changed. Insert it, or correct the key.`)
    this.table = table
  }
}

/** A write to a table that fills itself. */
export class AutoPopulatedError extends PipelineError {
  override readonly name = 'AutoPopulatedError'
  readonly code = 'auto-populated'
  readonly table: string
  constructor(table: string) {
    super(
      `${table} fills itself: its rows are made by populate(). ` +
        `Pass { allowDirectInsert: true } to write rows that were made elsewhere.`,
    )
    this.table = table
  }
}

/** A delete would take rows of a part whose master stays. */
export class PartWithoutMasterError extends PipelineError {
  override readonly name = 'PartWithoutMasterError'
  readonly code = 'part-without-master'
  readonly part: TableName
  readonly master: TableName
  readonly rows: number
  constructor(part: TableName, master: TableName, rows: number) {
    const whole = typeName(master.table)
    super(
      `The delete would take ${rows} ${rows === 1 ? 'row' : 'rows'} of ${typeName(part.table)} whose ${whole} stays; a part's ` +
        `rows come and go with their master. Delete from ${whole}, or pass { parts: 'cascade' } to delete those masters too, ` +
        `or { parts: 'ignore' } to take the rows alone.`,
    )
    this.part = part
    this.master = master
    this.rows = rows
  }
}

/** A delete would take other rows than its plan says, and took none. */
export class StalePlanError extends PipelineError {
  override readonly name = 'StalePlanError'
  readonly code = 'stale-plan'
  readonly table: TableName
  /** How many rows the plan says, and how many it would be now: as many where they are others. */
  readonly planned: number
  readonly found: number
  constructor(table: TableName, planned: number, found: number) {
    super(
      `The database changed since the delete was planned: ${typeName(table.table)} was to lose ${planned} ${planned === 1 ? 'row' : 'rows'}, ` +
        `now it would lose ${planned === found ? 'as many others' : found}. Nothing was deleted. Plan again and look at it.`,
    )
    this.table = table
    this.planned = planned
    this.found = found
  }
}

/** Rows that refer to each other in a circle: none of them can be deleted before the others. */
export class CircularRowsError extends PipelineError {
  override readonly name = 'CircularRowsError'
  readonly code = 'circular-rows'
  readonly tables: readonly string[]
  readonly rows: number
  constructor(tables: readonly string[], rows: number) {
    super(
      `${rows} rows of ${listNames(tables)} refer to each other in a circle, so that none can be deleted first. Nothing was ` +
        `deleted. None of their references may be NULL: change one of them, and delete again.`,
    )
    this.tables = tables
    this.rows = rows
  }
}
