export * from './errors.ts'
export * from './probes/index.ts'
export * from './recording/index.ts'
export * from './spikeglx/index.ts'
