import { Worker } from 'node:worker_threads'
import type { DatabaseSettings } from '../connection/connection.ts'
import { threadOptions, workerEntry } from '../driver/worker-entry.ts'
import type { QueueTable } from './job-table.ts'
import type { HeldClaim } from './lease.ts'
import type { HeldJob, LeaseReport, LeaseRequest, LeaseWorkerData } from './lease-protocol.ts'
import type { Claim } from './queue.ts'
import { leaseSecondsIn } from './reservation.ts'

/** After how long a thread that died is replaced. */
const RESTART_MILLISECONDS = 500

/** How long a key is still renewed whose insert has begun: it may be undone, and be tried again. */
const FINISHING_MILLISECONDS = 5000

/** How long it may take to close its connection: one whose server does not answer is left. */
const STOPPING_MILLISECONDS = 5000

interface Held {
  readonly job: HeldJob
  readonly claim: HeldClaim
  /** Runs while its holder is completing it. */
  finishing: NodeJS.Timeout | null
}

/** The thread that renews reservations, as seen from outside: what it holds stays held when it has to be replaced. */
export class LeaseThread {
  readonly #settings: DatabaseSettings
  readonly #held = new Map<number, Held>()
  readonly #ids = new WeakMap<Claim, number>()
  #next = 0
  #worker: Worker
  /** `null` while it runs; else when it is to be replaced. */
  #restarting: NodeJS.Timeout | null = null
  #stopping: Promise<void> | null = null

  constructor(settings: DatabaseSettings) {
    this.#settings = settings
    this.#worker = this.#start()
  }

  hold({ declaration, heading }: QueueTable, claims: readonly HeldClaim[]): void {
    const jobs = claims.map((held): HeldJob => {
      const { key, token } = held.claim
      const id = (this.#next += 1)
      const leaseSeconds = leaseSecondsIn(token)
      const job = { id, table: declaration.name, heading, key: { ...key }, token, leaseSeconds }
      this.#ids.set(held.claim, id)
      this.#held.set(id, { job, claim: held, finishing: null })
      return job
    })
    if (jobs.length > 0) this.#send({ kind: 'hold', jobs, overdue: false })
  }

  drop(claims: readonly Claim[]): void {
    const ids = claims.flatMap((claim) => this.#ids.get(claim) ?? []).filter((id) => this.#forget(id))
    if (ids.length > 0) this.#send({ kind: 'drop', ids })
  }

  /** Its holder is about to end its job: that this is gone is no loss from here on. Soon after, it is dropped. */
  finish(claim: Claim): void {
    const held = this.#held.get(this.#ids.get(claim) ?? 0)
    if (!held) return
    if (held.finishing) clearTimeout(held.finishing)
    held.finishing = setTimeout(() => this.drop([claim]), FINISHING_MILLISECONDS).unref()
  }

  #forget(id: number): Held | null {
    const held = this.#held.get(id) ?? null
    if (held?.finishing) clearTimeout(held.finishing)
    this.#held.delete(id)
    return held
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  async #stop(): Promise<void> {
    for (const id of this.#held.keys()) this.#forget(id)
    if (this.#restarting) return clearTimeout(this.#restarting)
    const worker = this.#worker
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
    worker.ref()
    this.#send({ kind: 'stop' })
    const late = setTimeout(() => void worker.terminate(), STOPPING_MILLISECONDS)
    await ended
    clearTimeout(late)
  }

  #send(request: LeaseRequest): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.#worker.postMessage(request)
  }

  #start(): Worker {
    const worker = new Worker(workerEntry('jobs/lease-worker'), {
      workerData: { settings: this.#settings } satisfies LeaseWorkerData,
      name: 'lease',
      ...threadOptions(process.execArgv),
    })
    worker.on('message', (report: LeaseReport) => this.#lose(report.lost))
    // it comes before `exit`, which says all that is needed
    worker.on('error', () => {})
    worker.on('exit', () => {
      if (!this.#stopping) this.#restarting = setTimeout(() => this.#restart(), RESTART_MILLISECONDS).unref()
    })
    // what is still to be done keeps the process alive, not this
    worker.unref()
    return worker
  }

  #restart(): void {
    this.#restarting = null
    this.#worker = this.#start()
    this.#send({ kind: 'hold', jobs: [...this.#held.values()].map(({ job }) => job), overdue: true })
  }

  #lose(ids: readonly number[]): void {
    for (const id of ids) {
      const held = this.#forget(id)
      if (!held?.finishing) held?.claim.lose()
    }
  }
}
