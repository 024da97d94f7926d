export { activate, type ProbeTables } from './activate.ts'
export { createProbeType } from './create-probe-type.ts'
export {
  electrodeConfigHash,
  electrodeConfigName,
  planElectrodeConfig,
  type ElectrodeConfigRows,
} from './electrode-config.ts'
