import { PipelineError } from '../errors.ts'

/** What a database complained of, in our words; `cause` is its own error. */
export abstract class DatabaseError extends PipelineError {
  constructor(message: string, cause: unknown) {
    super(message, { cause })
  }
}

/** The database has a row with this key, or with these unique values. */
export class DuplicateEntryError extends DatabaseError {
  override readonly name = 'DuplicateEntryError'
  readonly code = 'duplicate-entry'
  readonly table: string | null
  /** The attributes, or the index, whose values are there already. */
  readonly key: string
  constructor(table: string | null, key: string, cause: unknown) {
    super(`${inTable(table)} has a row with these values of ${key} already. Change them, or skip duplicates.`, cause)
    this.table = table
    this.key = key
  }
}

/** A row refers to one that its parent table does not have. */
export class MissingParentError extends DatabaseError {
  override readonly name = 'MissingParentError'
  readonly code = 'missing-parent'
  readonly table: string | null
  /** The table that lacks the row; `null` where the database does not say. */
  readonly parent: string | null
  constructor(table: string | null, parent: string | null, cause: unknown) {
    super(
      `A row for ${table ?? 'a table'} refers to a row that ${parent ?? 'its parent table'} does not have. Insert that one first.`,
      cause,
    )
    this.table = table
    this.parent = parent
  }
}

/** A row cannot go, as another one refers to it. */
export class StillReferencedError extends DatabaseError {
  override readonly name = 'StillReferencedError'
  readonly code = 'still-referenced'
  readonly table: string | null
  /** The table whose rows refer to those to be deleted; `null` where the database does not say. */
  readonly child: string | null
  constructor(table: string | null, child: string | null, cause: unknown) {
    super(
      `Rows of ${table ?? 'a table'} are still referred to by rows of ${child ?? 'another table'}. Delete those first.`,
      cause,
    )
    this.table = table
    this.child = child
  }
}

