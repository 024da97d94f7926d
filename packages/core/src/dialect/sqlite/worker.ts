import { parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'
import type { RawRow } from '../../driver/driver.ts'
import type { SqliteReply, SqliteRequest, SqliteWorkerData } from './protocol.ts'

const port = parentPort
// what the driver puts there, see SqliteWorkerData
const { path, purpose } = workerData as SqliteWorkerData
let database: Database.Database | null = null

port?.on('message', (request: SqliteRequest) => {
  const reply = answer(request)
  port.postMessage(reply, reply.kind === 'rows' ? ownedBuffers(reply.rows) : [])
  if (request.kind === 'close') port.close()
})

function answer({ id, kind, sql, parameters }: SqliteRequest): SqliteReply {
  try {
    switch (kind) {
      case 'open':
        database ??= open()
        return { id, kind: 'changes', changes: 0 }
      case 'close':
        database?.close()
        database = null
        return { id, kind: 'changes', changes: 0 }
      case 'query':
        return {
          id,
          kind: 'rows',
          rows: prepare(sql)
            .raw(true)
            .all(...parameters),
        }
      case 'execute':
        return { id, kind: 'changes', changes: prepare(sql).run(...parameters).changes }
    }
  } catch (error) {
    const code = error instanceof Database.SqliteError ? error.code : 'UNKNOWN'
    return { id, kind: 'failure', code, message: error instanceof Error ? error.message : String(error) }
  }
}

function open(): Database.Database {
  // waiting is done outside, where it does not block a thread and can be aborted
  const opened = new Database(path, { timeout: 0 })
  try {
    // the first connection to a new file may meet another process that is doing the same: then this fails as busy
    opened.pragma('journal_mode = WAL')
    opened.pragma('synchronous = FULL')
    opened.pragma('foreign_keys = ON')
    if (purpose === 'read') opened.pragma('query_only = ON')
    opened.defaultSafeIntegers(true)
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

/** Large binary values go over without being copied. */
function ownedBuffers(rows: readonly RawRow[]): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>()
  for (const row of rows) {
    for (const value of row) {
      if (!(value instanceof Uint8Array) || value.byteLength < 65_536) continue
      if (value.byteLength === value.buffer.byteLength && value.buffer instanceof ArrayBuffer) found.add(value.buffer)
    }
  }
  return [...found]
}
