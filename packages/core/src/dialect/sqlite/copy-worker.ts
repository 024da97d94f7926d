import { parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'
import type { CopyReport, CopyWorkerData } from './copy.ts'

/** Pages copied at once, between which the thread looks whether it is to stop: some milliseconds. */
const PAGES_AT_ONCE = 1000

const port = parentPort
// what copyFile puts there
const { from, to } = workerData as CopyWorkerData
let stopped = false
port?.on('message', () => {
  stopped = true
})

const report = (said: CopyReport): void => port?.postMessage(said)

try {
  await copy()
  report({ kind: 'done' })
} catch (error) {
  report({ kind: 'failed', message: error instanceof Error ? error.message : String(error) })
} finally {
  port?.close()
}

async function copy(): Promise<void> {
  const source = new Database(from, { readonly: true, fileMustExist: true, timeout: 10_000 })
  try {
    // a transaction that has read stays with what it saw: without one, copying begins anew whenever somebody writes
    source.exec('BEGIN')
    source.prepare('SELECT count(*) FROM sqlite_schema').get()
    await source.backup(to, {
      progress: ({ totalPages, remainingPages }) => {
        if (stopped) throw new Error('it was stopped')
        report({ kind: 'progress', done: totalPages - remainingPages, pages: totalPages })
        return PAGES_AT_ONCE
      },
    })
    source.exec('ROLLBACK')
  } finally {
    source.close()
  }
  const made = new Database(to)
  try {
    // the copy is one file, also when it is carried elsewhere
    made.pragma('journal_mode = DELETE')
    const problems: unknown = made.pragma('quick_check(1)', { simple: true })
    if (problems !== 'ok') throw new Error(`it is damaged: ${String(problems)}`)
  } finally {
    made.close()
  }
}
