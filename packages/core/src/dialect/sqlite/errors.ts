import { ConnectionLostError } from '../../driver/connection-errors.ts'
import {
  AccessDeniedError,
  DatabaseBusyError,
  DiskFailedError,
  DiskFullError,
  DuplicateEntryError,
  InvalidSqlError,
  InvalidValueError,
  MissingParentError,
  MissingValueError,
  NoSuchTableError,
  StillReferencedError,
} from '../../driver/errors.ts'
import { DatabaseUnavailableError } from '../../driver/opening-errors.ts'
import type { PipelineError } from '../../errors.ts'

/** An error of SQLite as it comes out of the database's thread. */
export class SqliteFailure extends Error {
  override readonly name = 'SqliteFailure'
  readonly code: string
  readonly sql: string
  constructor(code: string, message: string, sql: string) {
    super(message)
    this.code = code
    this.sql = sql
  }
}

export const isBusy = (error: unknown): boolean =>
  error instanceof SqliteFailure && /^SQLITE_(BUSY|LOCKED)/.test(error.code)

/** A file that cannot be opened, and why that is most likely. */
export function unavailable(location: string, error: unknown): DatabaseUnavailableError {
  const code = error instanceof SqliteFailure ? error.code : ''
  const advice =
    code === 'SQLITE_NOTADB'
      ? 'The file is none of SQLite: give the path of another one, or of one that is not there yet.'
      : code === 'SQLITE_CORRUPT'
        ? 'The file is damaged: put it back from a backup.'
        : 'Check that the path is that of a file, not of a folder, that its folder is there, and that you may use both.'
  return new DatabaseUnavailableError(location, error, advice)
}

export function explainSqlite(error: unknown): PipelineError | null {
  if (!(error instanceof SqliteFailure)) return null
  const { code, message, sql } = error
  const table = /^(?:INSERT INTO|DELETE FROM|UPDATE) "((?:[^"]|"")+)"/.exec(sql)?.[1]?.replaceAll('""', '"') ?? null
  // "UNIQUE constraint failed: lab.subject.a, lab.subject.b"
  const subject = /failed: (.*)$/.exec(message)?.[1] ?? ''
  const attributes = subject.split(', ').map((name) => name.slice(name.lastIndexOf('.') + 1))
  if (isBusy(error)) return new DatabaseBusyError(null, error)
  // of one of many kinds: SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC
  if (code.startsWith('SQLITE_IOERR')) return new DiskFailedError(error)
  switch (code) {
    case 'SQLITE_CONSTRAINT_PRIMARYKEY':
    case 'SQLITE_CONSTRAINT_UNIQUE':
      return new DuplicateEntryError(table, attributes.join(', '), error)
    case 'SQLITE_CONSTRAINT_FOREIGNKEY':
    // how SQLite reports ON DELETE RESTRICT
    case 'SQLITE_CONSTRAINT_TRIGGER':
      return sql.startsWith('DELETE')
        ? new StillReferencedError(table, null, error)
        : new MissingParentError(table, null, error)
    case 'SQLITE_CONSTRAINT_NOTNULL':
      return new MissingValueError(attributes[0] ?? null, error)
    case 'SQLITE_CONSTRAINT_CHECK':
      return new InvalidValueError(subject, error)
    case 'SQLITE_CONSTRAINT_DATATYPE':
      return new InvalidValueError(subject.split('.').at(-1) ?? null, error)
    case 'SQLITE_TOOBIG':
      return new InvalidValueError(null, error)
    case 'SQLITE_READONLY':
    case 'SQLITE_PERM':
    case 'SQLITE_AUTH':
      return new AccessDeniedError(error)
    case 'SQLITE_THREAD':
      return new ConnectionLostError(error)
    case 'SQLITE_FULL':
      return new DiskFullError(error)
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_NOTADB':
    case 'SQLITE_CORRUPT':
      return unavailable('its file', error)
  }
  const missing = /no such table: (.*)$/.exec(message)?.[1]
  if (missing !== undefined) return new NoSuchTableError(missing, error)
  return code === 'SQLITE_ERROR' || code === 'SQLITE_RANGE' ? new InvalidSqlError(error) : null
}
