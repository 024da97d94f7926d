export type { Electrode, ImroFormat, MuxFormat, ProbeFeatures, ProbeType } from './probe-type.ts'
export { partNumbers, probeType } from './registry.ts'
