import { parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'
import { BATCH_BYTES, type RawRow, rowBytes } from '../../driver/driver.ts'
import { packRows, transferable } from './packed-rows.ts'
import type { SqliteReply, SqliteRequest, SqliteWorkerData } from './protocol.ts'

type Outcome = SqliteReply extends infer Reply
  ? Reply extends unknown
    ? Omit<Reply, 'id' | 'inTransaction'>
    : never
  : never

const port = parentPort
// what the driver puts there, see SqliteWorkerData
const { path, purpose } = workerData as SqliteWorkerData
let database: Database.Database | null = null
let stream: Iterator<RawRow> | null = null

port?.on('message', (request: SqliteRequest) => {
  const outcome = answer(request)
  const reply = { id: request.id, inTransaction: database?.inTransaction ?? false, ...outcome }
  port.postMessage(reply, 'rows' in outcome ? transferable(outcome.rows) : [])
  if (request.kind === 'close') port.close()
})

function answer({ kind, sql, parameters, batch }: SqliteRequest): Outcome {
  try {
    switch (kind) {
      case 'open':
        database ??= open()
        return { kind: 'changes', changes: 0 }
      case 'close':
        endStream()
        database?.close()
        database = null
        return { kind: 'changes', changes: 0 }
      case 'query':
        return {
          kind: 'rows',
          rows: packRows(
            prepare(sql)
              .raw(true)
              .all(...parameters),
          ),
        }
      case 'execute':
        return { kind: 'changes', changes: prepare(sql).run(...parameters).changes }
      case 'begin-stream':
        endStream()
        stream = prepare(sql)
          .raw(true)
          .iterate(...parameters)
        return { kind: 'changes', changes: 0 }
      case 'next':
        return { kind: 'rows', rows: packRows(nextRows(batch)) }
      case 'end-stream':
        endStream()
        return { kind: 'changes', changes: 0 }
    }
  } catch (error) {
    const code = error instanceof Database.SqliteError ? error.code : 'UNKNOWN'
    return { kind: 'failure', code, message: error instanceof Error ? error.message : String(error) }
  }
}

function nextRows(batch: number): readonly RawRow[] {
  const rows: RawRow[] = []
  let bytes = 0
  while (stream && rows.length < batch && bytes < BATCH_BYTES) {
    const { value, done } = stream.next()
    if (done === true) {
      stream = null
      break
    }
    bytes += rowBytes(value)
    rows.push(value)
  }
  return rows
}

function endStream(): void {
  stream?.return?.()
  stream = null
}

function open(): Database.Database {
  // waiting is done outside, where it does not block a thread and can be aborted
  const opened = new Database(path, { timeout: 0, readonly: purpose === 'read-only' })
  try {
    opened.defaultSafeIntegers(true)
    if (purpose === 'read-only') {
      // a file is opened by the first that is read of it
      opened.pragma('schema_version')
      return opened
    }
    // the first connection to a new file may meet another process that is doing the same: then this fails as busy
    opened.pragma('journal_mode = WAL')
    opened.pragma('synchronous = FULL')
    opened.pragma('foreign_keys = ON')
    if (purpose === 'read') opened.pragma('query_only = ON')
    return opened
  } catch (error) {
    opened.close()
    throw error
  }
}

function prepare(sql: string): Database.Statement<unknown[], RawRow> {
  database ??= open()
  return database.prepare<unknown[], RawRow>(sql)
}
