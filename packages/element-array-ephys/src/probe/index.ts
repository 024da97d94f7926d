import type { activate } from './activate.ts'

export { activate } from './activate.ts'
export { createProbeType } from './create-probe-type.ts'
export {
  electrodeConfigHash,
  electrodeConfigName,
  planElectrodeConfig,
  type ElectrodeConfigRows,
} from './electrode-config.ts'

/** The tables that `activate` declares. */
export type ProbeTables = ReturnType<typeof activate>