/** The database does not take a value for the type of its column. */
export class InvalidValueError extends DatabaseError {
  override readonly name = 'InvalidValueError'
  readonly code = 'invalid-value'
  readonly attribute: string | null
  constructor(attribute: string | null, cause: unknown, problem = `does not fit its type: ${reason(cause)}.`) {
    super(`A value of ${attribute ? `\`${attribute}\`` : 'an attribute'} ${problem}`, cause)
    this.attribute = attribute
  }
}

/** A column that needs a value was given none. */
export class MissingValueError extends DatabaseError {
  override readonly name = 'MissingValueError'
  readonly code = 'missing-value'
  readonly attribute: string | null
  constructor(attribute: string | null, cause: unknown) {
    super(
      `${attribute ? `\`${attribute}\`` : 'An attribute'} has no value in some row, and its definition gives no default.`,
      cause,
    )
    this.attribute = attribute
  }
}

/** A statement names a table that is not there. */
export class NoSuchTableError extends DatabaseError {
  override readonly name = 'NoSuchTableError'
  readonly code = 'no-such-table'
  readonly table: string | null
  constructor(table: string | null, cause: unknown) {
    super(`The database has no table ${table ?? 'of that name'}. Declare the schema first, or check its name.`, cause)
    this.table = table
  }
}

/** The database cannot read a statement, or what it names is not there. */
export class InvalidSqlError extends DatabaseError {
  override readonly name = 'InvalidSqlError'
  readonly code = 'invalid-sql'
  constructor(cause: unknown) {
    super(`The database could not read a statement: ${reason(cause)}.`, cause)
  }
}

/** A statement that a server understood and would not perform, for a reason of its own. */
export class StatementRefusedError extends DatabaseError {
  override readonly name = 'StatementRefusedError'
  readonly code = 'statement-refused'
  constructor(cause: unknown) {
    super(`The database refused a statement: ${reason(cause)}.`, cause)
  }
}

/** Two transactions waited for each other, and this one was undone: run again, it may succeed. */
export class DeadlockError extends DatabaseError {
  override readonly name = 'DeadlockError'
  readonly code = 'deadlock'
  constructor(cause: unknown) {
    super('Two transactions waited for each other; this one was undone. Run it again.', cause)
  }
}

/** Somebody else kept a lock for longer than is waited. */
export class DatabaseBusyError extends DatabaseError {
  override readonly name = 'DatabaseBusyError'
  readonly code = 'database-busy'
  readonly waitedSeconds: number | null
  constructor(waitedSeconds: number | null, cause: unknown) {
    const waited = waitedSeconds === null ? '' : ` for ${waitedSeconds} s`
    super(`Another transaction has held a lock on the database${waited}. Try again when it is done.`, cause)
    this.waitedSeconds = waitedSeconds
  }
}

/** The disk, or what of it the database may use, is full. */
export class DiskFullError extends DatabaseError {
  override readonly name = 'DiskFullError'
  readonly code = 'disk-full'
  constructor(cause: unknown) {
    super(
      `The database has no room left to write: ${reason(cause)}. What was not committed is undone. Make room, and try again.`,
      cause,
    )
  }
}

/** The disk, or the network that it is on, does not do what it is told. */
export class DiskFailedError extends DatabaseError {
  override readonly name = 'DiskFailedError'
  readonly code = 'disk-failed'
  constructor(cause: unknown) {
    super(
      `The database could not read or write its file: ${reason(cause)}. What was not committed is undone. Check the disk, its ` +
        'room, and the limits on what a program may write.',
      cause,
    )
  }
}

/** Somebody else, or a limit of the server, ended a statement; of that statement nothing is kept. */
export class StatementStoppedError extends DatabaseError {
  override readonly name = 'StatementStoppedError'
  readonly code = 'statement-stopped'
  constructor(cause: unknown) {
    super(
      `The server stopped a statement: ${reason(cause)}. An administrator has ended it, or it took longer than the server allows. ` +
        'Ask for less at once, or have the limit raised.',
      cause,
    )
  }
}

/** Something would have written to a database that was opened `readOnly`. */
export class ReadOnlyDatabaseError extends PipelineError {
  override readonly name = 'ReadOnlyDatabaseError'
  readonly code = 'read-only'
  constructor() {
    super('The database was opened with `readOnly`, and this would write. Open it without.')
  }
}

/** The database has undone a transaction by itself, and what came after would have been outside of it. */
export class TransactionUndoneError extends DatabaseError {
  override readonly name = 'TransactionUndoneError'
  readonly code = 'transaction-undone'
  constructor(cause: unknown) {
    super(
      `The database has undone the whole transaction: ${reason(cause)} Let the error pass, and run it again.`,
      cause,
    )
  }
}

/** On a server such a statement would commit what has been done so far. */
export class DefinitionInTransactionError extends PipelineError {
  override readonly name = 'DefinitionInTransactionError'
  readonly code = 'definition-in-transaction'
  constructor() {
    super('Tables are not created, changed or dropped inside a transaction: a server would commit it. Do that before.')
  }
}

/** A transaction has one session, which a stream occupies until it has ended. */
export class StreamOpenError extends PipelineError {
  override readonly name = 'StreamOpenError'
  readonly code = 'stream-open'
  constructor() {
    super(
      'A stream is being read inside this transaction, which runs one statement at a time. Fetch the rows instead, or ' +
        'read the stream outside of the transaction.',
    )
  }
}

/** A write that bypasses the running transaction, which an insert is too, and might wait for what that holds. */
export class OutsideTransactionError extends PipelineError {
  override readonly name = 'OutsideTransactionError'
  readonly code = 'outside-transaction'
  constructor() {
    super(
      'A write inside a transaction goes through what the transaction hands to its function, not around it. An insert is ' +
        'one too: what gives its rows cannot write. Write before it, or collect the rows in a list.',
    )
  }
}

/** A statement that was not waited for, or kept for later, on a transaction that has been committed or undone. */
export class TransactionOverError extends PipelineError {
  override readonly name = 'TransactionOverError'
  readonly code = 'transaction-over'
  constructor() {
    super('The transaction has ended already. Await everything that belongs to it inside its function.')
  }
}

/** A right that a user lacks. */
export interface MissingPrivilege {
  readonly privilege: string
  readonly on: string
  readonly user: string
  /** The statement that gives it. */
  readonly grant: string
  /** The one that gives all that such work takes. */
  readonly all: string | null
}

/** The user may not do this, or may not connect at all. `grant` is the statement that gives a right. */
export class AccessDeniedError extends DatabaseError {
  override readonly name = 'AccessDeniedError'
  readonly code = 'access-denied'
  /** What the user may not do, as the server calls it: `INSERT`; `null` where it is not told. */
  readonly privilege: string | null
  /** The table, or `schema.*`, on which the user may not do it; `null` where it is not told. */
  readonly on: string | null
  /** The statement by which an administrator gives the right; `null` where it is not told which it is. */
  readonly grant: string | null
  constructor(cause: unknown, missing: MissingPrivilege | null = null) {
    const all = missing?.all ? ` All that such work takes: ${missing.all};` : ''
    const advice = missing
      ? `An administrator gives the right: ${missing.grant};${all}`
      : 'Correct user and password, or ask its administrator for the right.'
    super(`The database refuses access: ${reason(cause)}. ${advice}`, cause)
    this.privilege = missing?.privilege ?? null
    this.on = missing?.on ?? null
    this.grant = missing?.grant ?? null
  }
}

/** A type that this database has no column for. */
export class UnsupportedTypeError extends PipelineError {
  override readonly name = 'UnsupportedTypeError'
  readonly code = 'unsupported-type'
  readonly type: string
  readonly dialect: string
  constructor(type: string, dialect: string, advice: string) {
    super(`${dialect} cannot keep \`${type}\`. ${advice}`)
    this.type = type
    this.dialect = dialect
  }
}

/** Text of a definition that this database would not give back as it was. */
export class UnsupportedTextError extends PipelineError {
  override readonly name = 'UnsupportedTextError'
  readonly code = 'unsupported-text'
  readonly table: string
  readonly text: string
  constructor(table: string, text: string, problem: string, advice: string) {
    super(`The definition of ${table} has the character \`${text}\`, ${problem}. ${advice}`)
    this.table = table
    this.text = text
  }
}

const inTable = (table: string | null): string => table ?? 'The table'

export const reason = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause)).replace(/\.+$/, '')
