import type { Heading } from '../attribute/attribute.ts'
import type { DatabaseSettings } from '../connection/connection.ts'
import type { TableName } from '../definition/table-declaration.ts'

/** Handed to the thread when it starts. */
export interface LeaseWorkerData {
  readonly settings: DatabaseSettings
}

/** What is renewed: a reservation in a job table. */
export interface HeldJob {
  readonly id: number
  readonly table: TableName
  readonly heading: Heading
  readonly key: object
  readonly token: string
  /** After how long without a renewal others may take it over. */
  readonly leaseSeconds: number
}

/** To the thread. */
export type LeaseRequest =
  /** `overdue`: nobody knows when they were renewed last. */
  | { readonly kind: 'hold'; readonly jobs: readonly HeldJob[]; readonly overdue: boolean }
  | { readonly kind: 'drop'; readonly ids: readonly number[] }
  | { readonly kind: 'stop' }

/** From the thread: jobs that are not ours any more. */
export interface LeaseReport {
  readonly lost: readonly number[]
}
