import { PipelineError } from '../errors.ts'
import { DatabaseError, reason } from './errors.ts'

/** The settings allow too few connections to work with. */
export class InvalidConnectionsError extends PipelineError {
  override readonly name = 'InvalidConnectionsError'
  readonly code = 'invalid-connections'
  readonly connections: number
  constructor(connections: number) {
    super(
      `\`connections\` is ${connections}, and must be an integer of 3 or more: one that writes, one for a stream, one left.`,
    )
    this.connections = connections
  }
}

/** SQLite keeps one file right only where all who have it open share a memory. */
export class NetworkFileSystemError extends PipelineError {
  override readonly name = 'NetworkFileSystemError'
  readonly code = 'network-file-system'
  readonly path: string
  readonly fileSystem: string
  constructor(path: string, fileSystem: string) {
    super(
      `${path} lies on a network file system (${fileSystem}), where computers would destroy each other's writes. Keep the ` +
        'file on a disk of this computer, or use a server; `allowNetworkFileSystem: true` is the promise that only this ' +
        'computer has it open.',
    )
    this.path = path
    this.fileSystem = fileSystem
  }
}

/** There is no database at the place that the settings give, or it does not answer. */
export class DatabaseUnavailableError extends DatabaseError {
  override readonly name = 'DatabaseUnavailableError'
  readonly code = 'database-unavailable'
  readonly location: string
  constructor(location: string, cause: unknown, advice = 'Check that the server runs and listens there.') {
    super(`Cannot open the database at ${location}: ${reason(cause)}. ${advice}`, cause)
    this.location = location
  }
}

/** The server has no TLS, and the settings do not allow clear text. */
export class TlsUnavailableError extends DatabaseError {
  override readonly name = 'TlsUnavailableError'
  readonly code = 'tls-unavailable'
  readonly location: string
  constructor(location: string, cause: unknown) {
    super(
      `The server at ${location} offers no TLS: whoever is on the network could read the password's proof and all data. Nothing was ` +
        "sent. Have TLS set up on the server; `tls: 'prefer'` takes clear text where there is none, `tls: 'off'` always.",
      cause,
    )
    this.location = location
  }
}

/** The server's certificate is not accepted, or an encrypted connection could not be made for another reason. */
export class TlsFailedError extends DatabaseError {
  override readonly name = 'TlsFailedError'
  readonly code = 'tls-failed'
  readonly location: string
  constructor(location: string, cause: unknown) {
    super(
      `No encrypted connection with the server at ${location}: ${reason(cause)}. Nothing was sent, and clear text is not tried. Give who ` +
        "signed its certificate as `tls: { ca: 'ca.pem' }`, the name in it as `serverName`; `tls: 'require'` encrypts without verifying.",
      cause,
    )
    this.location = location
  }
}

/** The server, or what this user may have of it, is used up. */
export class TooManyConnectionsError extends DatabaseError {
  override readonly name = 'TooManyConnectionsError'
  readonly code = 'too-many-connections'
  constructor(cause: unknown) {
    super(
      `The server takes no more connections: ${reason(cause)}. Close some, give fewer as \`connections\` in the settings of each ` +
        'program, or have an administrator raise max_connections.',
      cause,
    )
  }
}

/** The server is of another kind than was said. */
export class OtherServerError extends PipelineError {
  override readonly name = 'OtherServerError'
  readonly code = 'other-server'
  readonly location: string
  /** The kind that the server is of. */
  readonly found: string
  readonly expected: string
  constructor(location: string, found: string, expected: string) {
    super(
      `The server at ${location} is of kind \`${found}\`, and the settings say \`${expected}\`. Write \`kind: '${found}'\`.`,
    )
    this.location = location
    this.found = found
    this.expected = expected
  }
}

/** Settings of a database that lead to none. */
export class InvalidSettingsError extends PipelineError {
  override readonly name = 'InvalidSettingsError'
  readonly code = 'invalid-settings'
  constructor(problem: string) {
    super(`The settings of the database cannot be used: ${problem}`)
  }
}
