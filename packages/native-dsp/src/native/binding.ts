import type { Peaks } from '../detecting.ts'
import type { RecordingPlan } from '../recording-plan.ts'
import type { SimulationBinding } from '../simulate-native.ts'
import type { DetectingBinding, NativeCriteria } from './detecting.ts'
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
  preprocessRecording(job: RecordingJob, ...control: Control): Promise<RecordingFindings>
}

/** Stops the operation that it was handed to, at its next block. */
export interface CancelFlag {
  cancel(): void
}

export type Control = [flag: CancelFlag, progress: (fraction: number) => void]

/** A plan for a flat file; `channels` are words of its frames. */
export interface RecordingJob extends Omit<RecordingPlan, 'columns' | 'detection'> {
  readonly detection: NativeCriteria
  readonly path: string
  /** Words per frame in the file. */
  readonly columns: number
  /** Frames of each segment, one after the other in the file. */
  readonly segments: readonly number[]
  readonly threads: number
}

export interface RecordingFindings {
  readonly noiseLevels: Float32Array
  readonly peaks: Peaks
  readonly segment: Int32Array
}
