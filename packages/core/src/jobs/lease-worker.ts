import { parentPort, workerData } from 'node:worker_threads'
import { connect } from '../connection/connect.ts'
import type { Connection } from '../connection/connection.ts'
import { untilAborted } from '../driver/abort.ts'
import type { HeldJob, LeaseReport, LeaseRequest, LeaseWorkerData } from './lease-protocol.ts'
import { renew } from './renew.ts'

/*
 * Renews reservations, three times within the shortest lease. It has a connection and a thread of its own, so that nothing
 * that keeps the rest of the process busy, or its connections, keeps this from it.
 */

const port = parentPort
// what LeaseThread puts there
const { settings } = workerData as LeaseWorkerData
const held = new Map<number, HeldJob>()
let opened: Promise<Connection> | null = null
/** When the next renewal is due, by `performance.now()`. */
let next: { readonly at: number; readonly timer: NodeJS.Timeout } | null = null
let running: Promise<void> = Promise.resolve()
const ending = new AbortController()

/** A renewal that takes a third of a lease, and this at least, is given up: its connection may be dead without knowing. */
const RENEWING_MILLISECONDS = 5000

port?.on('message', (request: LeaseRequest) => {
  switch (request.kind) {
    case 'hold':
      for (const job of request.jobs) held.set(job.id, job)
      schedule(request.overdue ? 0 : undefined)
      return
    case 'drop':
      for (const id of request.ids) held.delete(id)
      return
    case 'stop':
      void stop()
  }
})

// so that the first renewal does not wait for it
void connection().catch(() => {})

function connection(): Promise<Connection> {
  opened ??= connect({ ...settings, connections: 3 })
  opened.catch(() => {
    opened = null
  })
  return opened
}

const shortest = (): number => Math.min(...[...held.values()].map(({ leaseSeconds }) => leaseSeconds))

/** Renews in so many milliseconds, or where it is planned for sooner, then. */
function schedule(after = (shortest() * 1000) / 3): void {
  if (ending.signal.aborted || held.size === 0) return
  const wait = Math.min(after, 600_000)
  const at = performance.now() + wait
  if (next && next.at <= at) return
  if (next) clearTimeout(next.timer)
  const run = (): void => {
    next = null
    running = running.then(renewAll)
  }
  next = { at, timer: setTimeout(run, wait) }
}

async function renewAll(): Promise<void> {
  if (held.size === 0) return
  const started = performance.now()
  let failed = false
  const byTable = Map.groupBy(held.values(), ({ table }) => `${table.schema}.${table.table}`)
  for (const jobs of byTable.values()) {
    const late = AbortSignal.timeout(Math.min(Math.max((shortest() * 1000) / 3, RENEWING_MILLISECONDS), 600_000))
    const signal = AbortSignal.any([ending.signal, late])
    try {
      const renewing = connection().then((on) => renew(on, jobs, signal))
      // what is given up may take its time to end
      const lost = await untilAborted(renewing, signal)
      // one that was dropped meanwhile has ended
      const ids = lost.map(({ id }) => id).filter((id) => held.delete(id))
      if (ids.length > 0) port?.postMessage({ lost: ids } satisfies LeaseReport)
    } catch {
      // a server that is away: it is asked again soon, and until then nobody else can claim there either
      failed = true
    }
  }
  const third = (shortest() * 1000) / 3
  schedule(failed ? Math.min(third / 4, 2000) : Math.max(0, third - (performance.now() - started)))
}

async function stop(): Promise<void> {
  ending.abort()
  if (next) clearTimeout(next.timer)
  await running
  await (await opened?.catch(() => null))?.close()
  port?.close()
}
