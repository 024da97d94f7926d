import type { SimulationBinding } from '../simulate-native.ts'
import type { DetectingBinding } from './detecting.ts'
import type { LocatingBinding } from './locating.ts'
import type { MeasuringBinding } from './measuring.ts'
import type { PassingBinding } from './passing.ts'
import type { ReferencingBinding } from './referencing.ts'

/** What `crates/node` exports; every operation ends with the flag that stops it and a function that is told its progress. */
export interface Binding
  extends SimulationBinding, DetectingBinding, LocatingBinding, MeasuringBinding, PassingBinding, ReferencingBinding {
  readonly CancelFlag: new () => CancelFlag
  highPass(
    traces: Float32Array,
    channels: number,
    samplingRate: number,
    order: number,
    cutoff: number,
    ...control: Control
  ): Promise<Float32Array>
  bandPass(
    traces: Float32Array,
    channels: number,
    samplingRate: number,
    order: number,
    low: number,
    high: number,
    ...control: Control
  ): Promise<Float32Array>
  shiftPhase(
    traces: Float32Array,
    channels: number,
    shifts: readonly number[],
    ...control: Control
  ): Promise<Float32Array>
  subtractCommonMedian(traces: Float32Array, channels: number, ...control: Control): Promise<Float32Array>
}

/** Stops the operation that it was handed to, at its next block. */
export interface CancelFlag {
  cancel(): void
}

export type Control = [flag: CancelFlag, progress: (fraction: number) => void]
