export * from './errors.ts'
export * as ephys from './ephys/index.ts'
export * as probe from './probe/index.ts'
