export type { Dsp, OperationOptions } from './dsp.ts'
export * from './errors.ts'
