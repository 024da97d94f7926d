import type { SimulationBinding } from '../simulate-native.ts'
import type { DetectingBinding } from './detecting.ts'
import type { FilteringBinding } from './filtering.ts'
import type { LocatingBinding } from './locating.ts'
import type { MeasuringBinding } from './measuring.ts'
import type { PassingBinding } from './passing.ts'
import type { ReferencingBinding } from './referencing.ts'

/** What `crates/node` exports; every operation ends with the flag that stops it and a function that is told its progress. */
export interface Binding
  extends
    SimulationBinding,
    DetectingBinding,
    FilteringBinding,
    LocatingBinding,
    MeasuringBinding,
    PassingBinding,
    ReferencingBinding {
  readonly CancelFlag: new () => CancelFlag
}

/** Stops the operation that it was handed to, at its next block. */
export interface CancelFlag {
  cancel(): void
}

export type Control = [flag: CancelFlag, progress: (fraction: number) => void]
