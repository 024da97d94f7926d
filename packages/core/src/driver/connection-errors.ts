import { PipelineError } from '../errors.ts'
import { DatabaseError } from './errors.ts'

/** The connection broke, and nothing of what was to be done is kept. */
export class ConnectionLostError extends DatabaseError {
  override readonly name = 'ConnectionLostError'
  readonly code = 'connection-lost'
  /** Whether a statement was under way: one that was not, the database has never seen. */
  readonly sent: boolean
  constructor(cause: unknown, sent = true) {
    super(
      'The connection with the database broke before anything was committed, so nothing is kept of what was under way. Do it again.',
      cause,
    )
    this.sent = sent
  }
}

/**
 * The connection broke after COMMIT, or a write outside of a transaction, was sent and before its answer came. It is kept
 * whole or not at all, and only the database knows. Nothing of ours tries it again.
 */
export class CommitOutcomeUnknownError extends DatabaseError {
  override readonly name = 'CommitOutcomeUnknownError'
  readonly code = 'commit-outcome-unknown'
  /** What was to be kept: a transaction, or a single statement outside of any. */
  readonly committing: 'transaction' | 'statement'
  constructor(committing: 'transaction' | 'statement', cause: unknown) {
    const what = committing === 'transaction' ? 'a transaction' : 'a write'
    super(
      `The connection with the database broke while ${what} was being committed: it is kept whole or not at all, and which of ` +
        'them is not known here. It was not tried again. Look, when the database can be reached, for one of the rows that ' +
        'it wrote: where that is there, all of it is; else do it again.',
      cause,
    )
    this.committing = committing
  }
}

/** As many connections were held as may be, and none of them was given back for long: who holds them may wait for another one. */
export class ConnectionsHeldError extends PipelineError {
  override readonly name = 'ConnectionsHeldError'
  readonly code = 'connections-held'
  readonly connections: number
  readonly seconds: number
  constructor(connections: number, seconds: number) {
    super(
      `Streams and transactions hold as many of the ${connections} connections with the database as they may, and none of them has ` +
        `ended for ${seconds} s: they may wait for a connection themselves, as a stream does in whose loop another is read. Have ` +
        'fewer under way at once, or open the pipeline with more `connections`.',
    )
    this.connections = connections
    this.seconds = seconds
  }
}

/** Something was asked of a database after it had been closed. */
export class ConnectionClosedError extends PipelineError {
  override readonly name = 'ConnectionClosedError'
  readonly code = 'connection-closed'
  constructor() {
    super('The connection has been closed. Open the pipeline again, or close it later.')
  }
}
