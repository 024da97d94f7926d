import type { SimulatedRange, SimulatedSpikes, SimulatedUnit } from '../../simulate.ts'

/** What a thread is asked; it gets the parameters with its start. */
export type Request =
  | { readonly kind: 'draw'; readonly id: number }
  | { readonly kind: 'block'; readonly id: number; readonly range: Required<SimulatedRange> }

export type Reply =
  | { readonly id: number; readonly drawn: Drawn }
  | { readonly id: number; readonly traces: Int16Array<ArrayBuffer> }
  | { readonly id: number; readonly failure: unknown }

export interface Drawn {
  readonly units: readonly SimulatedUnit[]
  readonly spikes: Omit<SimulatedSpikes, 'samples'>
}
