import { ConnectionLostError } from '../../driver/connection-errors.ts'
import {
  AccessDeniedError,
  DatabaseBusyError,
  DeadlockError,
  DiskFullError,
  DuplicateEntryError,
  InvalidSqlError,
  InvalidValueError,
  MissingParentError,
  MissingValueError,
  NoSuchTableError,
  StatementRefusedError,
  StatementStoppedError,
  StillReferencedError,
} from '../../driver/errors.ts'
import { TooManyConnectionsError } from '../../driver/opening-errors.ts'
import { type Account, missingPrivilege } from './missing-privilege.ts'
import type { PipelineError } from '../../errors.ts'

const lost = new Set(['PROTOCOL_CONNECTION_LOST', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT'])
/** There was no way to the server, or it did not take another connection; a connection that is there may lose its way too. */
const away = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'ENOTFOUND', 'EAI_AGAIN'])
/** What the system was asked for before there is a connection. */
const connecting: readonly unknown[] = ['connect', 'getaddrinfo']
/** The driver did not take the statement any more, as it knew that the connection was lost. */
const neverSent = new Set(['PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR', 'PROTOCOL_ENQUEUE_AFTER_QUIT'])
const closed = "Can't add new command when connection is in closed state"

/** An error of the mysql2 driver, whose `errno` is the server's or, before there is a session, the system's. */
interface ServerFailure extends Error {
  readonly code: string
  readonly errno: number
  readonly sql: string
  /** Only of what the system says. */
  readonly syscall: string
  /** Only of what a server answers. */
  readonly sqlState: string
  /** Whom the server takes us for; a connection knows. */
  readonly account: Account
}

/** What a server of MariaDB alone says, mysql2 has a number for, and no code. */
function isFailure(error: unknown): error is Error & Partial<ServerFailure> {
  if (!(error instanceof Error)) return false
  return ('code' in error && typeof error.code === 'string') || ('sqlState' in error && error.sqlState !== undefined)
}

export function explainInnodb(error: unknown): PipelineError | null {
  if (!isFailure(error)) {
    // of a connection that broke while nothing ran on it, the driver says so without a code
    const isClosed = error instanceof Error && error.message === closed
    return isClosed ? new ConnectionLostError(error, false) : null
  }
  const { message, errno, code = '', sql = '', syscall, account = null } = error
  if (neverSent.has(code)) return new ConnectionLostError(error, false)
  if (away.has(code)) return new ConnectionLostError(error, !connecting.includes(syscall))
  if (lost.has(code)) return new ConnectionLostError(error)
  const table = /^(?:INSERT INTO|DELETE FROM|DELETE|UPDATE) (`(?:[^`]|``)+`\.`(?:[^`]|``)+`)/.exec(sql)?.[1] ?? null
  // Incorrect value: 'x' for column `lab`.`subject`.`dob` at row 1
  const column = /column (?:[`'][^`']*[`']\.)*[`']([^`']+)[`']/i.exec(message)?.[1] ?? null
  switch (errno) {
    case 1062:
      return new DuplicateEntryError(unquote(table), keyIn(message, unquote(table)), error)
    // raised by an INSERT that skips duplicates, see statements.ts
    case 1242:
      return sql.startsWith('INSERT')
        ? new DuplicateEntryError(unquote(table), 'a unique index', error)
        : new InvalidSqlError(error)
    case 1216:
    case 1452:
      return new MissingParentError(
        unquote(table),
        unquote(/REFERENCES (`[^(]*`) \(/.exec(message)?.[1] ?? null),
        error,
      )
    case 1217:
    case 1451:
    case 3730:
      return new StillReferencedError(
        unquote(table),
        unquote(/fails \((`[^,]*`), CONSTRAINT/.exec(message)?.[1] ?? null),
        error,
      )
    case 1048:
    case 1364:
      return new MissingValueError(/(?:Column|Field) '(.*?)'/.exec(message)?.[1] ?? null, error)
    // text that the character set of the column does not have: to keep, to compare with it
    case 3988:
      return new InvalidValueError(column, error, beyondCharacters)
    case 1267:
      // of two columns, neither gives way
      return message.includes('COERCIBLE') ? new InvalidValueError(column, error, beyondCharacters) : refused(error)
    case 1366:
      return message.startsWith('Incorrect string value')
        ? new InvalidValueError(column, error, beyondCharacters)
        : new InvalidValueError(column, error)
    // out of range, cut, wrong text, wrong number, not in the enum, a failed CHECK
    case 1264:
    case 1265:
    case 1292:
    case 1406:
    case 1690:
    // invalid JSON, in a column that is declared as that
    case 3140:
      return new InvalidValueError(column, error)
    case 3819:
    case 4025:
      return new InvalidValueError(
        /(?:CONSTRAINT `(?:[^`]*\.)?|constraint ')(.*?)[`'] (?:failed|is violated)/.exec(message)?.[1] ?? null,
        error,
      )
    case 1049:
    case 1051:
    case 1146:
      return new NoSuchTableError(/'(.*?)'/.exec(message)?.[1] ?? null, error)
    // 1020: under snapshot isolation (11.6.2 and later) what was read has changed; the remedy is that of a deadlock
    case 1020:
    case 1213:
    // 1467: where a deadlock is met while the next number of an AUTO_INCREMENT is waited for (MariaDB)
    case 1467:
      return new DeadlockError(error)
    // no room on the disk, a table or a temporary one that is full
    case 1021:
    case 1114:
      return new DiskFullError(error)
    case 1205:
      return new DatabaseBusyError(null, error)
    // of the server, of this user
    case 1040:
    case 1203:
    case 1226:
      return new TooManyConnectionsError(error)
    case 1044:
    case 1045:
    case 1142:
    case 1143:
    case 1227:
    case 1290:
    // a write in a session that only reads
    case 1792:
    case 1370:
    case 1698:
    case 3118:
      return new AccessDeniedError(error, missingPrivilege(message, sql, account))
    // by somebody else, or by a limit of the server on the time that a statement may take
    case 1317:
    case 1969:
    case 3024:
      return new StatementStoppedError(error)
    case 1053:
    case 1927:
    case 2006:
    case 2013:
      return new ConnectionLostError(error)
    // idle for too long: said before anything else came
    case 4031:
      return new ConnectionLostError(error, false)
    case 1054:
    case 1064:
      return new InvalidSqlError(error)
    default:
      return refused(error)
  }
}

const beyondCharacters =
  'has characters that the character set of its column does not have. Leave them out, or change the column to utf8mb4.'

/** What a server says that has no word of its own here; nothing that the driver says by itself. */
function refused(error: Error & Partial<ServerFailure>): PipelineError | null {
  if (error.sqlState === undefined) return null
  return error.sqlState.startsWith('42') ? new InvalidSqlError(error) : new StatementRefusedError(error)
}

/** Whether an error leaves it open what became of a statement: it is no answer of a server that goes on. */
export function leavesOpen(error: unknown): boolean {
  const explained = explainInnodb(error)
  if (explained instanceof ConnectionLostError) return explained.sent
  return !(isFailure(error) && error.sqlState !== undefined)
}

const unquote = (name: string | null): string | null => name?.replaceAll('`', '') ?? null

/** MySQL puts the table's name before the key's. */
function keyIn(message: string, table: string | null): string {
  const key = /for key '(.*)'$/.exec(message)?.[1] ?? 'a key'
  const prefix = `${table?.slice(table.indexOf('.') + 1)}.`
  return key.startsWith(prefix) ? key.slice(prefix.length) : key
}
